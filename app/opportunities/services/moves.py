"""What each move of an opportunity does besides its status; bound to the table of moves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.accounts.models import User
from app.core import dictionary
from app.core.actors import Actor, acting_as
from app.core.checks import REQUIRED, Checks
from app.core.database import db
from app.core.doing import done_by
from app.core.errors import DomainError, IllegalMove, NotAllowed, NotFound, invalid
from app.core.events import on
from app.core.i18n import _l
from app.core.visibility import find
from app.customers.models import Customer
from app.customers.services.customers import activate
from app.opportunities import queries
from app.opportunities.models import Opportunity
from app.opportunities.services.records import may_work, refuse_changes_by_others, take_fields
from app.opportunities.services.references import refuse_if_referred_to
from app.opportunities.terms import REQUIRABLE
from app.opportunities.workflow import refuse_if_just_taken, workflow

NOTE_LIMIT = 300
CLAIMS_COUNT_FOR = timedelta(hours=24)


class QuotaReached(DomainError):
    """Whoever claims holds or claimed as many as one person may."""

    status = IllegalMove.status


def claim(pk: int, *, by: Actor, at: datetime) -> Opportunity:
    """Take the unassigned opportunity ``pk``; of several who try at once exactly one succeeds.

    :raises Taken: for whoever came a moment too late.
    :raises QuotaReached: for whoever holds or claimed enough.
    """
    with done_by(by, at) as session:
        opportunity = find(session, Opportunity, pk)
        if opportunity is None:
            refuse_if_just_taken(session, pk, by=by, at=at)
            raise NotFound
        claimed: Opportunity = workflow.make("claim", opportunity, by=by, at=at)
    return claimed


def _session_of(opportunity: Opportunity) -> Session:
    return object_session(opportunity) or db.session()


def _noted(note: Any) -> None:
    checks = Checks({"note": note}, ("note",), creating=False)
    checks.text("note", NOTE_LIMIT)
    checks.done()


@workflow.effect("claim")
def _claim(opportunity: Opportunity, *, by: Actor, at: datetime) -> None:
    session = _session_of(opportunity)
    if by.user_id is None:
        raise NotAllowed(_l("Only a person can claim an opportunity."))
    # Claims of one person wait for each other, so that the quota cannot be passed by clicking twice.
    session.scalar(select(User.id).where(User.id == by.user_id).with_for_update())
    cap, daily = queries.policy(session)
    held = queries.held(session, [by.user_id]).get(by.user_id, 0)
    claimed = queries.claims_since(session, by.user_id, at - CLAIMS_COUNT_FOR)
    if held >= cap:
        raise QuotaReached(
            _l(
                "You are developing %(held)d opportunities; with %(cap)d or more nobody can claim another.",
                held=held,
                cap=cap,
            )
        )
    if claimed >= daily:
        raise QuotaReached(
            _l(
                "You have claimed %(claimed)d opportunities within 24 hours; %(daily)d is the limit.",
                claimed=claimed,
                daily=daily,
            )
        )
    opportunity.owner_id, opportunity.stage_since = by.user_id, at


@workflow.effect("assign", "reassign")
def _assign(opportunity: Opportunity, *, by: Actor, at: datetime, owner_id: int | None = None, note: str = "") -> None:
    session = _session_of(opportunity)
    _noted(note)
    if owner_id is None:
        raise invalid("owner_id", REQUIRED)
    if owner_id == opportunity.owner_id:
        raise invalid("owner_id", _l("This person is already the owner."))
    if not may_work(session, owner_id):
        raise invalid("owner_id", _l("Choose somebody who is with the company and develops opportunities."))
    if opportunity.owner_id is None:
        opportunity.stage_since = at
    opportunity.owner_id = owner_id


@workflow.effect("return")
def _return(opportunity: Opportunity, *, by: Actor, at: datetime, note: str = "") -> None:
    refuse_changes_by_others(_session_of(opportunity), opportunity, by)
    _noted(note)
    opportunity.owner_id = None


@workflow.effect("advance")
def _advance(opportunity: Opportunity, *, by: Actor, at: datetime, stage: str | None = None, **values: Any) -> None:
    """Go on to ``stage``, or to the next one; every stage on the way wants its fields."""
    session = _session_of(opportunity)
    refuse_changes_by_others(session, opportunity, by)
    target, passed = _later_stage(session, opportunity, stage)
    checks = Checks(values, (*REQUIRABLE, "probability"), creating=False)
    take_fields(session, checks, opportunity, opportunity.customer_id)
    entered = {name: value for name, value in checks.clean.items() if value is not None}
    for step in passed:
        for name in step.required:
            if entered.get(name, getattr(opportunity, name)) in (None, ""):
                checks.refuse(name, _l("The stage “%(stage)s” needs this field.", stage=str(step)))
    checks.done()
    for name, value in ({"probability": target.probability} | entered).items():
        setattr(opportunity, name, value)
    opportunity.stage, opportunity.stage_since = target.code, at


def _later_stage(
    session: Session, opportunity: Opportunity, code: str | None
) -> tuple[queries.Stage, list[queries.Stage]]:
    """The stage to enter and every stage entered on the way to it, itself included."""
    later = queries.stages_after(session, opportunity.stage)
    if not later:
        raise IllegalMove(_l("This is the last stage. Win or lose the opportunity."))
    place = next((n for n, stage in enumerate(later) if stage.code == code), None) if code else 0
    if place is None:
        raise invalid("stage", _l("Choose a later stage."))
    return later[place], later[: place + 1]


@workflow.effect("go_back")
def _go_back(opportunity: Opportunity, *, by: Actor, at: datetime, stage: str | None = None, note: str = "") -> None:
    session = _session_of(opportunity)
    refuse_changes_by_others(session, opportunity, by)
    _noted(note)
    earlier = queries.stages_before(session, opportunity.stage)
    if not earlier:
        raise IllegalMove(_l("This is the first stage."))
    target = next((found for found in earlier if found.code == code), None) if (code := stage) else earlier[-1]
    if target is None:
        raise invalid("stage", _l("Choose an earlier stage."))
    opportunity.stage, opportunity.stage_since = target.code, at
    opportunity.probability = target.probability


@workflow.effect("win")
def _win(opportunity: Opportunity, *, by: Actor, at: datetime, amount: Any = None, note: str = "") -> None:
    refuse_changes_by_others(_session_of(opportunity), opportunity, by)
    _noted(note)
    checks = Checks({"amount": amount if amount not in (None, "") else opportunity.amount}, ("amount",), creating=True)
    checks.money("amount", required=True)
    opportunity.amount = checks.done()["amount"]
    opportunity.probability, opportunity.closed_at = 100, at


@workflow.effect("lose")
def _lose(
    opportunity: Opportunity,
    *,
    by: Actor,
    at: datetime,
    lost_reason: str | None = None,
    lost_note: str | None = None,
    competitor: str | None = None,
) -> None:
    session = _session_of(opportunity)
    refuse_changes_by_others(session, opportunity, by)
    values = {"lost_reason": lost_reason, "lost_note": lost_note, "competitor": competitor or opportunity.competitor}
    checks = Checks(values, values.keys(), creating=True)
    checks.code("lost_reason", dictionary.codes(session, "lost_reason"), required=True)
    checks.text("lost_note", 500, lines=True)
    checks.code("competitor", dictionary.codes(session, "competitor"), keep=opportunity.competitor)
    for name, value in checks.done().items():
        setattr(opportunity, name, value)
    opportunity.probability, opportunity.closed_at = 0, at


@workflow.effect("reopen")
def _reopen(opportunity: Opportunity, *, by: Actor, at: datetime, note: str = "") -> None:
    session = _session_of(opportunity)
    _noted(note)
    refuse_if_referred_to(session, opportunity)
    stage = queries.stage_named(session, opportunity.stage)
    assert stage is not None
    opportunity.closed_at = opportunity.lost_reason = opportunity.lost_note = None
    opportunity.probability, opportunity.stage_since = stage.probability, at


@on("opportunity.win")
def _activate_customer(opportunity: Opportunity, *, by: Actor, at: datetime, **_data: Any) -> None:
    session = _session_of(opportunity)
    # The customer may belong to somebody else; a win makes it an active one all the same.
    with acting_as(Actor.system(by.name), session):
        customer = find(session, Customer, opportunity.customer_id, lock=True)
    if customer is not None:
        in_sight = find(session, Customer, customer.id) is not None
        activate(customer, by=by if in_sight else Actor.system(by.name), at=at)
