"""Who sees a customer besides its owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.actors import Actor
from app.core.database import db
from app.core.errors import NotAllowed, invalid
from app.core.i18n import _l
from app.customers.models import AccessReason, Customer, CustomerAccess


def grant_access(session: Session, customer_id: int, user_id: int | None, reason: AccessReason) -> None:
    """Let ``user_id`` see a customer because they were given work on it; granting twice changes nothing."""
    if user_id is None:
        return
    if session.get(CustomerAccess, (customer_id, user_id, reason)) is None:
        session.add(CustomerAccess(customer_id=customer_id, user_id=user_id, reason=reason))
        session.flush()


def revoke_access(session: Session, customer_id: int, user_id: int | None, reason: AccessReason) -> None:
    """Take back what :func:`grant_access` gave for ``reason``; other reasons stay."""
    if user_id is not None:
        session.execute(
            delete(CustomerAccess).where(
                CustomerAccess.customer_id == customer_id,
                CustomerAccess.user_id == user_id,
                CustomerAccess.reason == reason,
            )
        )


def collaborators_of(session: Session, customer_id: int) -> list[User]:
    """The people a customer is shared with, by name."""
    shared = select(CustomerAccess.user_id).where(
        CustomerAccess.customer_id == customer_id, CustomerAccess.reason == AccessReason.collaborator
    )
    return list(session.scalars(select(User).where(User.id.in_(shared)).order_by(User.name_key, User.id)))


def share(customer: Customer, user_ids: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Make ``user_ids`` the customer's collaborators, in place of those before.

    :raises NotAllowed: if ``by`` may not share customers.
    :raises Invalid: if one of them is not an active user.
    """
    if not by.may("customer.share"):
        raise NotAllowed(_l("You do not have the right to share customers."))
    session = db.session
    wanted = set(user_ids) - {customer.owner_id}
    known = set(session.scalars(select(User.id).where(User.id.in_(wanted), User.active.is_(True))))
    if wanted - known:
        raise invalid("collaborators", _l("Choose people who are still with the company."))
    before = {person.id: person.name for person in collaborators_of(session, customer.id)}
    for user_id in before.keys() - wanted:
        revoke_access(session, customer.id, user_id, AccessReason.collaborator)
    for user_id in wanted - before.keys():
        grant_access(session, customer.id, user_id, AccessReason.collaborator)
    if wanted != before.keys():
        names = [person.name for person in collaborators_of(session, customer.id)]
        changes = {"collaborators": [[*before.values()], names]}
        audit.record(session, "update", "customer", customer, changes, by=by, at=at)
