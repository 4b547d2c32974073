"""Installed databases for the tests: made once, then copied for each process that runs tests."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

KINDS = ("sqlite", "postgresql")

Installer = Callable[[str], None]
"""Fills the empty database at an address."""


@contextmanager
def only_one(folder: Path, name: str) -> Iterator[Path]:
    """Let one process at a time in; yield the marker that says the work is done."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{name}.done"


def sqlite_copy(shared: Path, folder: Path, install: Installer) -> str:
    """Return the address of a fresh installed SQLite database in ``folder``."""
    template = shared / "template.db"
    with only_one(shared, "sqlite") as done:
        if not done.exists():
            install(f"sqlite:///{template}")
            done.touch()
    target = folder / "tests.db"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"


@contextmanager
def maintenance(server: str) -> Iterator[sa.Connection]:
    """A connection for making and dropping databases, which no transaction may surround."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def address(server: str, name: str) -> str:
    """Return the address of the database ``name`` on ``server``."""
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def postgresql_copy(shared: Path, server: str, name: str, install: Installer) -> str:
    """Return the address of a fresh installed database called ``name`` on ``server``."""
    with only_one(shared, "postgresql") as done, maintenance(server) as connection:
        if not done.exists():
            connection.exec_driver_sql("CREATE DATABASE changke_template")
            install(address(server, "changke_template"))
            done.touch()
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE changke_template')
    return address(server, name)


def row_counts(url: str) -> dict[str, int]:
    """Return how many rows each table of the database at ``url`` has."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        counted = sa.union_all(
            *(sa.select(sa.literal(name), sa.func.count()).select_from(sa.table(name)) for name in sorted(names))
        )
        return {row[0]: row[1] for row in connection.execute(counted)}


@contextmanager
def empty_postgresql(server: str, name: str, template: str = "template1") -> Iterator[str]:
    """The address of an empty database called ``name``, or a copy of ``template``; it is dropped at the end."""
    with maintenance(server) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield address(server, name)
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
