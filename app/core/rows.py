"""Rows on their way into the database: spelled once for either database, and written by its driver."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Enum, Numeric, String, Table, insert

from app.core.database import Moment, to_json
from app.core.secrets import Encrypted

Speller = Callable[[Any], Any]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


# A record, its audit entry and its line in the timeline share their moment.
@lru_cache(maxsize=32_768)
def _moment_for_sqlite(value: datetime) -> str:
    # In UTC, and without the zone at its end.
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


@lru_cache(maxsize=32_768)
def spelled_moment(value: datetime) -> str:
    """Return a moment as ISO 8601 has it, in UTC."""
    return value.astimezone(UTC).isoformat()


def _speller(column_type: Any) -> Speller | None:
    """How SQLite's driver takes one column's values; None for as they are."""
    if isinstance(column_type, Encrypted):
        return lambda value: column_type.process_bind_param(value, None)  # type: ignore[arg-type]  # asks no dialect
    if isinstance(column_type, Moment):
        return _moment_for_sqlite
    if isinstance(column_type, JSON):
        return to_json
    if isinstance(column_type, Date):
        return date.isoformat
    if isinstance(column_type, Boolean):
        return int
    if isinstance(column_type, Numeric):
        return float
    return str if isinstance(column_type, Enum) else None


def _speller_of_copy(column_type: Any) -> Speller:
    """How PostgreSQL's COPY reads one column's values."""
    if isinstance(column_type, Encrypted):
        encrypted = column_type.process_bind_param
        return lambda value: f"\\\\x{encrypted(value, None).hex()}" if value else "\\N"  # type: ignore[arg-type,union-attr]
    if isinstance(column_type, Moment):
        return spelled_moment
    if isinstance(column_type, JSON):
        return lambda value: _escaped(to_json(value))
    if isinstance(column_type, Boolean):
        return lambda value: "t" if value else "f"
    # An enumeration is text, too, but holds our own words only.
    return _escaped if isinstance(column_type, String) and not isinstance(column_type, Enum) else str


def _escaped(text: str) -> str:
    special = "\\" in text or "\n" in text or "\t" in text or "\r" in text
    return text.translate(_ESCAPES) if special else text


class Layout:
    """The columns of one table, as they are written."""

    def __init__(self, table: Table, names: Sequence[str], *, postgresql: bool) -> None:
        types, self.postgresql = [table.c[name].type for name in names], postgresql
        self._spelled = [
            (name, _speller_of_copy(each) if postgresql else _speller(each))
            for name, each in zip(names, types, strict=True)
        ]

    def pack(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as bytes that :func:`write` takes, small and quick to hand to another process."""
        return self.lines(rows) if self.postgresql else marshal.dumps(self.columns(rows))

    def lines(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as PostgreSQL's COPY reads them."""
        return "".join(["\t".join(cells) + "\n" for cells in zip(*self.columns(rows), strict=True)]).encode()

    def columns(self, rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
        """Return the spelled values of ``rows`` column by column, which asks once for each how it is done."""
        empty = "\\N" if self.postgresql else None
        return [
            [row.get(name) for row in rows]
            if spell is None
            else [empty if (value := row.get(name)) is None else spell(value) for row in rows]
            for name, spell in self._spelled
        ]


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of ``table``: what one of them leaves out is empty, what none of them has gets its default.

    SQLAlchemy's own way asks the type of each value of each row, which takes longer than the database needs for them.
    """
    if len(rows) == 1:
        # One row is quicker in one round trip.
        connection.execute(insert(table), rows)
    elif rows:
        given = set().union(*rows)
        names = [column.name for column in table.c if column.name in given]
        postgresql = connection.dialect.name == "postgresql"
        layout = Layout(table, names, postgresql=postgresql)
        if postgresql:
            _copy(connection, table.name, names, layout.lines(rows))
        else:
            connection.exec_driver_sql(_insert(table.name, names), [*zip(*layout.columns(rows), strict=True)])


def write(connection: Connection, name: str, names: Sequence[str], packed: bytes) -> None:
    """Insert what :meth:`Layout.pack` made."""
    if connection.dialect.name == "postgresql":
        _copy(connection, name, names, packed)
        return
    with closing(connection.connection.cursor()) as cursor:
        columns = marshal.loads(packed)  # noqa: S302 - made a moment ago by ourselves
        cursor.executemany(_insert(name, names), [*zip(*columns, strict=True)])


def _insert(name: str, names: Sequence[str]) -> str:
    columns, marks = ", ".join(f'"{each}"' for each in names), ", ".join("?" * len(names))
    return f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables


def _copy(connection: Connection, name: str, names: Sequence[str], lines: bytes) -> None:
    columns = ", ".join(f'"{each}"' for each in names)
    with closing(connection.connection.cursor()) as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
        copy.write(lines)
