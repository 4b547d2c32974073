"""What somebody who leaves hands over of customers and plans."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.services.leaving import hands_over
from app.core.actors import Actor
from app.core.database import db
from app.customers.models import AccessReason, Customer, Plan
from app.customers.services.access import grant_access
from app.customers.services.customers import hand_over


@hands_over("customer", lambda user_id: select(Customer).where(Customer.owner_id == user_id))
def _give_customer(customer: Customer, heir_id: int, *, by: Actor, at: datetime) -> None:
    hand_over(customer, heir_id, by=by, at=at)


@hands_over("plan", lambda user_id: select(Plan).where(Plan.owner_id == user_id, Plan.done_at.is_(None)))
def _give_plan(plan: Plan, heir_id: int, *, by: Actor, at: datetime) -> None:
    # The customer may be a colleague's, who had shared it.
    grant_access(db.session(), plan.customer_id, heir_id, AccessReason.collaborator)
    plan.owner_id = heir_id
