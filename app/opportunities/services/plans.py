"""The development plan: the ordered plans of one opportunity."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.actors import Actor
from app.core.checks import NO_CHOICE
from app.core.database import db
from app.core.doing import done_by
from app.core.errors import IllegalMove, invalid
from app.core.events import on
from app.core.i18n import _l
from app.core.kept import Kept
from app.customers.models import Plan
from app.customers.services.plans import create_plan
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.services.records import refuse_changes_by_others

_plan = Plan.__table__
NEXT_DUE = Kept(
    Opportunity,
    "next_due_at",
    key=_plan.c.opportunity_id,
    value=func.min(_plan.c.due_at),
    where=_plan.c.done_at.is_(None),
)
"""An opportunity's earliest open step."""

STEP_FIELDS = ("what", "kind", "due_at", "remind_at", "expected_result")


def add_step(opportunity: Opportunity, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Plan:
    """Add a step at the end of the development plan; it is for whoever develops the opportunity.

    :raises IllegalMove: unless the opportunity is being developed.
    :raises Invalid: for what was entered wrongly.
    """
    with done_by(by, at, "plan.add") as session:
        if opportunity.status is not OpportunityStatus.developing:
            raise IllegalMove(_l("Steps can be planned while an opportunity is being developed."))
        refuse_changes_by_others(session, opportunity, by)
        last = session.scalar(select(func.max(Plan.position)).where(Plan.opportunity_id == opportunity.id)) or 0
        step = {
            "customer_id": opportunity.customer_id,
            "contact_id": opportunity.contact_id,
            "opportunity_id": opportunity.id,
            "position": last + 1,
            "owner_id": opportunity.owner_id,
        }
        unknown = set(values) - set(STEP_FIELDS)
        if unknown:
            raise invalid(min(unknown), NO_CHOICE)
        return create_plan({**values, **step}, by=by, at=at)


def order_steps(opportunity: Opportunity, plan_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Put the steps of the development plan into the order of ``plan_ids``.

    :raises Invalid: unless every step is named exactly once.
    """
    with done_by(by, at, "plan.edit") as session:
        refuse_changes_by_others(session, opportunity, by)
        steps = {plan.id: plan for plan in session.scalars(queries.development_plan(opportunity.id))}
        if sorted(plan_ids) != sorted(steps):
            raise invalid("order", NO_CHOICE)
        for position, pk in enumerate(plan_ids, start=1):
            steps[pk].position = position


@on("plan.change")
def _keep_next_due(plan: Plan, *, by: Actor, at: datetime, opportunity_ids: Collection[int] = (), **_data: Any) -> None:
    NEXT_DUE.keep(db.session(), opportunity_ids)
