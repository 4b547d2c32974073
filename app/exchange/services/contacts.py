"""Contacts from a file: known by external ID, else by customer and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.among import among
from app.core.checks import REQUIRED
from app.core.errors import DomainError, Invalid, invalid
from app.core.i18n import _l
from app.customers import services as customers
from app.customers.models import Contact
from app.exchange.services.outcome import Entry
from app.exchange.services.references import customers_of
from app.exchange.services.writing import Writer


class ContactWriter(Writer):
    """Writes contacts; empty cells leave what is there."""

    labels = {"customer_id": _l("Customer")}

    def begin(self) -> None:
        self._seen: set[int] = set()

    def write(self, session: Session, prepared: Sequence[list[Entry]]) -> None:
        entries = self._with_customers(session, [entry for group in prepared for entry in group])
        external, named = _known(session, entries)
        new: list[Entry] = []
        for entry in entries:
            key = (entry.values["customer_id"], str(entry.values["name"]))
            contact = external.get(str(entry.values.get("external_id") or ""))
            if contact is None and not entry.values.get("external_id"):
                contact = named.get(key)
            if contact is None:
                new.append(entry)
            else:
                self._compare(session, entry, contact)
        made = customers.create_contacts([entry.values for entry in new], by=self.by, at=self.at)
        for index, entry in enumerate(new):
            if index in made.refusals:
                self.refuse([entry], made.refusals[index])
            else:
                self.outcome.created += 1

    def _with_customers(self, session: Session, entries: list[Entry]) -> list[Entry]:
        known = customers_of(session, [entry.values for entry in entries])
        found = []
        for entry in entries:
            try:
                if not entry.values.get("name"):
                    raise invalid("name", REQUIRED)
                entry.values["customer_id"] = self._customer(known, entry.values)
                self._once(entry.values)
            except Invalid as refusal:
                self.refuse([entry], refusal)
            else:
                found.append(entry)
        for entry in found:
            entry.values.pop("customer", None)
            entry.values.pop("customer_name", None)
        return found

    def _customer(self, known: Any, values: Mapping[str, Any]) -> int:
        reference = values.get("customer") or values.get("customer_name")
        if not reference:
            raise invalid("customer", REQUIRED)
        pk = known.find(values)
        if pk is None:
            raise invalid("customer", _l("There is no customer “%(name)s”.", name=reference))
        return int(pk)

    def _once(self, values: Mapping[str, Any]) -> None:
        external = values.get("external_id")
        key = hash(external or (values["customer_id"], values["name"]))
        if key in self._seen:
            raise invalid("name", _l("“%(key)s” is already in an earlier row.", key=external or values["name"]))
        self._seen.add(key)

    def _compare(self, session: Session, entry: Entry, contact: Contact) -> None:
        version = contact.version
        try:
            with session.begin_nested():
                customers.update_contact(contact, entry.values, by=self.by, at=self.at)
                session.flush()
        except DomainError as refusal:
            self.refuse([entry], refusal if isinstance(refusal, Invalid) else Invalid(refusal.sentence))
            return
        if contact.version != version:
            self.outcome.updated += 1
        else:
            self.outcome.unchanged += 1


def _known(session: Session, entries: Sequence[Entry]) -> tuple[dict[str, Contact], dict[tuple[int, str], Contact]]:
    external: dict[str, Contact] = {}
    named: dict[tuple[int, str], Contact] = {}
    ids = sorted({str(entry.values["external_id"]) for entry in entries if entry.values.get("external_id")})
    if ids:
        for contact in session.scalars(select(Contact).where(among(Contact.external_id, ids))):
            external[str(contact.external_id)] = contact
    if wanted := {(entry.values["customer_id"], str(entry.values["name"])) for entry in entries}:
        owners = {customer_id for customer_id, _name in wanted}
        # Of the colleagues of those in the file the names are enough.
        names = select(Contact.id, Contact.customer_id, Contact.name).where(among(Contact.customer_id, owners))
        of_them = [pk for pk, customer_id, name in session.execute(names) if (customer_id, name) in wanted]
        asked = select(Contact).where(among(Contact.id, of_them)).order_by(Contact.id.desc())
        for contact in session.scalars(asked) if of_them else ():
            named[contact.customer_id, contact.name] = contact
    return external, named
