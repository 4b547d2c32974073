"""Service requests at every point of their life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, ten o'clock in Shanghai."""
LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(days=30)


@pytest.fixture
def make_customer(session: Session) -> Callable[..., Any]:
    from app.core.pinyin import name_key
    from app.customers.models import Customer

    def make(name: str = "宁波恒泰鲜食有限公司", **columns: Any) -> Customer:
        customer = Customer(
            code=f"T-{id(columns)}-{len(session.new)}-{session.query(Customer).count()}",
            name=name,
            name_key=name_key(name),
            custom={},
            **columns,
        )
        session.add(customer)
        session.flush()
        return customer

    return make


@pytest.fixture
def specialist(make_actor: Callable[..., Any]) -> Any:
    return make_actor("Service Specialist")


@pytest.fixture
def director(make_actor: Callable[..., Any]) -> Any:
    return make_actor("Marketing Director")


@pytest.fixture
def make_request(
    session: Session, make_customer: Callable[..., Any], specialist: Any, director: Any
) -> Callable[..., Any]:
    """``make_request("processed", satisfaction=…)``: a request that ``specialist`` has, moved there by the workflow."""
    from app.core.actors import Actor, acting_as
    from app.service.services import create_request, workflow

    system = Actor.system("factory")
    way = {
        "created": (),
        "assigned": ("assign",),
        "processed": ("assign", "process"),
        "reviewed": ("assign", "process", "record_feedback"),
        "archived": ("assign", "process", "record_feedback", "archive"),
    }

    def make(status: str = "created", *, satisfaction: int = 4, at: datetime = NOW, **values: Any) -> Any:
        owner_id = values.pop("owner_id", specialist.user_id)
        values.setdefault("customer_id", values.pop("customer", None) or make_customer().id)
        data = {
            "assign": {"owner_id": owner_id},
            "process": {"solution": "换了新的打印头"},
            "record_feedback": {"satisfaction": satisfaction},
        }
        with acting_as(system):
            request = create_request({"type": "complaint", "text": "标签掉色", **values}, by=system, at=at)
            for move in way[status]:
                workflow.make(move, request, by=system, at=at, **data.get(move, {}))
        return request

    return make
