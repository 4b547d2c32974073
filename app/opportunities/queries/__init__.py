"""Questions about opportunities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core import search
from app.core.actors import Actor, acting_as, current_actor
from app.core.visibility import scoped
from app.customers.models import Customer, Plan
from app.customers.queries import through_customer
from app.opportunities.models import Opportunity, OpportunityStageLog, OpportunityStatus
from app.opportunities.queries.stages import (
    Stage,
    all_stages,
    policy,
    stage_named,
    stages,
    stages_after,
    stages_before,
)

__all__ = [
    "DEVELOPS",
    "POOL_COLUMNS",
    "PoolCustomer",
    "Stage",
    "all_stages",
    "as_it_stood",
    "claims_since",
    "development_plan",
    "held",
    "just_taken",
    "log_of",
    "matching",
    "policy",
    "pool_customers",
    "seen_whole",
    "sees_whole",
    "stage_named",
    "stages",
    "stages_after",
    "stages_before",
    "title_matching",
    "visible_to",
    "with_step",
    "without_next_step",
    "works_on",
]

DEVELOPS = ("opportunity.see_own", "opportunity.see_team")
"""Whoever holds one of these develops opportunities; who sees all of them directs, or only reads."""
_opportunity = Opportunity.__table__

POOL_COLUMNS = ("id", "number", "title", "need", "source", "amount", "expected_close", "created_at", "status")
"""What whoever may claim an unassigned opportunity is shown of it; the pool adds the customer's name and place."""

TAKEN_WITHIN = timedelta(minutes=10)
"""How long somebody who comes too late is told so; after that the opportunity is none of their business."""


# --- who sees what --------------------------------------------------------------------------------------------------


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Own and team's opportunities, those of customers within reach, and the pool for whoever may claim from it."""
    if actor.sees_all("opportunity"):
        return true()
    claims = actor.may("opportunity.claim")
    if not actor.may("opportunity.see"):
        return Opportunity.status == OpportunityStatus.unassigned if claims else false()
    return _seen(actor, pool=claims)


def seen_whole(actor: Actor) -> ColumnElement[bool]:
    """Of the opportunities visible to ``actor``, those of which more than the pool's columns may be shown."""
    if actor.sees_all("opportunity"):
        return true()
    return _seen(actor, pool=False) if actor.may("opportunity.see") else false()


def _seen(actor: Actor, *, pool: bool) -> ColumnElement[bool]:
    """Own and team's, those of customers within reach, and of the unassigned all or the ones they entered."""
    owners = sorted(actor.owners("opportunity"))
    if actor.reaches_far:
        unassigned = Opportunity.status == OpportunityStatus.unassigned
        return or_(
            Opportunity.owner_id.in_(owners),
            unassigned if pool else and_(unassigned, Opportunity.created_by_id == actor.user_id),
            through_customer(actor, "opportunity", Opportunity.customer_id),
        )
    key, columns = _opportunity.c.id, _opportunity.c
    unassigned = columns.status == "unassigned"
    # One key set, never OR over EXISTS, of the few rows there are.
    return Opportunity.id.in_(
        union(
            select(key).where(columns.owner_id.in_(owners)),
            select(key).where(through_customer(actor, "opportunity", columns.customer_id)),
            select(key).where(unassigned if pool else and_(unassigned, columns.created_by_id == actor.user_id)),
        )
    )


def sees_whole(session: Session, opportunity: Opportunity, actor: Actor) -> bool:
    """Say whether ``actor`` may see more of a visible opportunity than the pool's columns."""
    if opportunity.status is not OpportunityStatus.unassigned or actor.sees_all("opportunity"):
        return True
    shown = select(Opportunity.id).where(Opportunity.id == opportunity.id, seen_whole(actor))
    with acting_as(actor, session):
        return session.scalar(shown) is not None


def works_on(opportunity: Opportunity, actor: Actor) -> bool:
    """Say whether the opportunity is the actor's to develop: their own, their team's, or anybody's for a director."""
    return actor.sees_all("opportunity") or opportunity.owner_id in actor.owners("opportunity")


scoped(Opportunity, "opportunity", visible_to)


@dataclass(frozen=True)
class PoolCustomer:
    """What the pool tells about the customer of an unassigned opportunity."""

    name: str
    region: str
    region_name: str
    industry: str


