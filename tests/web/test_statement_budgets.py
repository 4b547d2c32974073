"""What a page may ask of the database: a page written tomorrow is counted tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.support.addresses import every_address
from tests.support.application import Client

PAGE, PANEL = 10, 4
CUSTOMERS, ORDERS = 60, 300
PASSWORD = "changke-demo"
FORBIDDEN = 403
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

# Endpoint: how many statements it needs, and why.
EXCEPTIONS = {
    "CustomerView.preview": 7,  # health from orders and cases, plans, contacts, tags: no two are in one table
    "ServiceRequestView.preview": 5,  # its log, and the working calendar for the day it may be archived
    "ServiceArchiveView.preview": 5,
}


@pytest.fixture
def company(session: Session) -> None:
    """A demonstration company in which every list, page and panel has rows."""
    from app.exchange.demo.company import make_up

    session.commit()
    make_up(session, customers=CUSTOMERS, orders=ORDERS, seed=1, password=PASSWORD, now=datetime.now(UTC))
    session.commit()


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect what is asked of the database; beginning and ending transactions is no question."""
    from app.core.database import db

    found: list[str] = []

    def take(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith(NOT_COUNTED):
            found.append(" ".join(statement.split()))

    with app.app_context():
        engine = db.session.get_bind().engine
    event.listen(engine, "before_cursor_execute", take)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", take)


@pytest.mark.parametrize("name", ["admin", "manager1"])
def test_a_page_asks_at_most_ten_questions_and_a_panel_four(
    app: Flask, session: Session, company: None, client: Client, name: str
) -> None:
    from app.accounts.models import User
    from app.accounts.queries import actor_for
    from app.core.actors import acting_as

    answer = client.post("/login/", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    assert "/login" not in answer.location
    given = {"username": name, "password": PASSWORD, "provider": "db"}
    token = client.post("/api/v1/security/login", json=given).get_json()["access_token"]
    user = session.scalars(select(User).where(User.username == name)).one()
    with acting_as(actor_for(session, user)):
        addresses = every_address(app, session)
    session.commit()
    too_many: list[str] = []
    unopened: dict[str, int] = {}

    for address in addresses:
        headers = {"Authorization": f"Bearer {token}"} if address.urls[0].startswith("/api/") else {}
        for url in address.urls:
            with statements(app) as asked:
                status = client.get(url, headers=headers).status_code
            if status == 200:
                budget = EXCEPTIONS.get(address.endpoint, PANEL if address.is_panel else PAGE)
                if len(asked) > budget:
                    # The first answer may have filled what a process remembers.
                    with statements(app) as asked:
                        client.get(url, headers=headers)
                if len(asked) > budget:
                    too_many += [f"{address}: {len(asked)}, may {budget} ({url})", *(_short(sql) for sql in asked)]
                break
            if status == FORBIDDEN and not address.endpoint.endswith(".cell"):
                # The right is missing, for whichever row; only cells depend on theirs.
                unopened[str(address)] = status
                break
        else:
            unopened[str(address)] = status

    assert not too_many, "\n".join(too_many)
    assert len(addresses) - len(unopened) > 150
    if name == "admin":
        assert {what for what, status in unopened.items() if not _may_stay_closed(what, status)} == set()


def _short(sql: str) -> str:
    return f"    {sql[:40]} … {sql[max(sql.find(' FROM '), 0) :][:160]}"


def _may_stay_closed(what: str, status: int) -> bool:
    """An administrator opens everything but what leads elsewhere, and a move or section that is not theirs."""
    return status in (302, 405) or ".move " in what or what.startswith("HomeSectionView.section ")
