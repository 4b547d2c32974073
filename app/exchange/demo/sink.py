"""Rows on their way into the database: spelled once for either database, and written at its full speed."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Dialect, Numeric, Table
from sqlalchemy.dialects.postgresql import JSONB

from app.core.database import Model, Moment, to_json
from app.core.secrets import Encrypted

Speller = Callable[[Any], Any]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _moment_for_sqlite(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S.%f}"


def _speller(column_type: Any, postgresql: bool) -> Speller | None:
    """How one column's values are spelled; None for as they are."""
    if isinstance(column_type, Encrypted):
        return lambda value: column_type.process_bind_param(value, None)  # type: ignore[arg-type]  # asks no dialect
    if isinstance(column_type, Moment):
        return datetime.isoformat if postgresql else _moment_for_sqlite
    if isinstance(column_type, JSON | JSONB):
        return to_json
    if isinstance(column_type, Date):
        return date.isoformat
    if isinstance(column_type, Boolean):
        return (lambda value: "t" if value else "f") if postgresql else int
    if isinstance(column_type, Numeric):
        return None if postgresql else float
    return None


class Layout:
    """The columns of one table, as they are written."""

    def __init__(self, table: Table, names: Sequence[str], *, postgresql: bool) -> None:
        self.table, self.names, self.postgresql = table, tuple(names), postgresql
        dialects = {True: "postgresql", False: "sqlite"}
        self.spellers = [
            (name, _speller(_actual(table.c[name].type, dialects[postgresql]), postgresql)) for name in self.names
        ]

    def pack(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as bytes that :func:`write` takes, small and quick to hand to another process."""
        if self.postgresql:
            return "".join(self._line(row) for row in rows).encode()
        return marshal.dumps([self._tuple(row) for row in rows])

    def _tuple(self, row: dict[str, Any]) -> tuple[Any, ...]:
        cells = []
        for name, speller in self.spellers:
            value = row.get(name)
            cells.append(value if value is None or speller is None else speller(value))
        return tuple(cells)

    def _line(self, row: dict[str, Any]) -> str:
        cells = []
        for name, speller in self.spellers:
            value = row.get(name)
            if value is None:
                cells.append("\\N")
                continue
            if speller is not None:
                value = speller(value)
            if isinstance(value, bytes):
                cells.append(f"\\\\x{value.hex()}")
            else:
                cells.append(str(value).translate(_ESCAPES))
        return "\t".join(cells) + "\n"


def _actual(column_type: Any, dialect: str) -> Any:
    variants = getattr(column_type, "_variant_mapping", {})
    return variants.get(dialect, column_type)


def layout(name: str, names: Sequence[str], dialect: Dialect) -> Layout:
    """The layout of the table ``name`` with the columns ``names``."""
    return Layout(Model.metadata.tables[name], names, postgresql=dialect.name == "postgresql")


def write(connection: Connection, name: str, names: Sequence[str], packed: bytes) -> None:
    """Insert what :meth:`Layout.pack` made."""
    columns = ", ".join(names)
    if connection.dialect.name == "postgresql":
        with connection.connection.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:  # type: ignore[attr-defined]  # psycopg's cursor
            copy.write(packed)
        return
    marks = ", ".join("?" * len(names))
    statement = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables
    cursor = connection.connection.cursor()
    cursor.executemany(statement, marshal.loads(packed))  # noqa: S302 - made a moment ago by ourselves
    cursor.close()
