"""Who is calling: a customer found by the complete number, although its fields are masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import audit
from app.core.actors import Actor
from app.core.database import db
from app.core.doing import done_by
from app.core.errors import invalid
from app.core.i18n import _l
from app.core.identifiers import Malformed, mask_phone, normalise_phone, phone_key
from app.customers.models import Contact, Customer, CustomerKey

MOST = 20


@dataclass(frozen=True)
class Caller:
    """A customer, and the person at it, whose number this is."""

    customer: Customer
    contact: Contact | None = None


def find_caller(phone: str, *, by: Actor, at: datetime) -> list[Caller]:
    """Return the customers and contacts with exactly this number; that somebody looked is written down.

    :raises NotAllowed: if ``by`` may not enter requests.
    :raises Invalid: unless it is a complete number; beginnings find nobody.
    """
    with done_by(by, at, "service_request.add"):
        try:
            number = normalise_phone(phone)
        except Malformed as refusal:
            raise invalid("phone", refusal.sentence) from None
        if not number:
            raise invalid("phone", _l("Enter the complete phone number."))
        session = db.session
        key = phone_key(number)
        holders = select(CustomerKey.customer_id).where(CustomerKey.key == f"p:{key}")
        customers = session.scalars(select(Customer).where(Customer.id.in_(holders)).order_by(Customer.id).limit(MOST))
        callers = [caller for customer in customers.all() for caller in _people(session, customer, key)]
        found = ", ".join(str(caller.customer.id) for caller in callers)
        audit.record(session, "find_caller", "customer", mask_phone(number), {"customers": [None, found]}, by=by, at=at)
        return callers


def _people(session: Session, customer: Customer, key: str) -> list[Caller]:
    """The contacts whose number this is, or the customer alone when it is the company's own."""
    contacts = session.scalars(
        select(Contact).where(Contact.customer_id == customer.id).order_by(Contact.is_primary.desc(), Contact.id)
    )
    found = [
        Caller(customer, contact)
        for contact in contacts
        if key in (phone_key(contact.mobile), phone_key(contact.phone))
    ]
    return found or [Caller(customer)]
