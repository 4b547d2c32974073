"""Opening a page changes nothing, and nothing is changed without a token from our own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import PLURAL, Rows, make_rows
from tests.support.digest import digest
from tests.support.junk import shown
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]

OTHERS = {
    "name": "industry",
    "field": "phone",
    "year": "2026",
    "code": "en",
    "direction": "up",
    "step": "1",
    "token": "x",
}
KINDS = {plural: kind for kind, plural in PLURAL.items()} | {
    "opportunity-pool": "opportunity",
    "service-archive": "service_request",
    "churn-cases": "churn_case",
    "customer-opportunities": "customer",
}


def addresses(app: Flask, method: str, rows: Rows) -> list[str]:
    """Every address that answers ``method``, with a row that exists; moves by each of their names."""
    found = []
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or str(rule).startswith("/static"):
            continue
        first = str(rule).removeprefix("/api/v1").split("/")[1]
        url = re.sub(r"<(?:\w+:)?pk>", str(rows.keys.get(KINDS.get(first, ""), 1)), str(rule))
        names = [OTHERS["name"]]
        if "<name>" in url or "<string:name>" in url:
            endpoint = rule.endpoint.partition(".")[0]
            view = next((v for v in app.appbuilder.baseviews if v.endpoint == endpoint), None)  # type: ignore[attr-defined]  # FAB puts itself on the app
            if (workflow := getattr(view, "workflow", None)) is not None:
                names = [move.name for move in workflow.moves]
            if first == "reports":
                names = ["contribution", "composition", "service", "churn"]
        for name in names:
            one = re.sub(r"<(?:\w+:)?name>", name, url)
            found.append(re.sub(r"<(?:\w+:)?(\w+)>", lambda part: OTHERS.get(part[1], "1"), one))
    return found


def test_opening_any_page_changes_nothing(
    app: Flask, session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client], client: Client
) -> None:
    """Every GET and HEAD, pages and REST, with rows to show: no table differs afterwards.

    The tour looks at the same for every role, at more pages, and without REST.
    """
    manager = make_user("Account Manager")
    rows = make_rows(session, manager, make_case, "云锦", 1)
    people = {"Account Manager": manager, "Admin": make_user("Admin")}
    browsers = {role: client_as(user=person) for role, person in people.items()}
    tokens = {
        role: client.post("/api/v1/security/login", json={"username": person.username, "password": PASSWORD}).json
        for role, person in people.items()
    }
    before = digest(session)

    opened = 0
    for role, browser in browsers.items():
        headers = {"Authorization": f"Bearer {tokens[role]['access_token']}"}
        urls = addresses(app, "GET", rows)
        for url in urls:
            if "/export" not in url:
                answer = browser.get(url, headers=headers if url.startswith("/api/") else {})
                opened += answer.status_code == 200
        after = digest(session)
        assert {name for name in after if after[name] != before[name]} == set(), role
        # Who took rows away as a file is written down, as every look at something private is.
        for url in urls:
            if "/export" in url:
                browser.get(url)
        after = digest(session)
        assert {name for name in after if after[name] != before[name]} <= {"audit_entry"}, role
        before = after

    assert opened > 200
    bodies = [browsers["Admin"].head(url).get_data() for url in {*addresses(app, "POST", rows)} & {*urls}]
    assert digest(session) == before
    assert len(bodies) > 40
    assert not any(bodies)


def test_nothing_is_changed_without_a_token(
    app: Flask,
    session: Session,
    make_user: Any,
    make_case: Any,
    client_as: Callable[..., Client],
    csrf_protection: None,
) -> None:
    """Every POST of an administrator's browser that another site caused is refused; so is one with a wrong token."""
    app.config["WTF_CSRF_ENABLED"] = False
    boss = make_user("Admin")
    rows = make_rows(session, boss, make_case, "云锦", 1)
    browser = client_as(user=boss)
    app.config["WTF_CSRF_ENABLED"] = True
    before = digest(session)

    posts = [url for url in addresses(app, "POST", rows) if not url.startswith("/api/")]
    problems = []
    for number, url in enumerate(posts):
        wrong = {"csrf_token": "IjEyMyI.ZzZzZz.aaaa"} if number % 2 else {}
        # A link of a mail needs no session, so there is no session to abuse.
        if url.startswith("/feedback/"):
            continue
        answer = browser.post(url, data={"name": "x", "rowid": "1", **wrong})
        if answer.status_code != 400 or "重新" not in answer.text:
            problems.append((url, answer.status_code))

    assert len(posts) > 80
    assert not problems, shown(problems)
    assert digest(session) == before


def test_a_cookie_opens_nothing_of_the_interface_for_programs(
    app: Flask, session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client]
) -> None:
    """REST has no CSRF tokens, so a browser's session must be worth nothing there."""
    boss = make_user("Admin")
    rows = make_rows(session, boss, make_case, "云锦", 1)
    browser = client_as(user=boss)
    before = digest(session)

    problems = []
    for method in ("GET", "POST", "PUT", "DELETE"):
        for url in addresses(app, method, rows):
            if not url.startswith("/api/") or url.startswith("/api/v1/security/login"):
                continue
            answer = browser.open(
                url, method=method, json=None if method == "GET" else {}, headers={"Origin": "https://evil.example"}
            )
            open_to_cookies = url.endswith("/_openapi")  # reads no rows and changes nothing
            if answer.status_code != 401 and not open_to_cookies:
                problems.append((method, url, answer.status_code))

    assert not problems, shown(problems)
    assert digest(session) == before
