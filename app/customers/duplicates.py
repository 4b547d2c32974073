"""Is there a customer like this one already? Looks past visibility, answers little, and is written down.

Candidates come from the key table (parts of the normalised name, phones, code of credit), so the check reads a few
dozen rows however many customers there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.actors import Actor, acting_as
from app.core.identifiers import phone_key
from app.customers.models import Contact, Customer, CustomerKey
from app.customers.names import THRESHOLD, Party, block_keys, judge

MOST_CANDIDATES = 300
"""Keys that more customers share than this say nothing and are not followed."""


@dataclass(frozen=True)
class Hit:
    """A customer that may be the same one: only what may be told to whoever may not see it."""

    customer_id: int
    name: str
    owner_name: str
    score: float
    reasons: tuple[Any, ...]
    visible: bool


def keys_of(name: str, uscc: str | None, phones: Iterable[str | None]) -> set[str]:
    """The keys a customer is found by."""
    keys = {f"n:{key}"[:64] for key in block_keys(name)}
    keys |= {f"p:{key}"[:64] for phone in phones if phone and (key := phone_key(phone))}
    return keys | ({f"u:{uscc}"} if uscc else set())


def remember(session: Session, customer: Customer, contacts: Iterable[Contact]) -> None:
    """Keep the customer's keys equal to what is known of it."""
    phones = [customer.phone, *(number for c in contacts for number in (c.mobile, c.phone))]
    wanted = keys_of(customer.name, customer.uscc, phones)
    table = CustomerKey.__table__
    present = set(session.scalars(select(table.c.key).where(table.c.customer_id == customer.id)))
    if present - wanted:
        session.execute(
            delete(table).where(table.c.customer_id == customer.id, table.c.key.in_(sorted(present - wanted)))
        )
    if wanted - present:
        session.execute(insert(table), [{"customer_id": customer.id, "key": key} for key in sorted(wanted - present)])


def similar(
    session: Session, values: Mapping[str, Any], *, by: Actor, at: datetime, own_id: int | None = None
) -> list[Hit]:
    """The customers that may be the one entered, the most similar first; at most five.

    Whether ``by`` may see them only decides what the page links to. A hit is written into the audit log.
    """
    name, uscc = values.get("name") or "", values.get("uscc")
    phones = [values.get("phone"), *(values.get("contact_phones") or ())]
    keys = keys_of(name, uscc, phones)
    if not keys:
        return []
    entered = _party(name, uscc, phones)
    with acting_as(Actor.system("duplicates"), session):
        found = [
            (verdict, customer, owner)
            for customer, owner in _candidates(session, keys, own_id)
            if (verdict := judge(entered, _party(customer.name, customer.uscc, _phones(session, customer)))).score
            >= THRESHOLD
        ]
    found.sort(key=lambda entry: (-entry[0].score, entry[1].id))
    hits = found[:5]
    if not hits:
        return []
    ids = [customer.id for _verdict, customer, _owner in hits]
    visible = set(session.scalars(select(Customer.id).where(Customer.id.in_(ids))))
    audit.record(session, "duplicate_check", "customer", name, {"found": [None, ids]}, by=by, at=at)
    return [
        Hit(
            customer.id,
            customer.name,
            owner.name if owner else "",
            round(verdict.score, 2),
            tuple(verdict.reasons),
            customer.id in visible,
        )
        for verdict, customer, owner in hits
    ]


def _candidates(session: Session, keys: set[str], own_id: int | None) -> list[Any]:
    table = CustomerKey.__table__
    counted = (
        select(table.c.key, func.count().label("holders"))
        .where(table.c.key.in_(sorted(keys)))
        .group_by(table.c.key)
        .having(func.count() <= MOST_CANDIDATES)
    )
    telling = [row.key for row in session.execute(counted)]
    if not telling:
        return []
    holders = (
        select(table.c.customer_id, func.count().label("shared"))
        .where(table.c.key.in_(telling))
        .group_by(table.c.customer_id)
        .order_by(func.count().desc(), table.c.customer_id)
        .limit(MOST_CANDIDATES)
        .subquery()
    )
    statement = (
        select(Customer, User)
        .join(holders, holders.c.customer_id == Customer.id)
        .outerjoin(User, User.id == Customer.owner_id)
        .where(Customer.id != (own_id or 0))
    )
    return list(session.execute(statement))


def _phones(session: Session, customer: Customer) -> list[str | None]:
    table = CustomerKey.__table__
    keys = session.scalars(select(table.c.key).where(table.c.customer_id == customer.id, table.c.key.startswith("p:")))
    return [key.removeprefix("p:") for key in keys]


def _party(name: str, uscc: str | None, phones: Iterable[str | None]) -> Party:
    return Party(name=name, uscc=uscc or "", phones=frozenset(phone_key(phone) for phone in phones if phone))
