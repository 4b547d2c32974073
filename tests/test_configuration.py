"""The environment is read once, and what cannot be used keeps the program from starting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request

import config
from tests.support.application import SECRET_KEY, make_app

PROXIED = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}


def load(folder: Path, **environment: str) -> config.Settings:
    return config.load({"SECRET_KEY": SECRET_KEY, "CHANGKE_INSTANCE": str(folder), **environment})


def seen(app: Flask, **headers: str) -> tuple[Any, ...]:
    """What the program takes a visitor's address, scheme and host to be."""
    found: list[Any] = []

    @app.before_request
    def look() -> None:
        found[:] = [request.remote_addr, request.scheme, request.host]

    app.test_client().get("/login/", headers=headers)
    with app.app_context():
        from app.core.database import db

        db.engine.dispose()
    return tuple(found)


def test_forwarded_headers_are_ignored_without_a_proxy(own_url: str, tmp_path: Path) -> None:
    app = make_app(own_url, tmp_path)

    assert seen(app, **PROXIED) == ("127.0.0.1", "http", "localhost")


def test_one_trusted_proxy_says_who_the_visitor_is_and_nobody_else(own_url: str, tmp_path: Path) -> None:
    """The last address was added by the proxy; those before it, and the host, are what the visitor wrote."""
    app = make_app(own_url, tmp_path, TRUSTED_PROXIES=1)

    assert seen(app, **PROXIED) == ("203.0.113.7", "https", "localhost")


@pytest.mark.parametrize("https", [False, True])
def test_over_https_browsers_are_told_to_stay_there_and_the_cookie_never_leaves_it(
    own_url: str, tmp_path: Path, https: bool
) -> None:
    app = make_app(own_url, tmp_path, HTTPS=https, TRUSTED_PROXIES=1)

    answer = app.test_client().get("/login/", headers={"X-Forwarded-Proto": "https"})
    with app.app_context():
        from app.core.database import db

        db.engine.dispose()

    name, _equals, cookie = answer.headers["Set-Cookie"].partition("=")
    assert (name, "; Secure" in cookie) == (("__Host-changke", True) if https else ("changke", False))
    assert answer.headers.get("Strict-Transport-Security") == ("max-age=31536000" if https else None)


@pytest.mark.parametrize(("text", "number"), [("", 0), ("0", 0), ("1", 1), (" 2 ", 2), ("9", 9)])
def test_the_number_of_proxies_is_read(tmp_path: Path, text: str, number: int) -> None:
    assert number == load(tmp_path, TRUSTED_PROXIES=text).TRUSTED_PROXIES


@pytest.mark.parametrize("text", ["-1", "yes", "10", "1.5", "²", "9" * 5_000])
def test_a_number_of_proxies_that_is_none_keeps_it_from_starting(tmp_path: Path, text: str) -> None:
    with pytest.raises(config.Misconfigured, match="TRUSTED_PROXIES"):
        load(tmp_path, TRUSTED_PROXIES=text)


def test_keys_of_encrypted_fields_are_read_newest_first(tmp_path: Path) -> None:
    assert load(tmp_path, FIELD_KEYS=f"{'a' * 32}, {'b' * 32},").FIELD_KEYS == (b"a" * 32, b"b" * 32)


def test_without_keys_one_is_derived_that_encryption_takes(tmp_path: Path) -> None:
    assert [len(key) for key in load(tmp_path).FIELD_KEYS] == [32]


@pytest.mark.parametrize("keys", ["a" * 31, "a" * 33, f"{'a' * 32},short", "密" * 32])
def test_a_key_of_another_length_keeps_it_from_starting(tmp_path: Path, keys: str) -> None:
    """AES would take 16 or 24 bytes as well, or fail at the first customer with a bank account."""
    with pytest.raises(config.Misconfigured, match="FIELD_KEYS: key"):
        load(tmp_path, FIELD_KEYS=keys)


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_a_short_secret_keeps_it_from_starting(tmp_path: Path, secret: str) -> None:
    with pytest.raises(config.Misconfigured, match="SECRET_KEY"):
        load(tmp_path, SECRET_KEY=secret)


def test_a_database_that_is_not_there_is_named_in_one_line_without_its_password(tmp_path: Path) -> None:
    app = make_app(f"postgresql://changke:geheim@/changke?host={tmp_path}", tmp_path)

    told = app.test_cli_runner().invoke(args=["init"])

    assert told.exit_code == 1
    (line,) = told.output.strip().splitlines()
    assert str(tmp_path) in line
    assert "geheim" not in line
