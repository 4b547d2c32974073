"""Contacts: the people at a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import custom_fields, dictionary, search, timeline
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.database import db
from app.core.errors import NotAllowed, NotFound, invalid
from app.core.i18n import _l, local_day
from app.core.identifiers import Malformed, check_birthday, normalise_email, normalise_phone
from app.core.kept import KeptName
from app.core.pinyin import name_key
from app.core.visibility import find, with_deleted
from app.customers.models import Contact, Customer, Gender
from app.customers.services.customers import index
from app.customers.terms import CONSENT_CHANNELS

EDITABLE = frozenset(
    {
        "customer_id", "name", "gender", "title", "department", "mobile", "phone", "email", "wechat", "birthday",
        "is_primary", "decision_role", "category", "tags", "consent", "notes", "external_id", "custom",
    }
)  # fmt: skip
_TEXTS = {"name": 80, "title": 80, "department": 80, "wechat": 64, "external_id": 64}


def create_contact(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Contact:
    """Add a person to a customer; the first one becomes the primary contact.

    :raises NotAllowed: if ``by`` may not add contacts.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("contact.add"):
        raise NotAllowed(_l("You do not have the right to add contacts."))
    session = db.session
    clean = _checked(session, values, None, local_day(at))
    customer = find(session, Customer, clean["customer_id"])
    if customer is None:
        raise invalid("customer_id", NO_CHOICE)
    first = session.scalar(select(Contact.id).where(Contact.customer_id == customer.id).limit(1)) is None
    contact = Contact(
        **({"custom": {}, "tags": [], "consent": []} | clean | {"is_primary": bool(clean.get("is_primary")) or first}),
        name_key=name_key(clean["name"]),
    )
    session.add(contact)
    session.flush()
    if contact.is_primary:
        _only_primary(session, contact)
    _reindex(session, contact, customer)
    timeline.tell(
        session, customer.id, "contact.create", at, record_id=contact.id, actor_id=by.user_id, name=contact.name
    )
    return contact


def update_contact(contact: Contact, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Contact:
    """Change what ``values`` names.

    :raises NotAllowed: if ``by`` may not edit contacts.
    :raises Invalid: naming the fields that cannot be accepted.
    """
    if not by.may("contact.edit"):
        raise NotAllowed(_l("You do not have the right to edit contacts."))
    session = db.session
    clean = _checked(session, values, contact, local_day(at))
    before = contact.customer_id
    for name, value in clean.items():
        if getattr(contact, name) != value:
            setattr(contact, name, value)
    contact.name_key = name_key(contact.name)
    session.flush()
    if clean.get("is_primary"):
        _only_primary(session, contact)
    for customer_id in {before, contact.customer_id}:
        customer = find(session, Customer, customer_id)
        if customer is not None:
            _reindex(session, contact, customer)
    return contact


def delete_contact(contact: Contact, *, by: Actor, at: datetime) -> None:
    """Put a contact into the recycle bin.

    :raises NotAllowed: if ``by`` may not delete contacts.
    """
    if not by.may("contact.delete"):
        raise NotAllowed(_l("You do not have the right to delete contacts."))
    session = db.session
    contact.deleted_at, contact.deleted_by_id = at, by.user_id
    session.flush()
    search.unindex(session, "contact", contact.id)
    customer = find(session, Customer, contact.customer_id)
    if customer is not None:
        index(session, customer)


NAME_KEY = KeptName(Contact, "name", found_by=lambda session, contact: _reindex(session, contact, contact.customer))


def restore_contact(pk: int, *, by: Actor, at: datetime) -> Contact:
    """Take a contact out of the recycle bin.

    :raises NotFound: if there is no such contact that ``by`` may see, or its customer is deleted.
    """
    if not by.may("contact.delete"):
        raise NotAllowed(_l("You do not have the right to delete contacts."))
    session = db.session
    contact = session.scalar(with_deleted(select(Contact).where(Contact.id == pk)))
    customer = find(session, Customer, contact.customer_id) if contact is not None else None
    if contact is None or customer is None:
        raise NotFound
    contact.deleted_at = contact.deleted_by_id = None
    session.flush()
    _reindex(session, contact, customer)
    return contact


def _only_primary(session: Session, contact: Contact) -> None:
    others = select(Contact).where(
        Contact.customer_id == contact.customer_id, Contact.id != contact.id, Contact.is_primary.is_(True)
    )
    for other in session.scalars(others):
        other.is_primary = False
    session.flush()


def _reindex(session: Session, contact: Contact, customer: Customer) -> None:
    search.index(session, "contact", contact.id, search_texts(contact, customer))
    index(session, customer)


def search_texts(contact: Contact, customer: Customer) -> list[str]:
    """Everything a contact is found by; for bulk writers together with ``search.index_many``."""
    texts = (contact.name, contact.mobile, contact.phone, contact.email, contact.wechat, customer.name)
    return [text for text in texts if text]


def _checked(session: Session, values: Mapping[str, Any], contact: Contact | None, today: date) -> dict[str, Any]:
    checks = Checks(values, EDITABLE, creating=contact is None)
    checks.key("customer_id", required=True)
    for name, limit in _TEXTS.items():
        checks.text(name, limit, required=name == "name")
    checks.text("notes", 10_000, lines=True)
    checks.member("gender", Gender)
    for name in ("mobile", "phone"):
        checks.spelled(name, normalise_phone)
    checks.spelled("email", normalise_email)
    checks.day("birthday")
    try:
        check_birthday(checks.clean.get("birthday"), today=today)
    except Malformed as refusal:
        checks.refuse("birthday", refusal.sentence)
    for name, term_list in (("decision_role", "decision_role"), ("category", "contact_category")):
        checks.code(name, dictionary.codes(session, term_list), keep=getattr(contact, name, None))
    if "is_primary" in values:
        checks.flag("is_primary")
    checks.words("consent", most=len(CONSENT_CHANNELS), limit=40, allowed=CONSENT_CHANNELS)
    checks.words("tags", most=20, limit=40)
    custom_fields.take(checks, session, "contact", contact)
    return checks.done()
