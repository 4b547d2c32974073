"""Filling a whole database: what stands aside meanwhile is back afterwards."""

from __future__ import annotations

from contextlib import closing

import pytest
from sqlalchemy import create_engine

from app.core.loading import written_once

SETTINGS = ("journal_mode", "foreign_keys", "threads", "cache_size")


@pytest.fixture
def engine(tmp_path):
    made = create_engine(f"sqlite:///{tmp_path / 'company.db'}")
    yield made
    made.dispose()


def settings(engine):
    with closing(engine.raw_connection()) as connection:
        return tuple(connection.cursor().execute(f"PRAGMA {name}").fetchone()[0] for name in SETTINGS)


def test_sqlite_is_as_careful_as_ever_after_it_was_filled(engine):
    with written_once(engine):
        assert settings(engine) == ("delete", 0, 2, -100_000)

    assert settings(engine) == ("wal", 1, 0, -2_000)


def test_also_after_a_failure(engine):
    with pytest.raises(ZeroDivisionError), written_once(engine):
        raise ZeroDivisionError

    assert settings(engine) == ("wal", 1, 0, -2_000)
