"""Customers and opportunities for tests, at every point of their life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Shanghai."""
LATER = NOW + timedelta(hours=1)
NEXT_DAY = NOW + timedelta(days=1)

_numbers = count(1)


@pytest.fixture
def make_prospect(session: Session) -> Callable[..., Any]:
    """``make_prospect(owner_id=…)``: a customer who has not bought yet."""
    from app.core.pinyin import name_key
    from app.customers.models import Customer
    from app.customers.services.customers import index

    def make(name: str = "", **columns: Any) -> Customer:
        number = next(_numbers)
        name = name or f"苏州姑苏第{number}酒店用品有限公司"
        customer = Customer(code=f"T-{number}", name=name, name_key=name_key(name), custom={}, **columns)
        session.add(customer)
        session.flush()
        index(session, customer)
        return customer

    return make


@pytest.fixture
def manager(make_actor: Callable[..., Any]) -> Any:
    """An account manager."""
    return make_actor("Account Manager")


@pytest.fixture
def director(make_actor: Callable[..., Any]) -> Any:
    """A marketing director."""
    return make_actor("Marketing Director")


@pytest.fixture
def make_opportunity(session: Session, make_prospect: Callable[..., Any], manager: Any) -> Callable[..., Any]:
    """``make_opportunity("won", amount=…)``: an opportunity of ``manager``, moved there by the workflow."""
    from app.core.actors import Actor, acting_as
    from app.opportunities.services import create_opportunity, workflow

    system = Actor.system("factory")
    way = {
        "unassigned": (),
        "developing": ("assign",),
        "won": ("assign", "win"),
        "lost": ("assign", "lose"),
    }

    def make(status: str = "developing", *, at: datetime = NOW, **values: Any) -> Any:
        customer = values.pop("customer", None)
        owner_id = values.pop("owner_id", manager.user_id)
        with acting_as(system, session):
            customer_id = values.pop("customer_id", None) or (customer or make_prospect()).id
            values = {"title": "酒店布草洗唛", "amount": 48_000, "customer_id": customer_id, **values}
            opportunity = create_opportunity(values, by=system, at=at)
            data = {"assign": {"owner_id": owner_id}, "lose": {"lost_reason": "price"}}
            for move in way[status]:
                workflow.make(move, opportunity, by=system, at=at, **data.get(move, {}))
        return opportunity

    return make
