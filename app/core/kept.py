"""What is kept in a row although other rows say it, so that lists are sorted by it; and the proof that it is true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, true, type_coerce, update
from sqlalchemy.orm import Session

from app.core.database import Model
from app.core.pinyin import name_key

AT_ONCE = 500
TRUE = true()


@dataclass(frozen=True)
class Difference:
    """One kept value that is not what other rows say; ``key`` is the record, or what names it."""

    kind: str
    key: Any
    field: str
    kept: Any
    true: Any


Find = Callable[[Session, date], Iterable[Difference]]
Repair = Callable[[Session, list[Difference], date], None]
_proofs: list[tuple[Find, Repair]] = []


def proved_by(find: Find, repair: Repair) -> None:
    """Let :func:`reconcile` and :func:`repair` look after values that are kept in a way of their own."""
    _proofs.append((find, repair))


def reconcile(session: Session, today: date) -> list[Difference]:
    """Every kept value of every feature that differs from what other rows say on ``today``."""
    return [difference for find, _repair in _proofs for difference in find(session, today)]


def repair(session: Session, differences: Iterable[Difference], today: date) -> None:
    """Set every kept value named by ``differences`` to what it should be."""
    found = list(differences)
    for _find, put_right in _proofs:
        put_right(session, found, today)


class Kept:
    """One column of ``model`` that sums up other rows; whoever changes those calls :meth:`keep`.

    ``value`` is an aggregate of the rows that meet ``where``, and ``key`` their column that names the row of ``model``.
    Bare tables are read and written: what is kept is the same whoever sees which of the rows.
    """

    def __init__(
        self, model: type[Model], name: str, *, key: ColumnElement[Any], value: Any, where: ColumnElement[bool] = TRUE
    ) -> None:
        self.table, self.column = model.__table__, model.__table__.c[name]
        self._model, self._key, self._value, self._where = model, key, value, where
        proved_by(self._differences, self._repair)

    def keep(self, session: Session, keys: Collection[int] | None = None) -> None:
        """Write the column of the rows ``keys``, or of all, anew; no edit, so versions stay."""
        right = select(self._value).where(self._key == self.table.c.id, self._where).correlate(self.table)
        kept = update(self.table).values({self.column: right.scalar_subquery()})
        session.execute(kept if keys is None else kept.where(self.table.c.id.in_(sorted(keys))))
        for key in keys or ():
            known = session.identity_map.get(session.identity_key(self._model, key))
            if known is not None:
                session.expire(known, [self.column.name])

    def _differences(self, session: Session, _today: date) -> Iterator[Difference]:
        grouped = select(self._key.label("key"), self._value.label("value")).where(self._where).group_by(self._key)
        rows = grouped.subquery()
        value = type_coerce(rows.c.value, self.column.type)
        wrong = (
            select(self.table.c.id, self.column, value)
            .outerjoin(rows, rows.c.key == self.table.c.id)
            .where(self.column.is_distinct_from(value))
        )
        for key, kept, should in session.execute(wrong):
            yield Difference(self.table.name, key, self.column.name, kept, should)

    def _repair(self, session: Session, found: list[Difference], _today: date) -> None:
        keys = iter(one.key for one in found if (one.kind, one.field) == (self.table.name, self.column.name))
        while some := list(islice(keys, AT_ONCE)):
            self.keep(session, some)


class KeptName:
    """The key by which rows of ``model`` are sorted; another version of the readings may spell a name otherwise.

    ``name`` puts the columns ``parts`` together, and ``found_by`` writes anew what the search knows of a row.
    """

    def __init__(
        self,
        model: type[Any],
        *parts: str,
        name: Callable[..., str] = str,
        found_by: Callable[[Session, Any], None] | None = None,
    ) -> None:
        self._model, self._parts, self._name, self._found_by = model, parts, name, found_by
        self._table = model.__table__
        proved_by(self._differences, self._repair)

    def _differences(self, session: Session, _today: date) -> Iterator[Difference]:
        columns = self._table.c
        rows = select(columns.id, columns.name_key, *(columns[part] for part in self._parts))
        for key, kept, *parts in session.execute(rows.execution_options(yield_per=2_000)):
            if kept != (should := name_key(self._name(*parts))):
                yield Difference(self._table.name, key, "name_key", kept, should)

    def _repair(self, session: Session, found: list[Difference], _today: date) -> None:
        mine = iter(one for one in found if (one.kind, one.field) == (self._table.name, "name_key"))
        statement = update(self._table).where(self._table.c.id == bindparam("key")).values(name_key=bindparam("true"))
        while some := list(islice(mine, AT_ONCE)):
            session.connection().execute(statement, [{"key": one.key, "true": one.true} for one in some])
            if self._found_by is not None:
                rows = select(self._model).where(self._model.id.in_([one.key for one in some]))
                for row in session.scalars(rows.execution_options(populate_existing=True)).all():
                    self._found_by(session, row)
