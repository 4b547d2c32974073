"""Many contacts at once, for import: the rows that one after the other would leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit, search, timeline
from app.core.actors import Actor, acting_as
from app.core.among import among
from app.core.bulk import creation, reserve_keys
from app.core.doing import done_by
from app.core.errors import Invalid, NotFound, invalid
from app.core.i18n import _l, local_day
from app.core.pinyin import name_key
from app.core.rows import insert_rows
from app.core.visibility import with_deleted
from app.customers.models import Contact, Customer
from app.customers.services import contacts as one_contact
from app.customers.services.bulk import Made, let_be_found, trace

_contact = Contact.__table__


def create_contacts(rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime) -> Made:
    """Add people to customers; good rows are written, bad ones are told.

    A row is what ``create_contact`` takes. The first contact of a customer becomes the primary one.
    """
    with done_by(by, at, "contact.import") as session:
        made = Made([None] * len(rows))
        customer_ids = sorted({row["customer_id"] for row in rows if isinstance(row.get("customer_id"), int)})
        customers = {c.id: c for c in session.scalars(select(Customer).where(among(Customer.id, customer_ids)))}
        peopled = set(session.scalars(select(Contact.customer_id).where(among(Contact.customer_id, customer_ids))))
        new = list(_checked_contacts(session, rows, made, customers, peopled, by, at))
        _write_contacts(session, new, customers, by, at)
        for columns in new:
            made.ids[columns["index"]] = columns["id"]
    return made


_NEW_CONTACT: dict[str, Any] = {column.name: None for column in _contact.c if column.nullable} | {
    "custom": {},
    "tags": [],
    "consent": [],
}


def _checked_contacts(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    made: Made,
    customers: Mapping[int, Customer],
    peopled: set[int],
    by: Actor,
    at: datetime,
) -> Iterator[dict[str, Any]]:
    given = [str(row["external_id"]) for row in rows if row.get("external_id")]
    with acting_as(Actor.system("uniqueness"), session):
        statement = with_deleted(select(Contact.external_id).where(among(Contact.external_id, given)))
        taken = set(session.scalars(statement)) if given else set()
    for index, row in enumerate(rows):
        try:
            clean = one_contact._checked(session, row, None, local_day(at))
            if clean.get("external_id") in taken:
                raise invalid("external_id", _l("Another contact already has this."))
            if clean["customer_id"] not in customers:
                raise invalid("customer_id", NotFound().sentence)
        except Invalid as refusal:
            made.refusals[index] = refusal
            continue
        if clean.get("external_id"):
            taken.add(clean["external_id"])
        first = clean["customer_id"] not in peopled
        peopled.add(clean["customer_id"])
        yield {
            **_NEW_CONTACT,
            **clean,
            "index": index,
            "is_primary": bool(clean.get("is_primary")) or first,
            "promoted": bool(clean.get("is_primary")) and not first,
            "name_key": name_key(clean["name"]),
            **trace(by, at),
        }


def _write_contacts(
    session: Session, new: list[dict[str, Any]], customers: Mapping[int, Customer], by: Actor, at: datetime
) -> None:
    if not new:
        return
    session.flush()
    for columns, pk in zip(new, reserve_keys(session, _contact, len(new)), strict=True):
        columns["id"] = pk
    connection = session.connection()
    insert_rows(connection, _contact, new)
    audit.write(
        connection,
        [audit.entry("create", "contact", c["id"], c["name"], creation(Contact, c), by=by, at=at) for c in new],
    )
    for columns in new:
        if columns["promoted"]:
            one_contact._only_primary(session, cast("Contact", SimpleNamespace(**columns)))
    search.index_many(
        connection,
        "contact",
        [
            (c["id"], one_contact.search_texts(cast("Contact", SimpleNamespace(**c)), customers[c["customer_id"]]))
            for c in new
        ],
        fresh=True,
    )
    timeline.write(
        connection,
        [
            timeline.row(c["customer_id"], "contact.create", at, record_id=c["id"], actor_id=by.user_id, name=c["name"])
            for c in new
        ],
    )
    touched = sorted({columns["customer_id"] for columns in new})
    people: dict[int, list[Any]] = {pk: [] for pk in touched}
    # No whole contacts: a customer is found by nothing else of them.
    found_by = select(Contact.customer_id, Contact.name, Contact.mobile, Contact.phone)
    for contact in session.execute(found_by.where(among(Contact.customer_id, touched))):
        people[contact.customer_id].append(contact)
    let_be_found(session, [(customers[pk], people[pk]) for pk in touched])
