"""What every answer tells the browser: no foreign scripts, no frames, no guessing of types."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.support.application import Client

PAGES = (
    "/",
    "/customers/list/",
    "/customers/add",
    "/reports/contribution",
    "/opportunities/board",
    "/nothing-here",
    "/login/",
)


@pytest.mark.parametrize("url", PAGES)
def test_only_our_own_scripts_run_and_nobody_frames_a_page(client_as: Callable[..., Client], url: str) -> None:
    answer = client_as("Admin").get(url)
    policy = answer.headers["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]+)", policy)
    # A nonce may hold any letters by chance.
    words = re.sub(r"'nonce-[^']*'", "", policy)

    assert scripts is not None
    assert "unsafe" not in words
    assert "*" not in words
    assert "http" not in words
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    nonces = set(re.findall(r'<script[^>]*nonce="([^"]+)"', answer.text))
    assert all(f"'nonce-{nonce}'" in scripts[1] for nonce in nonces)
    # What the policy would block must not be there either.
    assert re.findall(r"<script(?![^>]*(?:nonce=|type=\"application/json\"))[^>]*>", answer.text) == []
    assert re.findall(r"<[^>]+\son[a-z]+=", answer.text) == []
    assert re.findall(r"<[^>]+\sstyle=", answer.text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//(?!localhost)", answer.text) == []


def test_a_nonce_is_used_once(client_as: Callable[..., Client]) -> None:
    browser = client_as("Admin")
    policies = {browser.get("/profile/").headers["Content-Security-Policy"] for _time in range(3)}

    assert len(policies) == 3


def test_pages_with_peoples_data_are_not_kept_by_the_browser(client_as: Callable[..., Client]) -> None:
    browser = client_as("Admin")

    assert browser.get("/customers/list/").headers["Cache-Control"] == "no-store"
    assert browser.get("/lookup/customer?q=").headers["X-Content-Type-Options"] == "nosniff"


def test_a_host_that_is_not_ours_is_not_answered(app: object, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["crm.example.com"])  # type: ignore[attr-defined]  # a Flask

    refused = client.get("/login/", headers={"Host": "evil.example"})
    taken = client.get("/login/", headers={"Host": "crm.example.com"})
    forwarded = client.get("/login/", headers={"Host": "crm.example.com", "X-Forwarded-Host": "evil.example"})

    assert refused.status_code == 400
    assert "evil.example" not in refused.text
    assert taken.status_code == 200
    assert "evil.example" not in forwarded.text
