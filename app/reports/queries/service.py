"""客户服务: how many requests came in, how fast they were answered and solved, and how they were rated."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from app.reports.queries.scope import ReportScope
from app.service.models import RequestStatus, ServiceRequest


class hours_between(FunctionElement[float]):  # noqa: N801 - a SQL function, written as one
    """The hours from the first moment to the second."""

    type = Float()
    inherit_cache = True
    name = "hours_between"


@compiles(hours_between, "sqlite")
def _of_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(part, **options) for part in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 24.0)"


@compiles(hours_between, "postgresql")
def _of_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    first, second = (compiler.process(part, **options) for part in element.clauses)
    return f"(EXTRACT(EPOCH FROM ({second} - {first})) / 3600.0)"


@dataclass(frozen=True)
class ServiceRow:
    """One value of the dimension. Hours are means over the clock, not over working hours; None where nothing counts.

    ``in_time`` is the share solved by the promised time among those that are solved.
    """

    key: Any
    requests: int
    open: int
    response_hours: float | None
    resolution_hours: float | None
    in_time: float | None
    satisfaction: Decimal | None
    rated: int


DIMENSIONS: dict[str, Any] = {
    "type": ServiceRequest.type,
    "status": ServiceRequest.status,
    "specialist": ServiceRequest.owner_id,
    "priority": ServiceRequest.priority,
}


def service(session: Session, scope: ReportScope, dimension: str) -> list[ServiceRow]:
    """The requests received in the period by ``dimension``; ``month`` gives the months in order.

    :raises KeyError: if there is no such dimension.
    """
    request = ServiceRequest
    by = scope.month_of_moment(request.received_at) if dimension == "month" else DIMENSIONS[dimension]
    start, end = scope.moments()
    solved = request.processed_at.is_not(None) & request.resolution_due_at.is_not(None)
    in_time = case((solved & (request.processed_at <= request.resolution_due_at), 1.0), (solved, 0.0), else_=None)
    key = by.label("part")
    statement = (
        select(
            key,
            func.count(request.id),
            func.sum(case((request.status != RequestStatus.archived, 1), else_=0)),
            func.avg(hours_between(request.received_at, request.responded_at)),
            func.avg(hours_between(request.received_at, request.processed_at)),
            func.avg(in_time),
            func.avg(request.satisfaction),
            func.count(request.satisfaction),
        )
        .where(request.received_at >= start, request.received_at < end, scope.of_counted(session, request.customer_id))
        .group_by(key)
    )
    rows = [
        ServiceRow(
            getattr(row[0], "value", row[0]),
            row[1],
            int(row[2] or 0),
            _float(row[3]),
            _float(row[4]),
            _float(row[5]),
            Decimal(str(row[6])).quantize(Decimal("0.01")) if row[6] is not None else None,
            row[7],
        )
        for row in session.execute(statement)
    ]
    if dimension == "month":
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (-row.requests, str(row.key)))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
