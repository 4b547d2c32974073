"""What forms of any feature may refer to: customers, contacts, people, regions' codes, plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import regions, search
from app.core.i18n import _
from app.core.pinyin import initials, name_key
from app.core.region_names import spoken
from app.customers.models import Contact, Customer
from app.web.lookup import Lookup, register_lookup


def _people(session: Session, text: str) -> Select[Any]:
    """Active users; there are few, so their names are compared here, pinyin and initials included."""
    statement = select(User).where(User.active.is_(True)).order_by(User.name_key, User.id)
    if not text:
        return statement
    wanted = text.lower().replace(" ", "")
    found = [
        user.id
        for user in session.scalars(statement)
        if wanted in user.name.lower()
        or wanted in user.username.lower()
        or name_key(user.name).replace(" ", "").startswith(wanted)
        or initials(user.name).startswith(wanted)
    ]
    return statement.where(User.id.in_(found))


def _contacts(session: Session, text: str) -> Select[Any]:
    statement = select(Contact).order_by(Contact.is_primary.desc(), Contact.name_key, Contact.id)
    if not text:
        return statement
    return statement.where(
        or_(Contact.id.in_(search.matching_ids("contact", text)), Contact.name.startswith(text, autoescape=True))
    )


class RegionLookup(Lookup):
    """Regions come from a table in the program, and their key is the six-digit code."""

    def rows(self, session: Session, text: str, within: Mapping[str, int]) -> Iterable[Any]:
        return regions.search(text) if text else regions.children()

    def row(self, session: Session, pk: str) -> Any | None:
        return regions.region(pk)

    def key(self, row: Any) -> Any:
        return row.code


def register() -> None:
    """Offer the look-ups of this feature."""
    register_lookup(
        "customer",
        Lookup(
            Customer,
            "customer.see",
            text=lambda customer: customer.name,
            hint=lambda customer: customer.code,
            search_kind="customer",
        ),
    )
    register_lookup(
        "contact",
        Lookup(
            Contact,
            "contact.see",
            text=lambda contact: contact.name,
            hint=lambda contact: contact.title or (_("Primary contact") if contact.is_primary else ""),
            matching=_contacts,
            more=lambda contact: {"customer_id": contact.customer_id},
            within={"customer_id": "customer"},
        ),
    )
    register_lookup(
        "region",
        RegionLookup(regions.Region, "customer.see", text=spoken, hint=lambda found: found.code),
    )
    register_lookup(
        "user",
        Lookup(User, "customer.see", text=lambda user: user.name, hint=lambda user: user.username, matching=_people),
    )
