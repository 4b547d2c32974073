"""What stands on the page of one opportunity, and what its forms start with."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from app.core.actors import Actor
from app.core.database import db
from app.core.errors import invalid
from app.core.i18n import _, _l
from app.core.identifiers import mask_phone
from app.core.timeline import TimelineEntry
from app.core.visibility import find
from app.customers.models import Contact
from app.customers.timeline_page import entries
from app.customers.views.looks import customer_link
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.terms import REQUIRABLE
from app.opportunities.views import looks
from app.opportunities.workflow import MOVES
from app.theme import cells
from app.theme.widgets import Fact, MoveButton
from app.web.custom_forms import custom_facts

OF_THE_OWNER = frozenset({"advance", "go_back", "win", "lose", "return"})
MOST_ENTRIES = 50
MOST_STEPS = 3
NEW = {"customer": ("name", "phone"), "contact": ("name", "mobile", "title")}


def may_change(record: Opportunity, actor: Actor) -> bool:
    """Say whether the opportunity is the actor's to change."""
    return record.status is OpportunityStatus.unassigned or queries.works_on(record, actor)


def may_delete(record: Opportunity, actor: Actor) -> bool:
    """Say whether the actor entered it or is an administrator."""
    return actor.everything or (record.created_by_id == actor.user_id and actor.may("opportunity.delete"))


def offered(buttons: list[MoveButton], record: Opportunity, actor: Actor) -> list[MoveButton]:
    """Leave out what only the owner does, and the stages' ends."""
    if not may_change(record, actor):
        buttons = [button for button in buttons if button.name not in OF_THE_OWNER]
    if record.status is OpportunityStatus.developing:
        gone = set()
        if not queries.stages_after(db.session, record.stage):
            gone.add("advance")
        if not queries.stages_before(db.session, record.stage):
            gone.add("go_back")
        buttons = [button for button in buttons if button.name not in gone]
    return buttons


def shown(record: Opportunity, actor: Actor) -> dict[str, Any]:
    """What the page's template needs besides the head."""
    steps = list(db.session.scalars(queries.development_plan(record.id)))
    changes = may_change(record, actor) and record.status is OpportunityStatus.developing
    return {
        "opportunity": record,
        "path": _path(record),
        "facts": _facts(record),
        "steps": steps,
        "may_plan": changes and actor.may("plan.add"),
        "may_order": changes and actor.may("plan.edit"),
        "entries": entries(db.session, _timeline(record)),
        "customer": record.customer,
        "contact": find(db.session, Contact, record.contact_id) if record.contact_id else None,
        "mask_phone": lambda number: mask_phone(number) if number else "",
        "advance_url": url_for("OpportunityView.move", pk=record.id, name="advance"),
    }


def told(record: Opportunity) -> dict[str, Any]:
    """What the panel beside the list tells: need, customer, facts and open steps."""
    contact = record.contact
    steps = [step for step in db.session.scalars(queries.development_plan(record.id)) if step.done_at is None]
    people = [Fact(_("Customer"), customer_link(record.customer)), Fact(_("Contact"), contact.name if contact else "")]
    planned = [Fact(cells.due_day(step.due_at), step.what) for step in steps[:MOST_STEPS]]
    return {
        "texts": [(_("Need"), record.need)],
        "facts": [(_("Customer"), people), *_facts(record), (_("Development plan"), planned)],
    }


def _path(record: Opportunity) -> list[tuple[Any, str, int]]:
    """(stage, past|was|now|next, days normal) of every stage, for the line above the page."""
    place = next((s.position for s in queries.all_stages(db.session) if s.code == record.stage), 0)
    # Nobody has begun with the stage of an unassigned one; that of a closed one is over.
    here = {OpportunityStatus.developing: "now", OpportunityStatus.unassigned: "next"}.get(record.status, "past")
    path = []
    for stage in queries.stages(db.session):
        state = "past" if stage.position < place else "next" if stage.position > place else here
        if record.status is OpportunityStatus.won:
            state = "past"
        elif record.status is OpportunityStatus.lost and state == "past":
            state = "was"
        path.append((stage, state, stage.normal_days))
    return path


def _facts(record: Opportunity) -> list[tuple[Any, list[Fact]]]:
    facts = [
        Fact(_("Source"), looks.term("source")(record.source)),
        Fact(_("Competitor"), looks.term("competitor")(record.competitor)),
        Fact(_("Stage"), looks.stage(record.stage)),
        Fact(_("In this stage since"), cells.relative_day(record.stage_since)),
        Fact(_("Entered on"), cells.relative_day(record.created_at)),
    ]
    if record.status is OpportunityStatus.lost:
        facts += [
            Fact(_("Lost reason"), looks.term("lost_reason")(record.lost_reason)),
            Fact(_("Note"), record.lost_note),
        ]
    facts += custom_facts("opportunity", record.custom)
    return [(_("Business"), facts)]


def _timeline(record: Opportunity) -> list[TimelineEntry]:
    events = [f"opportunity.{what}" for what in ("create", "delete", "restore", *(move.name for move in MOVES))]
    wanted = select(TimelineEntry).where(TimelineEntry.event.in_(events), TimelineEntry.record_id == record.id)
    return list(
        db.session.scalars(wanted.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(MOST_ENTRIES))
    )


# --- forms ---


def fit(name: str, form: Any, record: Opportunity) -> None:
    """Offer the stages on the right side only, and ask only for what the way to them needs."""
    ahead = name == "advance"
    stages = (
        queries.stages_after(db.session, record.stage) if ahead else queries.stages_before(db.session, record.stage)
    )
    form.stage.offer([(stage.code, str(stage)) for stage in stages])
    if ahead:
        wanted = {field for stage in stages for field in stage.required}
        for field in REQUIRABLE:
            if field not in wanted or getattr(record, field) not in (None, ""):
                del form[field]


def prefill_move(name: str, form: Any, records: list[Any]) -> None:
    """Give a move's form what is known already."""
    if len(records) != 1:
        return
    record = records[0]
    if name == "advance":
        form.stage.process_data(next((s.code for s in queries.stages_after(db.session, record.stage)), None))
    elif name == "go_back":
        earlier = queries.stages_before(db.session, record.stage)
        form.stage.process_data(earlier[-1].code if earlier else None)
    elif name == "win":
        form.amount.process_data(record.amount)
    elif name == "lose":
        form.competitor.process_data(record.competitor)


def new_customer(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take what is said about somebody new out of ``values``: (customer, contact)."""
    customer, contact = (
        {field: values.pop(f"{part}_{field}", None) for field in fields} for part, fields in NEW.items()
    )
    if customer["name"]:
        if values.get("customer_id"):
            raise invalid("customer_name", _l("Choose a customer above or enter a new one, not both."))
        values.pop("customer_id", None)
        values.pop("contact_id", None)
    return customer, contact


def refuse_half_a_customer(values: dict[str, Any], customer: dict[str, Any], contact: dict[str, Any]) -> None:
    """Refuse an opportunity of nobody, and details of somebody new who has no name.

    :raises Invalid: saying where to enter it.
    """
    if any(customer.values()) or any(contact.values()):
        raise invalid("customer_name", _l("Enter the name of the new customer."))
    if not values.get("customer_id"):
        raise invalid("customer_id", _l("Choose a customer, or enter a new one below."))
