"""What a director assigns and watches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all

from app.accounts.models import User
from app.churn.models import ChurnCase, ChurnStatus
from app.customers.models import Plan
from app.opportunities.models import Opportunity, OpportunityStage, OpportunityStatus
from app.reports.home.asked import Asked
from app.reports.home.queries.shared import ROWS, Conditions, Rows, running_deadline, with_customer
from app.service.models import RequestStatus, ServiceRequest

PEOPLE = 12
"""People in the table of the team's load."""
DEVELOPING = Opportunity.status == OpportunityStatus.developing


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
    return with_customer(statement.order_by(Opportunity.created_at, Opportunity.id).limit(ROWS), Opportunity.customer)


def pressing_unassigned() -> Rows:
    """The requests without a specialist whose deadline is nearest."""
    statement = (
        select(ServiceRequest).where(*unassigned_requests()).order_by(running_deadline(), ServiceRequest.id).limit(ROWS)
    )
    return with_customer(statement, ServiceRequest.customer)


def dearest_ownerless() -> Rows:
    """The cases without owner that are worth most."""
    statement = select(ChurnCase).where(*ownerless_warnings())
    by_money = (ChurnCase.value_12m.desc(), ChurnCase.id.desc())
    return with_customer(statement.order_by(*by_money).limit(ROWS), ChurnCase.customer)


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
