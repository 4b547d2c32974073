"""The customers that rows name by code, external ID or name, read for a portion of rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.core.among import among
from app.core.errors import invalid
from app.core.i18n import _l
from app.core.pinyin import name_key
from app.customers.models import Customer


@dataclass
class CustomersByName:
    """The customers that a portion of rows refers to; an external ID goes before a code, a code before a name."""

    external: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    names: dict[str, list[int]] = field(default_factory=dict)

    def find(self, values: Mapping[str, Any]) -> int | None:
        """The key of the customer a row names; None when there is none.

        :raises Invalid: when several have the name.
        """
        reference = values.get("customer")
        if reference:
            found = self.external.get(reference) or self.codes.get(reference)
            # In a column headed “customer” some write the name.
            return found or self._named(reference)
        return self._named(values.get("customer_name") or "")

    def _named(self, name: str) -> int | None:
        found = self.names.get(name, [])
        if len(found) > 1:
            raise invalid("customer", _l("Several customers are called “%(name)s”. Give the code.", name=name))
        return found[0] if found else None


def named(names: Sequence[str]) -> ColumnElement[bool]:
    """The customers called one of ``names``: their sorting key has an index, their name has none."""
    return and_(among(Customer.name_key, {name_key(name) for name in names}), among(Customer.name, names))


def customers_of(session: Session, rows: Iterable[Mapping[str, Any]]) -> CustomersByName:
    """Read the customers that ``rows`` refer to."""
    known = CustomersByName()
    references, names = set(), set()
    for values in rows:
        if values.get("customer"):
            references.add(str(values["customer"]))
        elif values.get("customer_name"):
            names.add(str(values["customer_name"]))
    for column, into in ((Customer.external_id, known.external), (Customer.code, known.codes)):
        if wanted := sorted(references - known.external.keys()):
            for value, pk in session.execute(select(column, Customer.id).where(among(column, wanted))):
                into[str(value)] = pk
    names |= references - known.external.keys() - known.codes.keys()
    if names:
        for name, pk in session.execute(select(Customer.name, Customer.id).where(named(sorted(names)))):
            known.names.setdefault(name, []).append(pk)
    return known
