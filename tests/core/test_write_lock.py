"""SQLite lets one write at a time: who waits, how, and for how long."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from app.core import database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/lock.db")
    yield engine
    engine.dispose()


@pytest.fixture
def other(engine: Engine, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else, who holds the write lock."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (value INTEGER)"))
    with closing(sqlite3.connect(tmp_path / "lock.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_writer_gets_the_lock_as_soon_as_it_is_free(engine, other):
    release = Timer(0.05, other.execute, ["COMMIT"])
    release.start()

    with engine.begin() as connection:
        connection.execute(text("INSERT INTO kept VALUES (1)"))

    release.join()
    assert other.execute("SELECT value FROM kept").fetchall() == [(1,)]


def test_a_writer_who_waits_for_too_long_is_told_in_the_usual_way(engine, other, monkeypatch):
    monkeypatch.setattr(database, "WAITS_FOR_LOCK", 0)

    with pytest.raises(OperationalError, match="locked"), engine.begin():
        pass

    assert other.in_transaction


def test_who_only_reads_does_not_wait(engine, other):
    token = database.only_reading.set(True)
    try:
        with engine.begin() as connection:
            found = connection.execute(text("SELECT count(*) FROM kept")).scalar()
    finally:
        database.only_reading.reset(token)

    assert found == 0


def test_statements_after_the_first_wait_as_before(engine):
    with engine.begin() as connection:
        waits = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert waits == database.WAITS_FOR_LOCK * 1000


def test_what_was_acknowledged_outlives_a_power_cut(engine: Engine) -> None:
    """A killed process loses nothing either way: FULL is what syncs before it answers."""
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]

    assert found == [2, "wal", 1], "2 is FULL"
