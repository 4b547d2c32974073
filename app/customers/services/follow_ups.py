"""Follow-ups: what was said and done, with the next step as a plan in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import timeline
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.database import db
from app.core.errors import NotAllowed
from app.core.i18n import _l
from app.core.kept import Kept
from app.core.visibility import find
from app.customers.models import Contact, Customer, FollowUp, FollowUpKind
from app.customers.services import plans

EDITABLE = frozenset(
    {"customer_id", "contact_id", "opportunity_id", "kind", "at", "place", "summary", "content", "result", "next_step"}
)
LONGEST_SUMMARY = 200

_follow_up = FollowUp.__table__
LAST_CONTACT = Kept(Customer, "last_contact_at", key=_follow_up.c.customer_id, value=func.max(_follow_up.c.at))
"""A customer's newest follow-up."""


def create_follow_up(
    values: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    next_plan: Mapping[str, Any] | None = None,
    finish_plan_id: int | None = None,
) -> FollowUp:
    """Record a follow-up; ``next_plan`` becomes a plan, and the plan ``finish_plan_id`` is finished, all or nothing.

    :raises NotAllowed: if ``by`` may not add follow-ups.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("follow_up.add"):
        raise NotAllowed(_l("You do not have the right to add follow-ups."))
    session = db.session
    clean = _checked(session, {"at": at, **values}, None, at)
    follow_up = FollowUp(**clean, owner_id=by.user_id)
    session.add(follow_up)
    session.flush()
    LAST_CONTACT.keep(session, [follow_up.customer_id])
    timeline.tell(
        session,
        follow_up.customer_id,
        "follow_up.create",
        follow_up.at,
        record_id=follow_up.id,
        actor_id=by.user_id,
        kind=str(follow_up.kind),
        summary=follow_up.summary,
        content=(follow_up.content or "")[:1_000],
        contact=_name_of(session, follow_up.contact_id),
    )
    if next_plan is not None:
        shared = {"customer_id": follow_up.customer_id, "opportunity_id": follow_up.opportunity_id}
        plans.create_plan({**shared, **next_plan}, by=by, at=at)
    if finish_plan_id is not None:
        plan = plans.open_plan(session, finish_plan_id)
        plans.finish_plan(plan, result=follow_up.summary, by=by, at=at)
    return follow_up


def update_follow_up(follow_up: FollowUp, values: Mapping[str, Any], *, by: Actor, at: datetime) -> FollowUp:
    """Change what ``values`` names.

    :raises NotAllowed: if ``by`` may not edit follow-ups, or it is somebody else's and they see only their own.
    """
    if not by.may("follow_up.edit"):
        raise NotAllowed(_l("You do not have the right to edit follow-ups."))
    session = db.session
    for name, value in _checked(session, values, follow_up, at).items():
        setattr(follow_up, name, value)
    session.flush()
    LAST_CONTACT.keep(session, [follow_up.customer_id])
    return follow_up


def delete_follow_up(follow_up: FollowUp, *, by: Actor, at: datetime) -> None:
    """Delete a follow-up and its line in the timeline.

    :raises NotAllowed: if ``by`` may not delete follow-ups.
    """
    if not by.may("follow_up.delete"):
        raise NotAllowed(_l("You do not have the right to delete follow-ups."))
    session = db.session
    customer_id = follow_up.customer_id
    timeline.forget(session, "follow_up.create", follow_up.id)
    session.delete(follow_up)
    session.flush()
    LAST_CONTACT.keep(session, [customer_id])


def _name_of(session: Session, contact_id: int | None) -> str:
    return str(session.scalar(select(Contact.name).where(Contact.id == contact_id)) or "") if contact_id else ""


def _checked(session: Session, values: Mapping[str, Any], follow_up: FollowUp | None, now: datetime) -> dict[str, Any]:
    checks = Checks(values, EDITABLE, creating=follow_up is None)
    for name in ("customer_id", "contact_id", "opportunity_id"):
        checks.key(name, required=name == "customer_id")
    checks.member("kind", FollowUpKind, required=True)
    checks.moment("at", required=True)
    for name, limit in (("place", 120), ("result", 300), ("next_step", 300)):
        checks.text(name, limit)
    checks.text("content", 20_000, lines=True)
    if not str(values.get("summary") or "").strip() and checks.clean.get("content"):
        checks.clean["summary"] = _first_line(checks.clean["content"])
    else:
        checks.text("summary", LONGEST_SUMMARY, required=True)
    moment = checks.clean.get("at")
    if moment is not None and moment > now:
        checks.refuse("at", _l("A follow-up is something that has happened. Make a plan for the future instead."))
    clean = checks.clean
    customer_id = clean.get("customer_id") or (follow_up.customer_id if follow_up else None)
    if customer_id is not None and find(session, Customer, customer_id) is None:
        checks.refuse("customer_id", NO_CHOICE)
    refuse_foreign_contact(session, checks, customer_id)
    return checks.done()


def refuse_foreign_contact(session: Session, checks: Checks, customer_id: int | None) -> None:
    """Refuse a contact that does not belong to the customer."""
    contact_id = checks.clean.get("contact_id")
    if contact_id is not None:
        contact = find(session, Contact, contact_id)
        if contact is None or contact.customer_id != customer_id:
            checks.refuse("contact_id", _l("This person is not a contact of the customer."))


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= LONGEST_SUMMARY else line[: LONGEST_SUMMARY - 1] + "…"
