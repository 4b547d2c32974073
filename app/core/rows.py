"""Rows on their way into the database: spelled once for either database, and written by its driver."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Enum, Numeric, Table, insert

from app.core.database import Moment, to_json
from app.core.secrets import Encrypted

Speller = Callable[[Any], Any]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _moment_for_sqlite(value: datetime) -> str:
    # In UTC, and without the zone at its end.
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


class _Moments(dict[datetime, str]):
    """The spelling of moments; a record, its audit entry and its line in the timeline share one."""

    def __init__(self, spell: Callable[[datetime], str]) -> None:
        self._spell = spell

    def __missing__(self, moment: datetime) -> str:
        self[moment] = spelled = self._spell(moment)
        return spelled


def _speller(column_type: Any, *, postgresql: bool) -> Speller | None:
    """How one column's values are spelled; None for as they are."""
    if isinstance(column_type, Encrypted):
        return lambda value: column_type.process_bind_param(value, None)  # type: ignore[arg-type]  # asks no dialect
    if isinstance(column_type, Moment):
        return _Moments(datetime.isoformat if postgresql else _moment_for_sqlite).__getitem__
    if isinstance(column_type, JSON):
        return to_json
    if isinstance(column_type, Date):
        return date.isoformat
    if isinstance(column_type, Boolean):
        return (lambda value: "t" if value else "f") if postgresql else int
    if isinstance(column_type, Numeric):
        return str if postgresql else float
    if isinstance(column_type, Enum):
        return str
    return str if postgresql else None


def _cell(value: Any, speller: Speller) -> str:
    if value is None:
        return "\\N"
    spelled = speller(value)
    if isinstance(spelled, bytes):
        return f"\\\\x{spelled.hex()}"
    return str(spelled).translate(_ESCAPES) if isinstance(value, str | list | dict) else str(spelled)


class Layout:
    """The columns of one table, as they are written."""

    def __init__(self, table: Table, names: Sequence[str], *, postgresql: bool) -> None:
        self.names, self.postgresql = tuple(names), postgresql
        spellers = [_speller(table.c[name].type, postgresql=postgresql) for name in names]
        self.spelled = [(place, speller) for place, speller in enumerate(spellers) if speller is not None]

    def pack(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as bytes that :func:`write` takes, small and quick to hand to another process."""
        return self.lines(rows) if self.postgresql else marshal.dumps(self.cells(rows))

    def lines(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as PostgreSQL's COPY reads them."""
        return "".join([self._line(row) for row in rows]).encode()

    def cells(self, rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
        """Return ``rows`` as the driver of SQLite takes them."""
        packed = [[*map(row.get, self.names)] for row in rows]
        for place, speller in self.spelled:
            for cells in packed:
                if cells[place] is not None:
                    cells[place] = speller(cells[place])
        return packed

    def _line(self, row: dict[str, Any]) -> str:
        cells = map(row.get, self.names)
        return (
            "\t".join([_cell(cell, speller) for cell, (_place, speller) in zip(cells, self.spelled, strict=True)])
            + "\n"
        )


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
            connection.exec_driver_sql(_insert(table.name, names), [tuple(cells) for cells in layout.cells(rows)])


def write(connection: Connection, name: str, names: Sequence[str], packed: bytes) -> None:
    """Insert what :meth:`Layout.pack` made."""
    if connection.dialect.name == "postgresql":
        _copy(connection, name, names, packed)
        return
    with closing(connection.connection.cursor()) as cursor:
        cursor.executemany(_insert(name, names), marshal.loads(packed))  # noqa: S302 - made a moment ago by ourselves


def _insert(name: str, names: Sequence[str]) -> str:
    columns, marks = ", ".join(f'"{each}"' for each in names), ", ".join("?" * len(names))
    return f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables


def _copy(connection: Connection, name: str, names: Sequence[str], lines: bytes) -> None:
    columns = ", ".join(f'"{each}"' for each in names)
    with closing(connection.connection.cursor()) as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
        copy.write(lines)
