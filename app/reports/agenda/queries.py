"""What stands in the calendar between two moments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnStatus
from app.core.calendar import CalendarDay
from app.core.i18n import local_day
from app.customers.models import Customer, FollowUp, FollowUpKind, Plan
from app.opportunities.models import Opportunity, OpportunityStatus
from app.orders.models import Order, OrderKind, OrderStatus
from app.service.models import RequestStatus, ServiceRequest

KINDS = ("plan", "visit", "service", "closing", "delivery", "look_again")
"""Plans, visits (planned and made), deadlines of requests, expected closings, promised deliveries, churn cases to look
at again."""

AWAY = (FollowUpKind.visit, FollowUpKind.meeting, FollowUpKind.exhibition)
"""What takes place with the customer in person."""

MOST = 500
"""So many entries of one request are shown; a month of one person has far fewer."""


@dataclass(frozen=True)
class Entry:
    """One line of the calendar. ``at`` is a moment (UTC), or a day for what has no hour."""

    kind: str
    record: str
    record_id: int
    title: str
    customer: str
    at: datetime | date
    is_done: bool = False


def entries(
    session: Session, first: datetime, last: datetime, *, kinds: Collection[str] = KINDS, owner_id: int | None = None
) -> tuple[list[Entry], bool]:
    """The visible entries from ``first`` (inclusive) to ``last`` (exclusive), and whether some were left out.

    ``owner_id`` keeps those that one person is responsible for.
    """
    found: list[Entry] = []
    for questions in (_moments(first, last, kinds, owner_id), _days(first, last, kinds, owner_id)):
        if questions:
            # Each kind by itself: a walk along its index that ends, where all together would be sorted.
            nearest = [
                select(kind.order_by(kind.selected_columns["at"]).limit(MOST + 1).subquery()) for kind in questions
            ]
            rows = session.execute(union_all(*nearest).order_by("at").limit(MOST + 1))
            found += [
                Entry(kind, record, pk, title, customer, at, bool(done))
                for kind, record, pk, title, customer, at, done in rows
            ]
    found.sort(key=lambda entry: (_day_of(entry.at), entry.kind, entry.record_id))
    return found[:MOST], len(found) > MOST


def _day_of(at: datetime | date) -> date:
    return local_day(at) if isinstance(at, datetime) else at


def _moments(first: datetime, last: datetime, kinds: Collection[str], owner_id: int | None) -> Sequence[Select[Any]]:
    planned = (Plan.due_at >= first, Plan.due_at < last)
    asked: list[tuple[str, Select[Any]]] = [
        ("plan", _of(Plan, "plan", "plan", Plan.what, Plan.due_at, Plan.done_at.is_not(None), owner_id)
         .where(*planned, Plan.kind.not_in(AWAY))),
        ("visit", _of(Plan, "visit", "plan", Plan.what, Plan.due_at, Plan.done_at.is_not(None), owner_id)
         .where(*planned, Plan.kind.in_(AWAY))),
        ("visit", _of(FollowUp, "visit", "follow_up", FollowUp.summary, FollowUp.at, literal(True), owner_id)
         .where(FollowUp.at >= first, FollowUp.at < last, FollowUp.kind.in_(AWAY))),
        ("service", _of(ServiceRequest, "service", "service_request", ServiceRequest.text,
                        ServiceRequest.resolution_due_at, literal(False), owner_id)
         .where(
             ServiceRequest.resolution_due_at >= first,
             ServiceRequest.resolution_due_at < last,
             ServiceRequest.status.in_((RequestStatus.created, RequestStatus.assigned)),
         )),
    ]  # fmt: skip
    return _chosen(asked, kinds)


def _days(first: datetime, last: datetime, kinds: Collection[str], owner_id: int | None) -> Sequence[Select[Any]]:
    start, end = local_day(first), local_day(last - timedelta(microseconds=1))
    asked: list[tuple[str, Select[Any]]] = [
        ("closing", _of(Opportunity, "closing", "opportunity", Opportunity.title, Opportunity.expected_close,
                        literal(False), owner_id)
         .where(
             Opportunity.expected_close.between(start, end), Opportunity.status == OpportunityStatus.developing,
         )),
        ("delivery", _of(Order, "delivery", "order", Order.number, Order.promised_on, literal(False), owner_id)
         .where(
             Order.promised_on.between(start, end),
             Order.status == OrderStatus.confirmed,
             Order.kind == OrderKind.sale,
         )),
        ("look_again", _of(ChurnCase, "look_again", "churn_case", null(), ChurnCase.look_again_on, literal(False),
                           owner_id)
         .where(ChurnCase.look_again_on.between(start, end), ChurnCase.status == ChurnStatus.postponed)),
    ]  # fmt: skip
    return _chosen(asked, kinds)


def _chosen(asked: Iterable[tuple[str, Select[Any]]], kinds: Collection[str]) -> list[Select[Any]]:
    return [statement for kind, statement in asked if kind in kinds]


def _of(
    model: type[Any], kind: str, record: str, title: Any, at: Any, is_done: ColumnElement[bool], owner_id: int | None
) -> Select[Any]:
    statement = (
        select(
            literal(kind).label("kind"),
            literal(record).label("record"),
            model.id.label("record_id"),
            (title if title is not None else null()).label("title"),
            Customer.name.label("customer"),
            at.label("at"),
            is_done.label("is_done"),
        )
        .select_from(model)
        .join(Customer, Customer.id == model.customer_id)
    )
    return statement if owner_id is None else statement.where(model.owner_id == owner_id)


def exceptions(session: Session, first: date, last: date) -> list[CalendarDay]:
    """Holidays and working weekends between two days, both inclusive."""
    return list(session.scalars(select(CalendarDay).where(CalendarDay.day.between(first, last))))
