"""The rows a home page shows, and the conditions under which they are counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.churn.models import ChurnCase, ChurnStatus
from app.core.audit import AuditEntry
from app.core.jobs import Job, JobStatus
from app.customers.models import Contact, Customer, Plan
from app.opportunities.models import Opportunity, OpportunityStage, OpportunityStatus
from app.opportunities.queries import with_step
from app.orders.models import Order, OrderStatus
from app.orders.queries import counted as counted_orders
from app.reports.home.asked import Asked, start_of
from app.service.models import RequestStatus, ServiceRequest

Conditions = tuple[ColumnElement[bool], ...]
Rows = Select[*tuple[Any, ...]]

TO_DO = 12
ROWS = 6
PEOPLE = 12
ANSWERED_LATE_DAYS = 30
DEVELOPING = Opportunity.status == OpportunityStatus.developing


def _with_customer(statement: Rows, relation: Any) -> Rows:
    return statement.options(joinedload(relation)).execution_options(eager_tables=("customer",))


# --- an account manager's own work ---


def overdue_plans(asked: Asked) -> Conditions:
    """One's own open plans of days gone by."""
    return Plan.owner_id == asked.me, Plan.done_at.is_(None), Plan.due_at < asked.midnight


def plans_of_today(asked: Asked) -> Conditions:
    """One's own open plans of today, whatever the hour."""
    due = Plan.due_at
    return Plan.owner_id == asked.me, Plan.done_at.is_(None), due >= asked.midnight, due < asked.next_midnight


def plans_done_today(asked: Asked) -> Conditions:
    """What one has done today."""
    return Plan.owner_id == asked.me, Plan.done_at >= asked.midnight, Plan.done_at < asked.next_midnight


def to_do(asked: Asked) -> Rows:
    """(plan, name of its contact, title of the contact): overdue and today's, the longest overdue first."""
    statement = (
        select(Plan, Contact.name, Contact.title)
        .outerjoin(Contact, Contact.id == Plan.contact_id)
        .where(Plan.owner_id == asked.me, Plan.done_at.is_(None), Plan.due_at < asked.next_midnight)
        .order_by(Plan.due_at, Plan.id)
        .limit(TO_DO)
    )
    return _with_customer(statement, Plan.customer)


def my_warnings(asked: Asked) -> Conditions:
    """Cases one has to decide."""
    return ChurnCase.owner_id == asked.me, ChurnCase.status == ChurnStatus.warned


def my_postponed_due(asked: Asked) -> Conditions:
    """Cases one wanted to look at again by today."""
    postponed = ChurnCase.status == ChurnStatus.postponed
    return ChurnCase.owner_id == asked.me, postponed, ChurnCase.look_again_on <= asked.day


def my_risks(asked: Asked) -> Rows:
    """What of both is worth most."""
    either = or_(and_(*my_warnings(asked)), and_(*my_postponed_due(asked)))
    statement = select(ChurnCase).where(ChurnCase.owner_id == asked.me, either)
    by_money = (ChurnCase.value_12m.desc(), ChurnCase.id.desc())
    return _with_customer(statement.order_by(*by_money).limit(ROWS), ChurnCase.customer)


def my_without_step(asked: Asked) -> Conditions:
    """One's own opportunities for which nothing is planned."""
    return Opportunity.owner_id == asked.me, with_step("none", asked.at)


def without_step(asked: Asked) -> Rows:
    """The largest of them."""
    by_amount = (Opportunity.amount.is_(None), Opportunity.amount.desc(), Opportunity.id)
    statement = select(Opportunity).where(*my_without_step(asked)).order_by(*by_amount).limit(ROWS)
    return _with_customer(statement, Opportunity.customer).options(joinedload(Opportunity.stage_row))


def requests_of_my_customers(asked: Asked) -> Conditions:
    """Service requests of one's own customers that are not in the archive."""
    own = select(Customer.id).where(Customer.owner_id == asked.me)
    return ServiceRequest.customer_id.in_(own), ServiceRequest.status != RequestStatus.archived


def my_orders(asked: Asked, first: date, last: date) -> Conditions:
    """The orders one sold in a period, both days included."""
    return Order.owner_id == asked.me, counted_orders(), Order.ordered_on.between(first, last)


# --- a director's ---


def unassigned_opportunities() -> Conditions:
    return (Opportunity.status == OpportunityStatus.unassigned,)


def unassigned_requests() -> Conditions:
    return (ServiceRequest.status == RequestStatus.created,)


def ownerless_warnings() -> Conditions:
    """Cases to decide that are nobody's."""
    return ChurnCase.status == ChurnStatus.warned, ChurnCase.owner_id.is_(None)


def oldest_unassigned() -> Rows:
    """The opportunities that have waited longest for somebody."""
    statement = select(Opportunity).where(*unassigned_opportunities())
    return _with_customer(statement.order_by(Opportunity.created_at, Opportunity.id).limit(ROWS), Opportunity.customer)


def pressing_unassigned() -> Rows:
    """The requests without a specialist whose deadline is nearest."""
    by_deadline = (ServiceRequest.resolution_due_at, ServiceRequest.id)
    statement = select(ServiceRequest).where(*unassigned_requests()).order_by(*by_deadline).limit(ROWS)
    return _with_customer(statement, ServiceRequest.customer)


