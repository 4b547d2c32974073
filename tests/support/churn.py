"""Fixtures: customers with order histories, and churn cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.support.orders import make_customer

__all__ = ["ASOF", "AT", "make_case", "make_customer", "make_history"]

ASOF = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture
def make_history(session: Session, make_customer: Callable[..., Any]) -> Callable[..., Any]:
    """``make_history({"2026-01-05": "100", "2026-02-01": "-40"}, owner_id=…)``: a customer with these orders.

    A negative amount is a return; ``status`` is that of every order.
    """
    from app.orders.models import Order, OrderKind, OrderStatus

    def make(amounts: dict[str, str] | list[tuple[str, str]], *, status: str = "completed", **columns: Any) -> Any:
        customer = columns.pop("customer", None) or make_customer(**columns)
        for day, amount in amounts.items() if isinstance(amounts, dict) else amounts:
            value = Decimal(amount)
            session.add(
                Order(
                    number=f"H-{next(_numbers)}",
                    kind=OrderKind.return_ if value < 0 else OrderKind.sale,
                    status=OrderStatus(status),
                    customer_id=customer.id,
                    ordered_on=date.fromisoformat(day),
                    gross=abs(value),
                    net=abs(value),
                    cost=Decimal(0),
                    value=value,
                )
            )
            if value >= 0 and status == "completed":
                customer.last_order_on = max(customer.last_order_on or date.min, date.fromisoformat(day))
        session.flush()
        return customer

    return make


@pytest.fixture
def make_case(session: Session, make_history: Callable[..., Any]) -> Callable[..., Any]:
    """``make_case(status="postponed", owner_id=…)``: a case of a customer who ordered last in January."""
    from app.churn.models import ChurnCase, ChurnStatus

    def make(status: str = "warned", *, owner_id: int | None = None, customer: Any = None, **columns: Any) -> Any:
        customer = customer or make_history({"2025-12-01": "300", "2026-01-05": "700"}, owner_id=owner_id)
        values = {
            "last_order_on": date(2026, 1, 5),
            "opened_on": date(2026, 7, 8),
            "evidence": {"orders": 2, "usual_gap": 35, "silent_days": 184, "times": 5.3},
            "value_12m": Decimal("1000.00"),
            "owner_id": owner_id,
            **columns,
        }
        case = ChurnCase(customer_id=customer.id, status=ChurnStatus(status), **values)
        session.add(case)
        session.flush()
        return case

    return make
