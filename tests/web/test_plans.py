"""How the databases answer the pages that must stay quick in a large company: by an index, without reading a table.

A small company is enough. PostgreSQL is told to avoid reading a whole table, and sorting, wherever there is another
way, so what it still reads or sorts has no index; SQLite is told that every table is a thousand times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from tests.support.application import Client

CUSTOMERS, ORDERS = 120, 600
PASSWORD = "changke-demo"

LARGE = frozenset(
    {
        "customer", "customer_access", "customer_key", "contact", "follow_up", "plan", "opportunity", "sales_order",
        "order_line", "order_day", "service_request", "service_request_log", "churn_case", "search_entry",
        "timeline_entry", "audit_entry",
    }
)  # fmt: skip
"""Tables with a row for every customer, order or change."""

FOUND = (
    "/customers/list/?q=科技",
    "/customers/list/?q=kj",
    "/customers/show/{customer}",
    "/customers/preview/{customer}",
    "/customers/{customer}/timeline",
    "/customers/edit/{customer}",
    "/orders/related/customer_id/{customer}",
    "/contacts/related/customer_id/{customer}",
    "/plans/related/customer_id/{customer}",
    "/opportunities/board",
    "/opportunities/board?who=me",
    "/opportunities/closing?who=me",
    "/service-requests/board",
    "/service-requests/board?who=me",
    "/lookup/customer?q=科技",
    "/search/palette?q=科技",
    "/search/palette?q=kj",
    "/agenda/entries",
)
"""Pages about some rows of a large table, which an index finds."""

ONE_STATUS = ("/opportunity-pool/list/", "/service-archive/list/")
"""Lists of the records in one status, which may be found by it and then sorted."""

EQUAL_ONES_SORTED = ("status", "level", "type", "number")
"""Columns whose index goes on with another column than the key: PostgreSQL sorts by the key what is equal otherwise."""

# What a plan says of a table that is read from one end to the other, and of rows that are sorted.
READ_WHOLE = {"sqlite": r"^SCAN (\w+)$", "postgresql": r"Seq Scan on (\w+)"}
SORTED = {"sqlite": r"^USE TEMP B-TREE FOR ORDER BY$", "postgresql": r"^\W*Sort\b"}


@pytest.fixture
def company(database_kind: str, session: Session) -> Iterator[None]:
    """A demonstration company; both databases know how its values are spread."""
    from app.exchange.demo.company import make_up

    session.commit()
    make_up(session, customers=CUSTOMERS, orders=ORDERS, seed=1, password=PASSWORD, now=datetime.now(UTC))
    session.commit()
    session.execute(text("ANALYZE"))
    if database_kind == "sqlite":
        # A statistic begins with the length of the table.
        session.execute(
            text("UPDATE sqlite_stat1 SET stat = CAST(stat AS INTEGER) * 1000 || substr(stat, instr(stat || ' ', ' '))")
        )
        session.execute(text("ANALYZE sqlite_schema"))
    session.commit()
    yield
    if database_kind == "sqlite":
        session.execute(text("DELETE FROM sqlite_stat1"))
        session.execute(text("ANALYZE sqlite_schema"))


@pytest.fixture
def plans(app: Flask, company: None, session: Session, client: Client) -> Any:
    """``plans("/customers/list/")``: (statement, plan) of each question of a page."""
    from app.core.database import db

    kind = session.get_bind().dialect.name

    def of(url: str) -> list[tuple[str, list[str]]]:
        with asked(db.engines[None]) as questions:
            answer = client.get(url)
        assert answer.status_code == 200, url
        connection = session.connection()
        if kind == "postgresql":
            for way in ("seqscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        told = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"
        found = []
        for statement, given in questions:
            lines = [str(line[-1]) for line in connection.exec_driver_sql(f"{told} {statement}", given)]
            found.append((statement, lines))
        session.rollback()
        return found

    return of


@contextmanager
def asked(connection: Any) -> Iterator[list[tuple[str, Any]]]:
    """Collect the reading statements with their parameters."""
    found: list[tuple[str, Any]] = []

    def take(_connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")) and not many:
            found.append((statement, given))

    event.listen(connection, "before_cursor_execute", take)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", take)


def sign_in(client: Client, name: str) -> None:
    answer = client.post("/login/", data={"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    assert "/login" not in answer.location


def read_whole(kind: str, statement: str, plan: list[str]) -> set[str]:
    """The large tables that a plan reads from one end to the other."""
    tables = {alias: table for table, alias in re.findall(r"(\w+)\"? AS (\w+)", statement)}
    found = {name for line in plan for name in re.findall(READ_WHOLE[kind], line)}
    return {tables.get(name, name) for name in found} & LARGE


@pytest.mark.parametrize("name", ["admin", "manager1"])
def test_pages_about_some_rows_find_them_by_an_index(
    database_kind: str, session: Session, plans: Any, client: Client, name: str
) -> None:
    from app.accounts.models import User
    from app.customers.models import Customer

    sign_in(client, name)
    manager = session.scalars(select(User).where(User.username == "manager1")).one()
    customer = session.scalars(select(Customer.id).where(Customer.owner_id == manager.id).limit(1)).one()
    flaws, questions = [], 0

    # An administrator's home page asks whether there is any customer, and stops at the first.
    for address in FOUND if name == "admin" else (*FOUND, "/"):
        for statement, plan in plans(address.format(customer=customer)):
            questions += 1
            if tables := read_whole(database_kind, statement, plan):
                flaws.append(f"{address} reads all of {', '.join(sorted(tables))}:\n{statement}\n" + "\n".join(plan))

    assert not flaws, "\n\n".join(flaws)
    assert questions > 2 * len(FOUND)


def test_a_list_follows_an_index_in_every_order_it_offers(
    app: Flask, database_kind: str, session: Session, plans: Any, client: Client
) -> None:
    sign_in(client, "admin")
    orders = [
        (str(rule), type(view).__name__, column, view.datamodel.obj.__tablename__)
        for view in app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
        for rule in app.url_map.iter_rules()
        if rule.endpoint == f"{view.endpoint}.list" and getattr(view, "datamodel", None) is not None
        for column in getattr(view, "order_columns", None) or ()
        if view.datamodel.obj.__tablename__ in LARGE and str(rule) not in ONE_STATUS
        if database_kind == "sqlite" or column not in EQUAL_ONES_SORTED
    ]
    sorting = []

    for url, view, column, table in orders:
        for direction in ("asc", "desc"):
            of_page = plans(f"{url}?_oc_{view}={column}&_od_{view}={direction}")
            for statement, plan in of_page:
                whole = f"FROM {table}" in statement and "LIMIT" in statement and "ORDER BY" in statement
                if whole and any(re.search(SORTED[database_kind], line) for line in plan):
                    sorting.append(f"{url} by {column} {direction}:\n{statement}\n" + "\n".join(plan))

    assert len(orders) > 20
    assert not sorting, "\n\n".join(sorting)
