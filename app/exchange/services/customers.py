"""Customers from a file: known by external ID, code, code of credit or, failing these, by their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.among import among
from app.core.errors import DomainError, Invalid, invalid
from app.core.i18n import _l
from app.customers import services as customers
from app.customers.models import Customer
from app.exchange.services.outcome import Entry
from app.exchange.services.references import named
from app.exchange.services.writing import Writer

_KEYS = ("external_id", "code", "uscc", "name")


class CustomerWriter(Writer):
    """Writes customers; empty cells leave what is there."""

    def begin(self) -> None:
        self._seen: set[int] = set()

    def write(self, session: Session, prepared: Sequence[list[Entry]]) -> None:
        entries = [entry for group in prepared for entry in group]
        known = _known(session, entries)
        new: list[Entry] = []
        for entry in entries:
            try:
                self._once(entry.values)
                customer = _find(known, entry.values)
            except Invalid as refusal:
                self.refuse([entry], refusal)
                continue
            if customer is None:
                new.append(entry)
            else:
                self._compare(session, entry, customer)
        made = customers.create_customers([self._row(entry.values) for entry in new], by=self.by, at=self.at)
        for index, entry in enumerate(new):
            if index in made.refusals:
                self.refuse([entry], made.refusals[index])
            else:
                self.outcome.created += 1

    def _once(self, values: Mapping[str, Any]) -> None:
        name = next((name for name in _KEYS if values.get(name)), "name")
        key = hash((name, values.get(name)))
        if key in self._seen:
            raise invalid(name, _l("“%(key)s” is already in an earlier row.", key=values.get(name)))
        self._seen.add(key)

    def _row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        row = {name: value for name, value in values.items() if name != "owner"}
        return row | {"owner_id": values.get("owner") or self.owner_id}

    def _compare(self, session: Session, entry: Entry, customer: Customer) -> None:
        values = {name: entry.values[name] for name in entry.values if name not in {"code", "owner", "status"}}
        tags = values.pop("tags", None)
        if tags is not None and set(tags) != set(customers.tags_of(session, customer.id)):
            values["tags"] = tags
        owner_id = entry.values.get("owner")
        version = customer.version
        try:
            with session.begin_nested():
                if values:
                    customers.update_customer(customer, values, by=self.by, at=self.at)
                if owner_id is not None and owner_id != customer.owner_id:
                    customers.hand_over(customer, owner_id, by=self.by, at=self.at)
                session.flush()
        except DomainError as refusal:
            self.refuse([entry], refusal if isinstance(refusal, Invalid) else Invalid(refusal.sentence))
            return
        if customer.version != version or "tags" in values:
            self.outcome.updated += 1
        else:
            self.outcome.unchanged += 1


def _known(session: Session, entries: Sequence[Entry]) -> dict[str, dict[str, list[Customer]]]:
    known: dict[str, dict[str, list[Customer]]] = {name: {} for name in _KEYS}
    for name in _KEYS:
        column = getattr(Customer, name)
        given = sorted({_spelled(name, entry.values[name]) for entry in entries if entry.values.get(name)})
        if given:
            condition = named(given) if name == "name" else among(column, given)
            for customer in session.scalars(select(Customer).where(condition)):
                known[name].setdefault(getattr(customer, name), []).append(customer)
    return known


def _spelled(name: str, value: Any) -> str:
    return str(value).upper() if name == "uscc" else str(value)


def _find(known: Mapping[str, Mapping[str, list[Customer]]], values: Mapping[str, Any]) -> Customer | None:
    """The customer a row is about; its name decides only when the row has neither external ID nor code.

    :raises Invalid: when several have the name.
    """
    for name in ("external_id", "code", "uscc"):
        found = known[name].get(_spelled(name, values[name])) if values.get(name) else None
        if found:
            return found[0]
    if values.get("external_id") or values.get("code") or values.get("uscc"):
        return None
    named = known["name"].get(str(values.get("name")), [])
    if len(named) > 1:
        raise invalid("name", _l("Several customers are called “%(name)s”. Give the code.", name=values["name"]))
    return named[0] if named else None
