"""Fixtures: customers, products and orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = date(2026, 11, 23)
_numbers = count(1)


@pytest.fixture
def system() -> Any:
    """The program itself."""
    from app.core.actors import Actor

    return Actor.system("test")


@pytest.fixture
def make_customer(session: Session) -> Callable[..., Any]:
    """``make_customer(owner_id=…)``: a customer, written without the services of customers."""
    from app.core.pinyin import name_key
    from app.customers.models import Customer, CustomerStatus

    def make(**columns: Any) -> Customer:
        number = next(_numbers)
        name = columns.pop("name", f"Buyer {number}")
        customer = Customer(
            **{
                "code": f"B-{number:05d}",
                "name": name,
                "name_key": name_key(name),
                "status": CustomerStatus.active,
                "custom": {},
                **columns,
            }
        )
        session.add(customer)
        session.flush()
        return customer

    return make


@pytest.fixture
def make_product(session: Session, system: Any) -> Callable[..., Any]:
    """``make_product(list_price="113.00")``: a product of the catalogue."""
    from app.products import services

    def make(**values: Any) -> Any:
        number = next(_numbers)
        return services.create_product(
            {"name": f"Product {number}", "list_price": "113.00", "cost_price": "60", **values}, by=system, at=NOW
        )

    return make


@pytest.fixture
def make_order(session: Session, system: Any, make_customer: Callable[..., Any]) -> Callable[..., Any]:
    """``make_order(status="shipped", lines=[…])``: an order brought to its status by its moves."""
    from app.orders import services
    from app.orders.models import OrderStatus

    path = {
        "draft": (),
        "confirmed": ("confirm",),
        "shipped": ("confirm", "ship"),
        "completed": ("confirm", "ship", "complete"),
        "cancelled": ("cancel",),
    }

    def make(status: str = "draft", *, at: datetime = NOW, **values: Any) -> Any:
        if "customer_id" not in values and "original_id" not in values:
            values["customer_id"] = make_customer().id
        values.setdefault("lines", [line("100.00")])
        order = services.create_order({"ordered_on": TODAY, **values}, by=system, at=at)
        for name in path[OrderStatus(status).value]:
            order = services.workflow.make(name, order, by=system, at=at)
        return order

    return make


def line(unit_price: str | Decimal, quantity: str | Decimal = "1", **values: Any) -> dict[str, Any]:
    """A line as somebody enters it."""
    return {"text": "Work", "unit_price": unit_price, "quantity": quantity, **values}


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The SELECT statements sent to the database meanwhile."""
    from app.core.database import db

    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def listener(*args: Any) -> None:
        if args[2].lstrip().startswith(("SELECT", "WITH")):
            seen.append(args[2])

    event.listen(engine, "before_cursor_execute", listener)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", listener)
