"""客户流失: what became of the warnings of a period, why customers left, and what they were worth."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase
from app.customers.models import Customer
from app.reports.queries.contribution import money
from app.reports.queries.scope import ReportScope


@dataclass(frozen=True)
class ChurnRow:
    """One value of the dimension; ``value`` is what the customers had ordered in the 12 months before the warning."""

    key: Any
    cases: int
    value: Decimal


DIMENSIONS: dict[str, Any] = {
    "status": ChurnCase.status,
    "reason": ChurnCase.reason,
    "owner": ChurnCase.owner_id,
    "level": Customer.level,
}


def churn(session: Session, scope: ReportScope, dimension: str, *, status: str = "") -> list[ChurnRow]:
    """The cases opened in the period by ``dimension``, the most valuable first; ``month`` gives the months in order.

    :raises KeyError: if there is no such dimension.
    """
    by = scope.month_of_day(ChurnCase.opened_on) if dimension == "month" else DIMENSIONS[dimension]
    key = by.label("part")
    statement = select(key, func.count(ChurnCase.id), func.sum(ChurnCase.value_12m)).group_by(key)
    in_period = ChurnCase.opened_on.between(scope.first, scope.last)
    if dimension == "level":
        statement = statement.join(Customer, Customer.id == ChurnCase.customer_id).where(in_period, *scope.customers())
    else:
        statement = statement.where(in_period, scope.of_counted(session, ChurnCase.customer_id))
    if status:
        statement = statement.where(ChurnCase.status == status)
    rows = [
        ChurnRow(getattr(part, "value", part), count, money(value)) for part, count, value in session.execute(statement)
    ]
    if dimension == "month":
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (-row.value, str(row.key)))