def dearest_ownerless() -> Rows:
    """The cases without owner that are worth most."""
    statement = select(ChurnCase).where(*ownerless_warnings())
    by_money = (ChurnCase.value_12m.desc(), ChurnCase.id.desc())
    return _with_customer(statement.order_by(*by_money).limit(ROWS), ChurnCase.customer)


def team_load(asked: Asked) -> Rows | None:
    """(user, opportunities, requests, overdue plans) of who has most to do, as far as whoever asks may see it."""
    parts = []
    if asked.may("opportunity.see"):
        parts.append(_load("opportunities", Opportunity, DEVELOPING))
    if asked.may("service_request.see"):
        parts.append(_load("requests", ServiceRequest, ServiceRequest.status == RequestStatus.assigned))
    if asked.may("plan.see"):
        everybody = select(User.__table__.c.id)
        # By person: the index on what is open begins with the owner.
        overdue = (Plan.owner_id.in_(everybody), Plan.done_at.is_(None), Plan.due_at < asked.midnight)
        parts.append(_load("plans", Plan, *overdue))
    if not parts:
        return None
    each = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    sums = [
        func.coalesce(func.sum(each.c.number).filter(each.c.what == what), 0).label(what)
        for what in ("opportunities", "requests", "plans")
    ]
    load = select(each.c.owner_id, *sums, func.sum(each.c.number).label("total")).group_by(each.c.owner_id).subquery()
    return (
        select(User, load.c.opportunities, load.c.requests, load.c.plans)
        .join(load, load.c.owner_id == User.id)
        .order_by(load.c.total.desc(), User.id)
        .limit(PEOPLE)
    )


def _load(what: str, model: Any, *where: ColumnElement[bool]) -> Rows:
    number = func.count(model.id).label("number")
    owned = model.owner_id.is_not(None)
    return (
        select(model.owner_id.label("owner_id"), literal(what).label("what"), number)
        .where(*where, owned)
        .group_by(model.owner_id)
    )


def funnel() -> Rows:
    """(stage, opportunities, amount) of every stage in use, in their order."""
    each = (
        select(
            Opportunity.stage, func.count(Opportunity.id).label("number"), func.sum(Opportunity.amount).label("amount")
        )
        .where(DEVELOPING)
        .group_by(Opportunity.stage)
        .subquery()
    )
    return (
        select(OpportunityStage, func.coalesce(each.c.number, 0), func.coalesce(each.c.amount, 0))
        .outerjoin(each, each.c.stage == OpportunityStage.code)
        .where(or_(OpportunityStage.active.is_(True), each.c.number > 0))
        .order_by(OpportunityStage.position, OpportunityStage.id)
    )


# --- a specialist's ---


def my_requests(asked: Asked, status: RequestStatus, *more: ColumnElement[bool]) -> Conditions:
    """The requests one has, in one status."""
    return ServiceRequest.owner_id == asked.me, ServiceRequest.status == status, *more


def due_before(asked: Asked) -> ColumnElement[bool]:
    """The solution was promised for a day gone by."""
    return ServiceRequest.resolution_due_at < asked.midnight


def due_today(asked: Asked) -> ColumnElement[bool]:
    """The solution is promised for today, whatever the hour."""
    due = ServiceRequest.resolution_due_at
    return and_(due >= asked.midnight, due < asked.next_midnight)


def answered_late(asked: Asked) -> Conditions:
    """One's own requests of the last days that got their first answer after it was promised."""
    since = start_of(asked.day - timedelta(days=ANSWERED_LATE_DAYS))
    late = ServiceRequest.responded_at > ServiceRequest.response_due_at
    return ServiceRequest.owner_id == asked.me, late, ServiceRequest.received_at >= since


def by_deadline(asked: Asked) -> Rows:
    """What one has to process, the nearest deadline first."""
    statement = select(ServiceRequest).where(*my_requests(asked, RequestStatus.assigned))
    ordered = statement.order_by(ServiceRequest.resolution_due_at, ServiceRequest.id).limit(TO_DO)
    return _with_customer(ordered, ServiceRequest.customer)


def waiting_for_feedback(asked: Asked) -> Rows:
    """What one has solved and nobody has rated, the longest waiting first."""
    statement = select(ServiceRequest).where(*my_requests(asked, RequestStatus.processed))
    ordered = statement.order_by(ServiceRequest.processed_at, ServiceRequest.id).limit(ROWS)
    return _with_customer(ordered, ServiceRequest.customer)


# --- the office's ---


def orders_in(status: OrderStatus, *more: ColumnElement[bool]) -> Conditions:
    return Order.status == status, *more


def orders_to_do(status: OrderStatus, limit: int) -> Rows:
    """Orders in one status, the earliest promise first."""
    promised = (Order.promised_on.is_(None), Order.promised_on, Order.ordered_on, Order.id)
    statement = select(Order).where(*orders_in(status)).order_by(*promised).limit(limit)
    return _with_customer(statement, Order.customer)


# --- an administrator's ---


def newest_failed_jobs() -> Rows:
    return select(Job).where(Job.status == JobStatus.failed).order_by(Job.id.desc()).limit(ROWS)


def failed_sign_ins(asked: Asked) -> Conditions:
    """Refused sign-ins of yesterday and today."""
    return AuditEntry.action == "sign_in_failed", AuditEntry.at >= start_of(asked.yesterday)


def newest_failed_sign_ins(asked: Asked) -> Rows:
    return select(AuditEntry).where(*failed_sign_ins(asked)).order_by(AuditEntry.id.desc()).limit(ROWS)
