"""客户服务: how many requests came in, how fast they were answered and solved, and how they were rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Float, Select, case, func, select
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


def _figures(scope: ReportScope, session: Session, *parts: Any) -> Select[Any]:
    """What is known of the requests of the scope, for each of ``parts`` or for all of them together."""
    request = ServiceRequest
    start, end = scope.moments()
    solved = request.processed_at.is_not(None) & request.resolution_due_at.is_not(None)
    in_time = case((solved & (request.processed_at <= request.resolution_due_at), 1.0), (solved, 0.0), else_=None)
    return select(
        *parts,
        func.count(request.id),
        func.sum(case((request.status != RequestStatus.archived, 1), else_=0)),
        func.avg(hours_between(request.received_at, request.responded_at)),
        func.avg(hours_between(request.received_at, request.processed_at)),
        func.avg(in_time),
        func.avg(request.satisfaction),
        func.count(request.satisfaction),
    ).where(request.received_at >= start, request.received_at < end, scope.of_counted(session, request.customer_id))


def _row(key: Any, figures: Sequence[Any]) -> ServiceRow:
    requests, still_open, response, resolution, in_time, satisfaction, rated = figures
    return ServiceRow(
        key,
        requests,
        int(still_open or 0),
        _float(response),
        _float(resolution),
        _float(in_time),
        Decimal(str(satisfaction)).quantize(Decimal("0.01")) if satisfaction is not None else None,
        rated,
    )


def all_together(session: Session, scope: ReportScope) -> ServiceRow:
    """All requests of the period as one row; a mean of the parts' means would weigh them wrongly."""
    return _row(None, session.execute(_figures(scope, session)).one())


def service(session: Session, scope: ReportScope, dimension: str) -> list[ServiceRow]:
    """The requests received in the period by ``dimension``; ``month`` gives the months in order.

    :raises KeyError: if there is no such dimension.
    """
    is_month = dimension == "month"
    by = scope.month_of_moment(ServiceRequest.received_at) if is_month else DIMENSIONS[dimension]
    key = by.label("part")
    found = session.execute(_figures(scope, session, key).group_by(key))
    rows = [_row(getattr(part, "value", part), figures) for part, *figures in found]
    if is_month:
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (-row.requests, str(row.key)))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
