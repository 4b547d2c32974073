"""What the questions of all home pages share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func
from sqlalchemy.orm import joinedload

from app.reports.home.asked import Asked
from app.service.models import ServiceRequest

Conditions = tuple[ColumnElement[bool], ...]
Rows = Select[*tuple[Any, ...]]

TO_DO = 12
"""Rows of a person's main list."""
ROWS = 6
"""Rows of any other list."""


def with_customer(statement: Rows, relation: Any) -> Rows:
    """Read each row's customer along with it, as far as it is in sight."""
    return statement.options(joinedload(relation)).execution_options(eager_tables=("customer",))


def running_deadline() -> ColumnElement[Any]:
    """The deadline whose clock runs: that of the first answer until there was one, then that of the solution."""
    first = func.coalesce(ServiceRequest.response_due_at, ServiceRequest.resolution_due_at)
    return case((ServiceRequest.responded_at.is_(None), first), else_=ServiceRequest.resolution_due_at)


def due_before(asked: Asked) -> ColumnElement[bool]:
    """The solution was promised for a day gone by."""
    return ServiceRequest.resolution_due_at < asked.midnight
