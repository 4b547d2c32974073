"""Every right in one picture, and every address opened by every role: what one may not see does not exist."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]

GOLDEN = Path(__file__).parent / "golden" / "roles.txt"
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
MISSING = "987654321"
ROLES = (
    "Admin",
    "Office Administrator",
    "Marketing Director",
    "Account Manager",
    "Service Specialist",
    "Sales Director",
)

ClientAs = Callable[..., Client]


# --- the picture ---


def matrix() -> str:
    from app.core.rights import ROLES as DECLARED
    from app.core.rights import grants, kinds

    lines = ["What each role may do in a new installation. An Admin may do everything.", ""]
    for kind in kinds():
        lines.append(kind.name)
        lines.append(f"    {'(all)':22}{' '.join(right.partition('.')[2] for right in kind.rights())}")
        for role in DECLARED:
            held = [right.partition(".")[2] for right in kind.rights() if right in grants(role)]
            if held and role != "Admin":
                lines.append(f"    {role:22}{' '.join(held)}")
    return "\n".join(lines) + "\n"


def test_the_roles_are_those_of_the_golden_file(app: Flask) -> None:
    """A new right or grant shows in the diff of ``golden/roles.txt``; ``WRITE_GOLDEN=1`` writes it."""
    if os.environ.get("WRITE_GOLDEN") == "1":
        GOLDEN.write_text(matrix(), encoding="utf-8")

    assert matrix() == GOLDEN.read_text(encoding="utf-8")


def test_the_sales_director_changes_nothing(app: Flask) -> None:
    from app.core.rights import grants

    reading = {"see_own", "see_team", "see_all", "see_private", "export", "open"}
    assert {right for right in grants("Sales Director") if right.partition(".")[2] not in reading} == set()


def test_only_admins_manage_people_roles_and_the_log(app: Flask) -> None:
    from app.core.rights import grants

    closed = ("user.", "role.", "team.", "settings.", "audit.", "recycle_bin.", "calendar.")
    for role in ROLES[1:]:
        assert [right for right in grants(role) if right.startswith(closed)] == []


# --- every page that asks nothing but a name ---


def plain_pages(app: Flask) -> list[str]:
    return sorted(
        str(rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not str(rule).startswith(("/static", "/api/"))
    )


@pytest.mark.parametrize("role", ROLES)
def test_every_page_opens_or_says_why_not(app: Flask, client_as: ClientAs, role: str) -> None:
    browser = client_as(role)
    answers = {url: browser.get(url).status_code for url in plain_pages(app) if url != "/back"}

    odd = {url: status for url, status in answers.items() if status not in (200, 302, 403, 405)}
    assert odd == {}
    if role == "Admin":
        assert [url for url, status in answers.items() if status == 403] == []


def test_a_visitor_sees_nothing_but_the_sign_in_page(app: Flask, client: Client) -> None:
    answers = {url: client.get(url) for url in plain_pages(app)}

    open_to_all = {url for url, answer in answers.items() if answer.status_code == 200}
    assert open_to_all <= {"/login/", "/manifest.webmanifest", "/healthz", "/favicon.ico"}
    for url, answer in answers.items():
        if url not in open_to_all and url != "/back":
            assert answer.status_code in (302, 401, 403, 405), (url, answer.status_code)


def test_every_menu_entry_of_a_role_can_be_opened_by_it(app: Flask, client_as: ClientAs) -> None:
    for role in ROLES:
        browser = client_as(role)
        page = browser.get("/profile/").text
        menu = page[page.index('class="side-nav"') : page.index('class="side-foot"')]
        links = re.findall(r'<a [^>]*href="([^"]+)"', menu)
        assert links
        for link in links:
            answer = browser.get(link.replace("&amp;", "&"), follow_redirects=True)
            assert answer.status_code == 200, (role, link, answer.status_code)


# --- rows of somebody else ---


@pytest.fixture
def world(session: Session, make_user: Any, make_actor: Any, make_case: Any) -> dict[str, Any]:
    """One row of every kind, all of them a stranger's."""
    from app.core.actors import Actor, acting_as
    from app.customers import services as customers
    from app.opportunities import services as opportunities
    from app.orders import services as orders
    from app.service import services as service

    stranger = make_user("Account Manager")
    by, system = make_actor(user=stranger), Actor.system("test")
    with acting_as(by):
        customer = customers.create_customer({"name": "南京云锦包装有限公司", "phone": "025-83210001"}, by=by, at=NOW)
        contact = customers.create_contact(
            {"customer_id": customer.id, "name": "周婷", "mobile": "13800138000"}, by=by, at=NOW
        )
        follow_up = customers.create_follow_up(
            {"customer_id": customer.id, "kind": "phone", "summary": "谈样品", "at": NOW - timedelta(days=1)},
            by=by,
            at=NOW,
        )
        plan = customers.create_plan(
            {"customer_id": customer.id, "what": "送样品", "due_at": NOW + timedelta(days=3)}, by=by, at=NOW
        )
        opportunity = opportunities.create_opportunity(
            {"customer_id": customer.id, "title": "年度框架", "amount": 50_000}, by=by, at=NOW
        )
        order = orders.create_order(
            {
                "customer_id": customer.id,
                "ordered_on": NOW.date(),
                "lines": [{"text": "标签", "unit_price": "100.00", "quantity": "1"}],
            },
            by=by,
            at=NOW,
        )
    with acting_as(system):
        request = service.create_request(
            {"customer_id": customer.id, "type": "complaint", "text": "标签掉色"}, by=system, at=NOW
        )
        case = make_case(owner_id=stranger.id, customer=customer)
    session.commit()
    return {
        "customer": customer,
        "contact": contact,
        "follow_up": follow_up,
        "plan": plan,
        "opportunity": opportunity,
        "order": order,
        "service_request": request,
        "churn_case": case,
    }


