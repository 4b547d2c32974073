"""Rows on their way into the database: spelled once for either database, and written at its full speed."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Connection, Date, Numeric, Table

from app.core.database import Moment, to_json
from app.core.search import create_index_ddl, drop_index_ddl
from app.core.secrets import Encrypted

Speller = Callable[[Any], Any]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Spelled(str):
    """JSON that is text already."""

    __slots__ = ()


def _json(value: Any) -> str:
    return str(value) if type(value) is Spelled else to_json(value)


def _moment_for_sqlite(value: datetime) -> str:
    # Without the zone at its end, which is UTC.
    return value.isoformat(" ", "microseconds")[:26]


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
        return _json
    if isinstance(column_type, Date):
        return date.isoformat
    if isinstance(column_type, Boolean):
        return (lambda value: "t" if value else "f") if postgresql else int
    if isinstance(column_type, Numeric):
        return str if postgresql else float
    return str if postgresql else None


def _cell(value: Any, speller: Speller) -> str:
    if value is None:
        return "\\N"
    spelled = speller(value)
    if isinstance(value, str | list | dict):
        return str(spelled).translate(_ESCAPES)
    return f"\\\\x{spelled.hex()}" if isinstance(spelled, bytes) else str(spelled)


class Layout:
    """The columns of one table, as they are written."""

    def __init__(self, table: Table, names: Sequence[str], *, postgresql: bool) -> None:
        self.names, self.postgresql = tuple(names), postgresql
        spellers = [_speller(table.c[name].type, postgresql=postgresql) for name in names]
        self.spelled = [(place, speller) for place, speller in enumerate(spellers) if speller is not None]

    def pack(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Return ``rows`` as bytes that :func:`write` takes, small and quick to hand to another process."""
        if self.postgresql:
            return "".join(self._line(row) for row in rows).encode()
        packed = [[*map(row.get, self.names)] for row in rows]
        for place, speller in self.spelled:
            for cells in packed:
                if cells[place] is not None:
                    cells[place] = speller(cells[place])
        return marshal.dumps(packed)

    def _line(self, row: dict[str, Any]) -> str:
        cells = map(row.get, self.names)
        return (
            "\t".join([_cell(cell, speller) for cell, (_place, speller) in zip(cells, self.spelled, strict=True)])
            + "\n"
        )


def write(connection: Connection, name: str, names: Sequence[str], packed: bytes) -> None:
    """Insert what :meth:`Layout.pack` made."""
    columns = ", ".join(names)
    with closing(connection.connection.cursor()) as cursor:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                copy.write(packed)
            return
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {name} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables
        cursor.executemany(statement, marshal.loads(packed))  # noqa: S302 - made a moment ago by ourselves


# A table without its indexes fills several times faster; they are made again in one go.
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
    "postgresql": (
        "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid)"
    ),
}


@contextmanager
def _without_indexes(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Take the indexes of ``tables`` and the search index away, and make them again, in the same transaction."""
    dialect, again = connection.dialect.name, []
    for table in tables:
        for name, statement in connection.exec_driver_sql(_INDEXES[dialect], (table,)).all():
            connection.exec_driver_sql(f"DROP INDEX {name}")
            again.append(statement)
    searching = dialect == "sqlite" and "search_entry" in tables
    if searching:
        for statement in drop_index_ddl(dialect):
            connection.exec_driver_sql(statement)
    yield
    if dialect == "postgresql":
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '128MB'")
    for statement in again:
        connection.exec_driver_sql(statement)
    if searching:
        create, *triggers = create_index_ddl(dialect)
        connection.exec_driver_sql(create)
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('rebuild')")
        for statement in triggers:
            connection.exec_driver_sql(statement)


_FOREIGN_KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
)


@contextmanager
def _without_foreign_keys(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Take the foreign keys of ``tables`` away on PostgreSQL, and make them again: all rows are then checked in one go.

    Row by row each costs a query there. SQLite checks rows no dearer than tables, and cannot take a key away.
    """
    again = []
    if connection.dialect.name == "postgresql":
        for table in tables:
            for name, definition in connection.exec_driver_sql(_FOREIGN_KEYS, (table,)).all():
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    yield
    for statement in again:
        connection.exec_driver_sql(statement)


@contextmanager
def bare(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Fill ``tables`` as heaps of rows; indexes, the search index and foreign keys are made at the end."""
    names = tuple(tables)
    with _without_foreign_keys(connection, names), _without_indexes(connection, names):
        yield


def analyze(connection: Connection) -> None:
    """Let the planner know what the tables hold now."""
    if connection.dialect.name == "sqlite":
        # A look at some hundred rows of each index tells the planner enough.
        connection.exec_driver_sql("PRAGMA analysis_limit=400")
    connection.exec_driver_sql("ANALYZE")


@contextmanager
def written_once(engine: Any) -> Iterator[None]:
    """Let SQLite write new pages into its file at once: its log would write every one of them twice.

    Sorting for indexes gets a second thread.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    _settings(engine, "journal_mode=DELETE", "cache_size=-100000", "threads=2")
    try:
        yield
    finally:
        _settings(engine, "journal_mode=WAL", "cache_size=-2000", "threads=0")


def _settings(engine: Any, *settings: str) -> None:
    # Past the engine, which begins a transaction first; the pool then gives the same connection to the session.
    with closing(engine.raw_connection()) as connection:
        for setting in settings:
            connection.cursor().execute(f"PRAGMA {setting}")
