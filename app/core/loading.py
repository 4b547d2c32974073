"""Filling whole tables at the database's full speed: indexes, keys and SQLite's log stand aside meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import Connection

from app.core.search import create_index_ddl, drop_index_ddl

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
    # SQLite sorts in one thread what fits into its cache: with little of it, a second one sorts while the first reads.
    connection.exec_driver_sql(
        "SET LOCAL maintenance_work_mem = '128MB'" if dialect == "postgresql" else "PRAGMA cache_size=-2000"
    )
    for statement in again:
        connection.exec_driver_sql(statement)
    if searching:
        create, *triggers = create_index_ddl(dialect)
        connection.exec_driver_sql(create)
        # Pieces are merged sixteen at a time meanwhile, not four; 4 is what FTS5 has by default.
        for command in ("('automerge', 0)", "('rebuild', NULL)", "('automerge', 4)"):
            connection.exec_driver_sql(f"INSERT INTO search_index (search_index, rank) VALUES {command}")  # noqa: S608
        for statement in triggers:
            connection.exec_driver_sql(statement)


_FOREIGN_KEYS = (
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
)


@contextmanager
def _without_foreign_keys(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Take the foreign keys of ``tables`` away on PostgreSQL, and make them again: all rows are then checked in one go.

    Row by row each costs a query there. SQLite cannot take a key away; :func:`written_once` lets it look away.
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


def remember_more(connection: Connection) -> None:
    """Let this connection to SQLite keep 64 MB of pages, not 2: an import goes back and forth in a dozen indexes."""
    connection.exec_driver_sql("PRAGMA cache_size=-65536")


@contextmanager
def written_once(engine: Any) -> Iterator[None]:
    """Let SQLite write new pages into its file at once: its log would write every one of them twice.

    Sorting for indexes may use a second thread. Foreign keys are not looked up: what is written is made up by ourselves,
    and tests write the same with keys looked up.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    _settings(engine, "journal_mode=DELETE", "cache_size=-100000", "threads=2", "foreign_keys=OFF")
    try:
        yield
    finally:
        _settings(engine, "journal_mode=WAL", "cache_size=-2000", "threads=0", "foreign_keys=ON")


def _settings(engine: Any, *settings: str) -> None:
    # Past the engine, which begins a transaction first; the pool then gives the same connection to the session.
    with closing(engine.raw_connection()) as connection:
        for setting in settings:
            connection.cursor().execute(f"PRAGMA {setting}")