KIND_OF = {
    "customers": "customer",
    "customer-opportunities": "customer",
    "contacts": "contact",
    "follow-ups": "follow_up",
    "plans": "plan",
    "opportunities": "opportunity",
    "opportunity-pool": "opportunity",
    "orders": "order",
    "service-requests": "service_request",
    "service-archive": "service_request",
    "churn": "churn_case",
    "churn-cases": "churn_case",
}


def row_rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address of one row, with the kind of the row."""
    for rule in app.url_map.iter_rules():
        first = str(rule).removeprefix("/api/v1").split("/")[1]
        if "pk" in rule.arguments and first in KIND_OF:
            yield rule, "customer" if str(rule).startswith("/orders/card/") else KIND_OF[first]


def view_of(app: Flask, rule: Rule) -> Any:
    endpoint = rule.endpoint.partition(".")[0]
    return next(view for view in app.appbuilder.baseviews if view.endpoint == endpoint)  # type: ignore[attr-defined]  # FAB puts itself on the app


def moves_of(app: Flask, rule: Rule) -> list[str]:
    workflow = getattr(view_of(app, rule), "workflow", None)
    return [move.name for move in workflow.moves] if workflow is not None else ["x"]


def addresses(app: Flask, rule: Rule, pk: str) -> list[str]:
    others = {"field": "phone", "step": pk, "direction": "up"}
    text = re.sub(r"<(?:\w+:)?pk>", pk, str(rule))
    for name, value in others.items():
        text = re.sub(rf"<(?:\w+:)?{name}>", value, text)
    if "<column>" in text:
        return [text.replace("<column>", column) for column in view_of(app, rule).inline_columns]
    if "name>" not in text:
        return [text]
    return [re.sub(r"<(?:\w+:)?name>", move, text) for move in moves_of(app, rule)]


def snapshot(session: Session, world: dict[str, Any]) -> dict[str, Any]:
    session.expire_all()
    found = {}
    for kind, row in world.items():
        table = type(row).__table__
        found[kind] = dict(session.execute(select(table).where(table.c.id == row.id)).mappings().one())
    return found


def ask(browser: Client, method: str, url: str, headers: dict[str, str]) -> Any:
    if url.startswith("/api/"):
        return browser.open(url, method=method, json={} if method in ("POST", "PUT") else None, headers=headers)
    data = {"version": "1", "reason": "x", "name": "x", "owner_id": "1"} if method == "POST" else None
    answer = browser.open(url, method=method, data=data)
    if answer.status_code == 302:
        browser.get("/profile/")  # shows the message, which would otherwise stand on the next page
    return answer


def plain(answer: Any, url: str) -> str:
    """The page without its own address and what differs at every request."""
    text = answer.text.replace(url, "URL")
    return re.sub(r'nonce="[^"]*"|name="(csrf_token|_once)"[^>]*|content="[^"]*"|value="[^"]{43,}"', "", text)


@pytest.mark.parametrize("role", ["Account Manager", "Service Specialist"])
def test_a_row_of_somebody_else_does_not_exist(
    app: Flask, session: Session, world: dict[str, Any], client_as: ClientAs, make_user: Any, role: str
) -> None:
    """Each address with a foreign id answers exactly as with an id that was never given, and nothing changes."""
    from app.accounts.queries import actor_for
    from app.core.actors import acting_as
    from app.core.visibility import sees

    user = make_user(role)
    actor = actor_for(session, user)
    with acting_as(actor):
        hidden = {kind for kind, row in world.items() if not sees(session, type(row), row.id)}
    browser = client_as(user=user)
    body = {"username": user.username, "password": PASSWORD}
    token = browser.post("/api/v1/security/login", json=body).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    before = snapshot(session, world)

    problems, walked = [], 0
    for rule, kind in row_rules(app):
        if kind not in hidden:
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
            pk = str(world[kind].id)
            for foreign, missing in zip(addresses(app, rule, pk), addresses(app, rule, MISSING), strict=True):
                theirs, nobodys = (ask(browser, method, url, headers) for url in (foreign, missing))
                walked += 1
                same = theirs.status_code == nobodys.status_code and theirs.location == (
                    nobodys.location and nobodys.location.replace(MISSING, pk)
                )
                told = theirs.status_code == 404 and plain(theirs, foreign) != plain(nobodys, missing)
                if not same or told or theirs.status_code not in (302, 400, 403, 404, 405):
                    problems.append((method, foreign, theirs.status_code, nobodys.status_code))

    assert hidden >= ({"customer", "order", "opportunity"} if role == "Account Manager" else {"opportunity"})
    assert walked > 10
    assert problems == []
    assert snapshot(session, world) == before


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_rows_that_one_may_see_open(
    app: Flask, session: Session, world: dict[str, Any], client_as: ClientAs, make_user: Any, role: str
) -> None:
    from app.accounts.queries import actor_for
    from app.core.actors import acting_as
    from app.core.visibility import sees

    user = make_user(role)
    with acting_as(actor_for(session, user)):
        visible = {kind for kind, row in world.items() if sees(session, type(row), row.id)}
    browser = client_as(user=user)
    before = snapshot(session, world)

    odd = []
    for rule, kind in row_rules(app):
        if kind not in visible or "GET" not in (rule.methods or ()) or str(rule).startswith("/api/"):
            continue
        for url in addresses(app, rule, str(world[kind].id)):
            status = browser.get(url).status_code
            if status not in (200, 302, 400, 403, 404, 405, 409):
                odd.append((url, status))

    assert odd == []
    # A GET never changes anything.
    assert snapshot(session, world) == before


@pytest.mark.parametrize("pk", ["0", "-1", "abc", "1.5", "9" * 19, "9" * 30, "%27%20OR%201=1--", "１"])
def test_odd_ids_are_no_rows(app: Flask, client_as: ClientAs, pk: str) -> None:
    browser = client_as("Admin")
    answers = {
        url: browser.get(url).status_code
        for rule, _kind in row_rules(app)
        if "GET" in (rule.methods or ()) and not str(rule).startswith("/api/")
        for url in addresses(app, rule, pk)[:1]
    }

    assert {url: status for url, status in answers.items() if status not in (302, 400, 403, 404, 405)} == {}
