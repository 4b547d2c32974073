"""What writers of many rows at once need in order to leave what the session leaves for one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Mapper, Session

from app.core import audit


def reserve_keys(session: Session, table: Table, count: int) -> list[int]:
    """Return ``count`` unused keys. SQLite: the transaction holds the only write lock; PostgreSQL: from the sequence."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        return list(session.scalars(select(sequence).select_from(func.generate_series(1, count))))
    last = session.scalar(select(func.max(table.c.id))) or 0
    return list(range(last + 1, last + count + 1))


@cache
def _audited(mapper: Mapper[Any]) -> frozenset[str]:
    silent = audit.SILENT | set(getattr(mapper.class_, "__unaudited__", ()))
    return frozenset(attribute.key for attribute in mapper.column_attrs if attribute.key not in silent)


def creation(model: type[Any], columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes that the audit log keeps of a new row of ``model``."""
    private: frozenset[str] = getattr(model, "__secret__", frozenset())
    audited = _audited(model.__mapper__)
    found: dict[str, Any] = {}
    for name, value in columns.items():
        # An empty text, list or object is nothing new; no, zero and 0.00 are.
        if name not in audited or (not value and (value is None or isinstance(value, str | list | dict))):
            continue
        found[name] = [None, "•••" if name in private else value]
    return found
