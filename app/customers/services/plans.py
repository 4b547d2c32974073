"""Plans: what is to be done by when, with a reminder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import events, timeline
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.database import db
from app.core.errors import IllegalMove, NotAllowed, NotFound
from app.core.i18n import _l
from app.core.kept import Kept
from app.core.visibility import find
from app.customers.models import Contact, Customer, FollowUpKind, Plan

EDITABLE = frozenset(
    {
        "customer_id", "contact_id", "opportunity_id", "position", "what", "kind", "due_at", "remind_at", "owner_id",
        "expected_result",
    }
)  # fmt: skip

_plan = Plan.__table__
NEXT_PLAN = Kept(
    Customer, "next_plan_at", key=_plan.c.customer_id, value=func.min(_plan.c.due_at), where=_plan.c.done_at.is_(None)
)
"""A customer's earliest open plan."""


def create_plan(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Plan:
    """Make a plan; by default its owner is whoever makes it.

    :raises NotAllowed: if ``by`` may not add plans.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("plan.add"):
        raise NotAllowed(_l("You do not have the right to add plans."))
    session = db.session
    clean = _checked(session, {"kind": FollowUpKind.phone, **values}, None)
    if clean.get("owner_id") is None:
        clean["owner_id"] = by.user_id
    plan = Plan(**clean)
    session.add(plan)
    session.flush()
    _keep(session, plan, by=by, at=at)
    timeline.tell(
        session,
        plan.customer_id,
        "plan.create",
        at,
        record_id=plan.id,
        actor_id=by.user_id,
        what=plan.what,
        due_at=plan.due_at.isoformat(),
    )
    return plan


def update_plan(plan: Plan, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Plan:
    """Change what ``values`` names; a new date reminds anew.

    :raises NotAllowed: if ``by`` may not edit plans.
    :raises IllegalMove: if the plan is finished.
    """
    if not by.may("plan.edit"):
        raise NotAllowed(_l("You do not have the right to edit plans."))
    _refuse_finished(plan)
    session = db.session
    previous = plan.customer_id, plan.opportunity_id
    for name, value in _checked(session, values, plan).items():
        if name == "remind_at" and value != plan.remind_at:
            plan.reminded_at = None
        setattr(plan, name, value)
    session.flush()
    _keep(session, plan, previous, by=by, at=at)
    return plan


def postpone_plan(plan: Plan, due_at: datetime, *, by: Actor, at: datetime) -> Plan:
    """Move a plan to another moment; its reminder moves along.

    :raises NotAllowed: if ``by`` may not change the dates of plans.
    :raises IllegalMove: if the plan is finished.
    """
    if not by.may("plan.postpone"):
        raise NotAllowed(_l("You do not have the right to change the dates of plans."))
    _refuse_finished(plan)
    if plan.remind_at is not None:
        plan.remind_at += due_at - plan.due_at
        plan.reminded_at = None
    plan.due_at = due_at
    db.session.flush()
    _keep(db.session, plan, by=by, at=at)
    return plan


def postpone_next_plan(customer: Customer, due_at: datetime, *, by: Actor, at: datetime) -> Plan:
    """Move the customer's earliest open plan to another moment.

    :raises NotFound: if no open plan is visible.
    """
    earliest = (
        select(Plan).where(Plan.customer_id == customer.id, Plan.done_at.is_(None)).order_by(Plan.due_at, Plan.id)
    )
    plan = db.session.scalars(earliest.limit(1)).first()
    if plan is None:
        raise NotFound(_l("There is no open plan. Record a follow-up with the next step first."))
    return postpone_plan(plan, due_at, by=by, at=at)


def finish_plan(plan: Plan, *, by: Actor, at: datetime, result: str | None = None) -> Plan:
    """Note that a plan was carried out.

    :raises NotAllowed: if ``by`` may not finish plans.
    :raises IllegalMove: if it is finished already.
    """
    if not by.may("plan.finish"):
        raise NotAllowed(_l("You do not have the right to finish plans."))
    session = db.session
    locked = find(session, Plan, plan.id, lock=True)
    if locked is None:
        raise NotFound
    _refuse_finished(locked)
    locked.done_at, locked.result = at, (result or "").strip()[:300] or None
    session.flush()
    _keep(session, locked, by=by, at=at)
    timeline.tell(
        session, locked.customer_id, "plan.finish", at, record_id=locked.id, actor_id=by.user_id, what=locked.what
    )
    return plan


def reopen_plan(plan: Plan, *, by: Actor, at: datetime) -> Plan:
    """Undo :func:`finish_plan`."""
    if not by.may("plan.finish"):
        raise NotAllowed(_l("You do not have the right to finish plans."))
    plan.done_at = plan.result = None
    db.session.flush()
    timeline.forget(db.session, "plan.finish", plan.id)
    _keep(db.session, plan, by=by, at=at)
    return plan


def delete_plan(plan: Plan, *, by: Actor, at: datetime) -> None:
    """Delete a plan and its lines in the timeline.

    :raises NotAllowed: if ``by`` may not delete plans.
    """
    if not by.may("plan.delete"):
        raise NotAllowed(_l("You do not have the right to delete plans."))
    session = db.session
    for event in ("plan.create", "plan.finish"):
        timeline.forget(session, event, plan.id)
    session.delete(plan)
    session.flush()
    _keep(session, plan, by=by, at=at)


def open_plan(session: Session, pk: int) -> Plan:
    """The visible open plan ``pk``.

    :raises NotFound: if there is none.
    """
    plan: Plan | None = find(session, Plan, pk)
    if plan is None or plan.done_at is not None:
        raise NotFound(_l("This plan no longer exists, or it is finished."))
    return plan


def _keep(
    session: Session, plan: Plan, previous: tuple[int, int | None] | None = None, *, by: Actor, at: datetime
) -> None:
    """Keep what is stored of the earliest open plan; ``previous`` are the customer and opportunity it had before."""
    NEXT_PLAN.keep(session, {plan.customer_id, previous[0] if previous else plan.customer_id})
    opportunity_ids = {plan.opportunity_id, previous[1] if previous else None} - {None}
    if opportunity_ids:
        events.announce("plan.change", plan, by=by, at=at, opportunity_ids=opportunity_ids)


def _refuse_finished(plan: Plan) -> None:
    if plan.done_at is not None:
        raise IllegalMove(_l("This plan is already finished."))


def _checked(session: Session, values: Mapping[str, Any], plan: Plan | None) -> dict[str, Any]:
    checks = Checks(values, EDITABLE, creating=plan is None)
    for name in ("customer_id", "contact_id", "opportunity_id", "owner_id"):
        checks.key(name, required=name == "customer_id")
    checks.whole("position", 1, 1_000)
    checks.text("what", 200, required=True)
    checks.text("expected_result", 300)
    checks.member("kind", FollowUpKind, required=True)
    checks.moment("due_at", required=True)
    checks.moment("remind_at")
    clean = checks.clean
    customer_id = clean.get("customer_id") or (plan.customer_id if plan else None)
    if customer_id is not None and find(session, Customer, customer_id) is None:
        checks.refuse("customer_id", NO_CHOICE)
    contact_id = clean.get("contact_id")
    if contact_id is not None:
        contact = find(session, Contact, contact_id)
        if contact is None or contact.customer_id != customer_id:
            checks.refuse("contact_id", _l("This person is not a contact of the customer."))
    owner_id = clean.get("owner_id")
    is_active = select(User.id).where(User.id == owner_id, User.active.is_(True))
    if owner_id is not None and session.scalar(is_active) is None:
        checks.refuse("owner_id", _l("Choose people who are still with the company."))
    due_at, remind_at = clean.get("due_at"), clean.get("remind_at")
    if due_at is not None and remind_at is not None and remind_at > due_at:
        checks.refuse("remind_at", _l("The reminder must not be after the plan itself."))
    return checks.done()
