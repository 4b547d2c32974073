"""Enter, change and delete opportunities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import users_with_right
from app.core import custom_fields, dictionary, events, search
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, REQUIRED, Checks
from app.core.doing import done_by
from app.core.errors import IllegalMove, NotAllowed, NotFound
from app.core.i18n import _l
from app.core.numbering import next_number
from app.core.visibility import find, sees, with_deleted
from app.customers.models import AccessReason, Contact, Customer
from app.customers.services.access import grant_access
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.services import history
from app.opportunities.workflow import workflow

FIELDS = ("contact_id", "title", "need", "source", "amount", "probability", "expected_close", "competitor", "custom")
"""What can be entered and changed; customer and first owner only when it is new."""

FIXED_ONCE_CLOSED = frozenset({"amount", "probability", "expected_close"})
LOGGED = frozenset({"amount", "probability", "expected_close"})


def take_fields(session: Session, checks: Checks, record: Opportunity | None, customer_id: int | None) -> None:
    """Take every field that was entered into ``checks``; the contact must belong to the customer."""
    checks.text("need", 4000, lines=True)
    for name, listed in (("source", "source"), ("competitor", "competitor")):
        checks.code(name, dictionary.codes(session, listed), keep=getattr(record, name, None))
    checks.money("amount")
    checks.whole("probability", 0, 100)
    checks.day("expected_close")
    custom_fields.take(checks, session, "opportunity", record)
    checks.key("contact_id")
    contact_id = checks.clean.get("contact_id")
    if contact_id is not None and contact_id != getattr(record, "contact_id", None):
        contact = find(session, Contact, contact_id)
        if contact is None or contact.customer_id != customer_id:
            checks.refuse("contact_id", NO_CHOICE)


def may_work(session: Session, user_id: int) -> bool:
    """Say whether opportunities can be given to a person: active, and somebody who develops them."""
    return any(person.id == user_id for person in users_with_right(session, *queries.DEVELOPS))


def create_opportunity(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Opportunity:
    """Enter an opportunity of a customer.

    It belongs to whoever enters it, unless they assign opportunities: then it goes to the ``owner_id`` they chose, or
    to nobody yet.

    :raises NotAllowed: if ``by`` may not add opportunities.
    :raises Invalid: for what was entered wrongly.
    """
    with done_by(by, at, "opportunity.add") as session:
        checks = Checks(values, ("customer_id", "owner_id", *FIELDS), creating=True)
        checks.key("customer_id", required=True)
        customer_id = checks.clean.get("customer_id")
        if customer_id is not None and not sees(session, Customer, customer_id):
            checks.refuse("customer_id", NO_CHOICE)
        checks.text("title", 120, required=True)
        take_fields(session, checks, None, customer_id)
        owner_id = _first_owner(session, checks, by)
        clean = checks.done()
        keeps_it = owner_id is not None and owner_id == by.user_id
        first = queries.stages(session)[0]
        clean.setdefault("probability", None)
        if clean["probability"] is None:
            clean["probability"] = first.probability
        opportunity = Opportunity(
            number=next_number(session, "opportunity", at),
            status=OpportunityStatus.developing if keeps_it else OpportunityStatus.unassigned,
            owner_id=owner_id if keeps_it else None,
            stage=first.code,
            stage_since=at,
            **clean,
        )
        session.add(opportunity)
        if keeps_it:
            grant_access(session, opportunity.customer_id, owner_id, AccessReason.opportunity)
        session.flush()
        _index(session, opportunity)
        history.log(session, opportunity, "create", by=by, at=at)
        history.tell(session, opportunity, "create", by=by, at=at, amount=_text(opportunity.amount))
        events.announce("opportunity.create", opportunity, by=by, at=at)
        if owner_id is not None and not keeps_it:
            workflow.make("assign", opportunity, by=by, at=at, owner_id=owner_id)
    return opportunity


def _index(session: Session, opportunity: Opportunity) -> None:
    # The customer's name is found through the customer, so that a new name needs no work here.
    search.index(session, "opportunity", opportunity.id, [opportunity.title, opportunity.number])


def _text(amount: Any) -> str:
    return "" if amount is None else str(amount)


def _first_owner(session: Session, checks: Checks, by: Actor) -> int | None:
    checks.key("owner_id")
    owner_id: int | None = checks.clean.pop("owner_id", None)
    if by.may("opportunity.assign"):
        if owner_id is not None and not may_work(session, owner_id):
            checks.refuse("owner_id", _l("Choose somebody who is with the company and develops opportunities."))
        return owner_id
    if owner_id not in (None, by.user_id):
        checks.refuse("owner_id", _l("You do not have the right to assign opportunities."))
    return by.user_id


def update_opportunity(opportunity: Opportunity, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Opportunity:
    """Change what was entered; a closed one keeps its amount, probability and date.

    :raises NotAllowed: if it is not the actor's to change.
    :raises Invalid: for what was entered wrongly, and for emptying what the present stage needs.
    """
    with done_by(by, at, "opportunity.edit") as session:
        refuse_changes_by_others(session, opportunity, by)
        checks = Checks(values, FIELDS, creating=False)
        checks.text("title", 120, required=True)
        take_fields(session, checks, opportunity, opportunity.customer_id)
        if "probability" in checks.clean and checks.clean["probability"] is None:
            checks.refuse("probability", REQUIRED)
        changed = {name: value for name, value in checks.clean.items() if value != getattr(opportunity, name)}
        if opportunity.closed_at is not None:
            for name in changed.keys() & FIXED_ONCE_CLOSED:
                checks.refuse(name, _l("This can no longer be changed: the opportunity is closed."))
        for name, stage in _needed_so_far(session, opportunity).items():
            if name in changed and changed[name] is None:
                checks.refuse(name, _l("The stage “%(stage)s” needs this field.", stage=str(stage)))
        checks.done()
        for name, value in changed.items():
            setattr(opportunity, name, value)
        session.flush()
        if "title" in changed:
            _index(session, opportunity)
        if changed.keys() & LOGGED:
            history.log(session, opportunity, "update", by=by, at=at)
        if changed:
            events.announce("opportunity.update", opportunity, by=by, at=at, changed=frozenset(changed))
    return opportunity


def refuse_changes_by_others(session: Session, opportunity: Opportunity, by: Actor) -> None:
    """Let only those change an opportunity whose work it is.

    :raises NotAllowed: for whoever only sees it.
    """
    if opportunity.status is OpportunityStatus.unassigned:
        if not queries.sees_whole(session, opportunity, by):
            raise NotAllowed(_l("Claim this opportunity before you change it."))
    elif not queries.works_on(opportunity, by):
        raise NotAllowed(_l("Only the owner of this opportunity may do this."))


def _needed_so_far(session: Session, opportunity: Opportunity) -> dict[str, Any]:
    if opportunity.status is not OpportunityStatus.developing:
        return {}
    ordered = queries.stages(session)
    present = next((stage.position for stage in ordered if stage.code == opportunity.stage), 0)
    return {name: stage for stage in ordered if stage.position <= present for name in stage.required}


def delete_opportunity(opportunity: Opportunity, *, by: Actor, at: datetime) -> None:
    """Put an unassigned opportunity into the recycle bin.

    :raises NotAllowed: unless ``by`` entered it or is an administrator.
    :raises IllegalMove: if somebody is or was developing it.
    """
    with done_by(by, at, "opportunity.delete") as session:
        session.flush()
        record = find(session, Opportunity, opportunity.id, lock=True)
        if record is None:
            raise NotFound
        if not _may_delete(record, by):
            raise NotAllowed(_l("Only the person who entered this opportunity, or an administrator, can delete it."))
        if record.status is not OpportunityStatus.unassigned:
            raise IllegalMove(_l("Only an unassigned opportunity can be deleted."))
        record.deleted_at, record.deleted_by_id = at, by.user_id
        session.flush()
        search.unindex(session, "opportunity", record.id)
        history.tell(session, record, "delete", by=by, at=at)
        events.announce("opportunity.delete", record, by=by, at=at)


def _may_delete(record: Opportunity, by: Actor) -> bool:
    return by.everything or (by.user_id is not None and record.created_by_id == by.user_id)


def restore_opportunity(pk: int, *, by: Actor, at: datetime) -> Opportunity:
    """Take an opportunity out of the recycle bin.

    :raises NotFound: if there is none that ``by`` may delete.
    """
    with done_by(by, at, "opportunity.delete") as session:
        deleted = with_deleted(select(Opportunity).where(Opportunity.id == pk, Opportunity.deleted_at.is_not(None)))
        record = session.scalar(deleted.with_for_update(of=Opportunity))
        if record is None or not _may_delete(record, by):
            raise NotFound
        record.deleted_at = record.deleted_by_id = None
        session.flush()
        _index(session, record)
        history.tell(session, record, "restore", by=by, at=at)
        events.announce("opportunity.restore", record, by=by, at=at)
    restored: Opportunity = record
    return restored
