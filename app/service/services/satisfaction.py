"""The satisfaction kept at the customer: the mean of the last five rated requests."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.actors import Actor, acting_as
from app.customers.models import Customer
from app.service.models import ServiceRequest
from app.service.queries import mean_satisfaction


def recompute(session: Session, customer_id: int) -> Decimal | None:
    """Store and return a customer's satisfaction after one of their ratings changed; None: not rated any more."""
    session.flush()
    # A specialist may not edit customers, and a rating counts whoever sees the request.
    with acting_as(Actor.system("satisfaction"), session):
        mean = mean_satisfaction(session, customer_id)
        # Not through the row: a rating is no edit, so an open form of the customer stays up to date.
        session.execute(update(Customer).where(Customer.id == customer_id).values(satisfaction=mean))
    return mean


def reconcile(session: Session) -> list[tuple[int, Decimal | None, Decimal | None]]:
    """Return (customer, stored, right) wherever a customer with rated requests has another satisfaction stored."""
    with acting_as(Actor.system("reconcile"), session):
        rated = (
            select(Customer.id, Customer.satisfaction)
            .where(Customer.id.in_(select(ServiceRequest.customer_id).where(ServiceRequest.satisfaction.is_not(None))))
            .order_by(Customer.id)
        )
        found = []
        for customer_id, stored in session.execute(rated).all():
            right = mean_satisfaction(session, customer_id)
            if stored != right:
                found.append((customer_id, stored, right))
        return found
