"""Questions about customers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from app.core.actors import Actor
from app.core.visibility import scoped
from app.customers.models import Contact, Customer, CustomerAccess, FollowUp, Plan

_customer = Customer.__table__
_access = CustomerAccess.__table__


def within_reach(actor: Actor, kind: str) -> Select[Any] | Any:
    """The keys of the customers that ``actor`` reaches by ownership or by access, as one key set.

    A key set, never OR over EXISTS: measured at 5 million orders 3 ms against 11.6 s.
    """
    owned = select(_customer.c.id).where(_customer.c.owner_id.in_(sorted(actor.owners(kind))))
    granted = select(_access.c.customer_id).where(_access.c.user_id == actor.user_id)
    return union_all(owned, granted)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The customers ``actor`` may see: all, or their own and team's and those they were given access to."""
    if actor.sees_all("customer"):
        return true()
    if not actor.may("customer.see"):
        return false()
    return Customer.id.in_(within_reach(actor, "customer"))


def through_customer(actor: Actor, kind: str, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Rows of ``kind`` whose customer, named by ``column``, is within the actor's reach."""
    if actor.sees_all(kind):
        return true()
    if not actor.may(f"{kind}.see"):
        return false()
    return column.in_(within_reach(actor, kind))


def visible_plans(actor: Actor) -> ColumnElement[bool]:
    """The plans of customers within reach, and one's own wherever they are."""
    if actor.sees_all("plan"):
        return true()
    return or_(through_customer(actor, "plan", Plan.customer_id), Plan.owner_id == actor.user_id)


scoped(Customer, "customer", visible_to)
scoped(Contact, "contact", lambda actor: through_customer(actor, "contact", Contact.customer_id))
scoped(FollowUp, "follow_up", lambda actor: through_customer(actor, "follow_up", FollowUp.customer_id))
scoped(Plan, "plan", visible_plans)
