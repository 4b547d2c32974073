"""What a service specialist has to do."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, select

from app.reports.home.asked import Asked, start_of
from app.reports.home.queries.shared import ROWS, TO_DO, Conditions, Rows, running_deadline, with_customer
from app.service.models import RequestStatus, ServiceRequest
from app.service.queries import LATE_ANSWER_DAYS


def my_requests(asked: Asked, status: RequestStatus, *more: ColumnElement[bool]) -> Conditions:
    """The requests one has, in one status."""
    return ServiceRequest.owner_id == asked.me, ServiceRequest.status == status, *more


def due_today(asked: Asked) -> ColumnElement[bool]:
    """The solution is promised for today, whatever the hour."""
    due = ServiceRequest.resolution_due_at
    return and_(due >= asked.midnight, due < asked.next_midnight)


def answered_late(asked: Asked) -> Conditions:
    """One's own requests of the last days that got their first answer after it was promised."""
    since = start_of(asked.day - timedelta(days=LATE_ANSWER_DAYS))
    late = ServiceRequest.responded_at > ServiceRequest.response_due_at
    return ServiceRequest.owner_id == asked.me, late, ServiceRequest.received_at >= since


def by_deadline(asked: Asked) -> Rows:
    """What one has to process, the nearest deadline first."""
    statement = select(ServiceRequest).where(*my_requests(asked, RequestStatus.assigned))
    ordered = statement.order_by(running_deadline(), ServiceRequest.id).limit(TO_DO)
    return with_customer(ordered, ServiceRequest.customer)


def waiting_for_feedback(asked: Asked) -> Rows:
    """What one has solved and nobody has rated, the longest waiting first."""
    statement = select(ServiceRequest).where(*my_requests(asked, RequestStatus.processed))
    ordered = statement.order_by(ServiceRequest.processed_at, ServiceRequest.id).limit(ROWS)
    return with_customer(ordered, ServiceRequest.customer)
