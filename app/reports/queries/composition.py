"""客户构成: how many customers there are by one of their fields, and what they ordered in the period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import String, case, cast, func, literal, select
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.orders.models import OrderDay
from app.reports.queries.contribution import money
from app.reports.queries.scope import ReportScope

SATISFIED = ((4, "4-5"), (3, "3-4"), (2, "2-3"))
"""Bands of satisfaction: from the first figure, exclusive of the next band."""


@dataclass(frozen=True)
class Part:
    """One value of the field; ``key`` is empty where nothing is entered."""

    key: str
    customers: int
    value: Decimal


DIMENSIONS: dict[str, Any] = {
    "level": Customer.level,
    "industry": Customer.industry,
    "region": func.substr(Customer.region, 1, 2),
    "credit": Customer.credit,
    "satisfaction": case(
        *((Customer.satisfaction >= low, literal(name)) for low, name in SATISFIED),
        (Customer.satisfaction.is_not(None), literal("1-2")),
        else_=None,
    ),
    "source": Customer.source,
    "status": Customer.status,
}


def composition(session: Session, scope: ReportScope, dimension: str) -> list[Part]:
    """The customers by ``dimension``, the largest part first; those without a value last.

    :raises KeyError: if there is no such dimension.
    """
    sums = (
        select(OrderDay.customer_id.label("customer_id"), func.sum(OrderDay.gross).label("value"))
        .where(*scope.order_days_by_customer(session))
        .group_by(OrderDay.customer_id)
        .subquery("sums")
    )
    # As an expression: an index that begins with the field would be followed row by row, the covering one is not.
    key = func.coalesce(cast(DIMENSIONS[dimension], String), "").label("part")
    statement = (
        select(key, func.count(Customer.id), func.sum(sums.c.value))
        .outerjoin(sums, sums.c.customer_id == Customer.id)
        .where(*scope.customers())
        .group_by(key)
    )
    parts = [Part(found, count, money(value)) for found, count, value in session.execute(statement)]
    return sorted(parts, key=lambda part: (not part.key, -part.customers, part.key))
