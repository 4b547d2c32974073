"""Opportunities follow their customer, or go over from somebody who leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.services.leaving import hands_over
from app.core.actors import Actor, acting_as
from app.core.database import db
from app.core.events import on
from app.customers.models import Customer
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.services.records import may_work
from app.opportunities.workflow import workflow


@hands_over(
    "opportunity",
    lambda user_id: select(Opportunity).where(
        Opportunity.owner_id == user_id, Opportunity.status == OpportunityStatus.developing
    ),
)
def _give(opportunity: Opportunity, heir_id: int, *, by: Actor, at: datetime) -> None:
    workflow.make("reassign", opportunity, by=by, at=at, owner_id=heir_id)


@on("customer.hand_over")
def _follow_the_customer(
    customer: Customer, *, by: Actor, at: datetime, previous_id: int | None = None, **_data: Any
) -> None:
    """What the previous owner was developing with the customer goes on with the new one, who may be nobody for it."""
    session = db.session()
    heir_id = customer.owner_id
    if previous_id is None or heir_id is None or not may_work(session, heir_id):
        return
    everywhere = Actor(user_id=by.user_id, name=by.name, everything=True)
    open_ones = select(Opportunity).where(
        Opportunity.customer_id == customer.id,
        Opportunity.owner_id == previous_id,
        Opportunity.status == OpportunityStatus.developing,
    )
    with acting_as(everywhere, session):
        for opportunity in session.scalars(open_ones).all():
            _give(opportunity, heir_id, by=everywhere, at=at)
