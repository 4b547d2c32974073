"""Questions about customers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, false, func, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.queries import judge_reach_by
from app.core.actors import Actor
from app.core.hints import asked_of_each
from app.core.visibility import scoped
from app.customers.models import Contact, Customer, CustomerAccess, FollowUp, Plan

_customer = Customer.__table__
_access = CustomerAccess.__table__


FAR = 2_000
SHARE = 50
"""Who owns more than so many customers, and more than one in so many, reaches far."""


def reaches_far(session: Session, owners: Collection[int]) -> bool:
    """Say whether these people together own so many customers that nearly every list soon meets one of theirs."""
    owned = select(func.count()).where(_customer.c.owner_id.in_(sorted(owners))).scalar_subquery()
    count, newest = session.connection().execute(select(owned, func.max(_customer.c.id))).one()
    return bool(count > max(FAR, (newest or 0) / SHARE))


def _granted(actor: Actor) -> Select[Any]:
    return select(_access.c.customer_id).where(_access.c.user_id == actor.user_id)


def within_reach(actor: Actor, kind: str) -> CompoundSelect[Any]:
    """The keys of the customers that ``actor`` reaches by ownership or by access, as one key set."""
    owned = select(_customer.c.id).where(_customer.c.owner_id.in_(sorted(actor.owners(kind))))
    return union_all(owned, _granted(actor))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The customers ``actor`` may see: all, or their own and team's and those they were given access to."""
    if actor.sees_all("customer"):
        return true()
    if not actor.may("customer.see"):
        return false()
    if actor.reaches_far:
        return or_(Customer.owner_id.in_(sorted(actor.owners("customer"))), Customer.id.in_(_granted(actor)))
    return Customer.id.in_(within_reach(actor, "customer"))


def through_customer(actor: Actor, kind: str, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Rows of ``kind`` whose customer, named by ``column``, is within the actor's reach.

    Of few customers a key set is made: at 5 million orders 3 ms where asking each row took 11.6 s. Of half the
    company's that set takes longer than the page, and each row is asked, of which a list needs only the first.
    """
    if actor.sees_all(kind):
        return true()
    if not actor.may(f"{kind}.see"):
        return false()
    if not actor.reaches_far:
        return column.in_(within_reach(actor, kind))
    one = _customer.alias()
    owned = select(one.c.id).where(one.c.id == column, one.c.owner_id.in_(sorted(actor.owners(kind))))
    return or_(asked_of_each(owned), column.in_(_granted(actor)))


def visible_plans(actor: Actor) -> ColumnElement[bool]:
    """The plans of customers within reach, and one's own wherever they are."""
    if actor.sees_all("plan"):
        return true()
    if actor.reaches_far or not actor.may("plan.see"):
        return or_(through_customer(actor, "plan", Plan.customer_id), Plan.owner_id == actor.user_id)
    # One key set: for an OR of another PostgreSQL would read the plans of everybody.
    plan = Plan.__table__
    ways = (through_customer(actor, "plan", plan.c.customer_id), plan.c.owner_id == actor.user_id)
    return Plan.id.in_(union_all(*(select(plan.c.id).where(way) for way in ways)))


scoped(Customer, "customer", visible_to)
scoped(Contact, "contact", lambda actor: through_customer(actor, "contact", Contact.customer_id))
scoped(FollowUp, "follow_up", lambda actor: through_customer(actor, "follow_up", FollowUp.customer_id))
scoped(Plan, "plan", visible_plans)
judge_reach_by(reaches_far)
