"""What a change of an opportunity leaves behind: a log row, a line on the timeline, and who may see the customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.accounts.models import User
from app.core import events, notifications, timeline
from app.core.actors import Actor, acting_as
from app.core.doing import done_by
from app.customers.models import AccessReason, Customer, Plan
from app.customers.services.access import grant_access, revoke_access
from app.customers.services.customers import hand_over
from app.opportunities.models import Opportunity, OpportunityStageLog
from app.opportunities.workflow import MOVES


def log(session: Session, opportunity: Opportunity, cause: str, *, by: Actor, at: datetime) -> None:
    """Keep how the opportunity stands from ``at`` on."""
    session.add(
        OpportunityStageLog(
            opportunity_id=opportunity.id,
            at=at,
            actor_id=by.user_id,
            cause=cause,
            status=opportunity.status,
            stage=opportunity.stage,
            owner_id=opportunity.owner_id,
            amount=opportunity.amount,
            probability=opportunity.probability,
            expected_close=opportunity.expected_close,
        )
    )
    session.flush()


def tell(session: Session, opportunity: Opportunity, what: str, *, by: Actor, at: datetime, **words: Any) -> None:
    """Add a line about the opportunity to its customer's timeline; empty words are left out."""
    said = {"title": opportunity.title, **{name: word for name, word in words.items() if word not in (None, "")}}
    timeline.tell(
        session,
        opportunity.customer_id,
        f"opportunity.{what}",
        at,
        record_id=opportunity.id,
        actor_id=by.user_id,
        **said,
    )


def before(session: Session, opportunity: Opportunity) -> OpportunityStageLog | None:
    """How the opportunity stood according to its newest log row."""
    rows = select(OpportunityStageLog).where(OpportunityStageLog.opportunity_id == opportunity.id)
    return session.scalar(rows.order_by(OpportunityStageLog.at.desc(), OpportunityStageLog.id.desc()).limit(1))


def give_to(
    session: Session, opportunity: Opportunity, previous_owner_id: int | None, *, by: Actor, at: datetime
) -> None:
    """Let the present owner see the customer and have the open plans; the previous one no longer does.

    A customer of nobody's becomes the owner's. Whoever still has another opportunity with the customer keeps seeing
    it. Plans of an unassigned opportunity wait without an owner for whoever takes it.
    """
    customer_id, owner_id = opportunity.customer_id, opportunity.owner_id
    if owner_id == previous_owner_id:
        return
    others = select(Opportunity.id).where(
        Opportunity.customer_id == customer_id, Opportunity.owner_id == previous_owner_id
    )
    open_plans = select(Plan).where(Plan.opportunity_id == opportunity.id, Plan.done_at.is_(None))
    # The customer is out of the new owner's sight until now, the previous owner's other work perhaps out of the giver's.
    with acting_as(Actor.system("opportunity history"), session):
        grant_access(session, customer_id, owner_id, AccessReason.opportunity)
        customer = session.get(Customer, customer_id)
        if owner_id is not None and customer is not None and customer.owner_id is None:
            hand_over(customer, owner_id, by=Actor.system(by.name), at=at)
        has_others = session.scalar(others.limit(1)) is not None
        plans = list(session.scalars(open_plans))
    if not has_others:
        revoke_access(session, customer_id, previous_owner_id, AccessReason.opportunity)
    for plan in plans:
        if plan.owner_id in (None, previous_owner_id):
            plan.owner_id = owner_id
    session.flush()


def _name_of(session: Session, user_id: int | None) -> str:
    person = session.get(User, user_id) if user_id is not None else None
    return person.name if person else ""


def _listen(move: str) -> None:
    def keep(opportunity: Opportunity, *, by: Actor, at: datetime, **data: Any) -> None:
        session = object_session(opportunity)
        assert session is not None
        with done_by(by, at):
            previous = before(session, opportunity)
            log(session, opportunity, move, by=by, at=at)
            words = {"note": data.get("note")}
            if move in ("assign", "claim", "reassign"):
                words["owner"] = _name_of(session, opportunity.owner_id)
            elif move in ("advance", "go_back"):
                words |= {"stage": opportunity.stage, "from_stage": previous.stage if previous else ""}
            elif move == "win":
                words["amount"] = str(opportunity.amount)
            elif move == "lose":
                words |= {"reason": opportunity.lost_reason, "note": opportunity.lost_note}
            tell(session, opportunity, move, by=by, at=at, **words)
            give_to(session, opportunity, previous.owner_id if previous else None, by=by, at=at)
            if move in ("assign", "reassign") and opportunity.owner_id not in (None, by.user_id):
                notifications.notify(
                    session,
                    opportunity.owner_id,
                    "opportunity.assigned",
                    at=at,
                    record_id=opportunity.id,
                    title=opportunity.title,
                    by=by.name,
                )

    events.on(f"opportunity.{move}")(keep)


for _move in MOVES:
    _listen(_move.name)