def pool_customers(session: Session, opportunity_ids: Iterable[int]) -> dict[int, PoolCustomer]:
    """The customers of those of ``opportunity_ids`` that are unassigned, also out of the actor's sight.

    The caller has checked that the opportunities are visible.
    """
    unassigned = Opportunity.status == OpportunityStatus.unassigned
    rows = (
        select(Opportunity.id, Customer.name, Customer.region, Customer.region_name, Customer.industry)
        .join(Customer, Customer.id == Opportunity.customer_id)
        .where(Opportunity.id.in_(list(opportunity_ids)), unassigned)
    )
    with acting_as(Actor.system("opportunity pool"), session):
        found = session.execute(rows).all()
    return {pk: PoolCustomer(name, *(value or "" for value in rest)) for pk, name, *rest in found}


# --- search ---------------------------------------------------------------------------------------------------------


def title_matching(session: Session, text: str) -> ColumnElement[bool]:
    """Opportunities found by their title or number."""
    return search.narrowed(session, "opportunity", Opportunity.id, text, _within(session, Opportunity.id))


def matching(session: Session, text: str) -> ColumnElement[bool]:
    """Opportunities found by their title or number, or by what finds their customer."""
    customer = Opportunity.customer_id
    by_customer = search.narrowed(session, "customer", customer, text, _within(session, customer))
    return or_(title_matching(session, text), by_customer)


def _within(session: Session, column: InstrumentedAttribute[int]) -> Select[Any] | None:
    actor = current_actor(session)
    return None if actor is None or actor.sees_most("opportunity") else select(column)


# --- claiming -------------------------------------------------------------------------------------------------------


def held(session: Session, user_ids: Iterable[int]) -> dict[int, int]:
    """How many opportunities each of ``user_ids`` is developing; who has none is missing."""
    owner = _opportunity.c.owner_id
    counted = (
        select(owner, func.count())
        .where(
            owner.in_(list(user_ids)),
            _opportunity.c.status == "developing",
            _opportunity.c.deleted_at.is_(None),
        )
        .group_by(owner)
    )
    return dict(session.execute(counted).all())


def claims_since(session: Session, user_id: int, since: datetime) -> int:
    """How many opportunities a person has claimed from ``since`` on."""
    log = OpportunityStageLog
    counted = select(func.count(log.id)).where(log.actor_id == user_id, log.cause == "claim", log.at >= since)
    return session.scalar(counted) or 0


def just_taken(session: Session, pk: int, at: datetime) -> datetime | None:
    """When an opportunity left the pool, if that was a moment ago; looks past who may see it now."""
    log = OpportunityStageLog
    newest = select(log.at).where(log.opportunity_id == pk, log.cause.in_(("claim", "assign")))
    taken = session.scalar(newest.order_by(log.at.desc(), log.id.desc()).limit(1))
    return taken if taken is not None and taken >= at - TAKEN_WITHIN else None


# --- next steps -----------------------------------------------------------------------------------------------------


def with_step(step: str, now: datetime) -> ColumnElement[bool]:
    """Opportunities under development whose next step is missing (``none``) or overdue (``late``)."""
    due_at = Opportunity.next_due_at
    developing = Opportunity.status == OpportunityStatus.developing
    return and_(developing, due_at.is_(None) if step == "none" else due_at < now)


def without_next_step() -> Select[Opportunity]:
    """Opportunities under development for which nothing is planned, the longest untouched first."""
    return (
        select(Opportunity)
        .where(Opportunity.status == OpportunityStatus.developing, Opportunity.next_due_at.is_(None))
        .order_by(Opportunity.stage_since, Opportunity.id)
    )


def development_plan(opportunity_id: int) -> Select[Plan]:
    """The steps of an opportunity's development plan, in their order."""
    in_order = (Plan.position.is_(None), Plan.position, Plan.due_at, Plan.id)
    return select(Plan).where(Plan.opportunity_id == opportunity_id).order_by(*in_order)


def log_of(opportunity_id: int) -> Select[OpportunityStageLog]:
    """How an opportunity stood, oldest first; the caller has checked that it is visible."""
    log = OpportunityStageLog
    return select(log).where(log.opportunity_id == opportunity_id).order_by(log.at, log.id)


def as_it_stood(at: datetime) -> Select[Any]:
    """The newest log row of every opportunity at the moment ``at`` (inclusive): the pipeline of that day."""
    log = OpportunityStageLog
    newest = (
        select(log.id, func.row_number().over(partition_by=log.opportunity_id, order_by=(log.at.desc(), log.id.desc())))
        .where(log.at <= at)
        .subquery()
    )
    return (
        select(log)
        .join(Opportunity, Opportunity.id == log.opportunity_id)
        .join(newest, and_(newest.c.id == log.id, newest.c[1] == 1))
    )
