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


def postgresql_copy(shared: Path, server: str, name: str, install: Installer) -> str:
    """Return the address of a fresh installed database called ``name`` on ``server``."""
    template = sa.make_url(server).set(database="changke_template")
    # A database that is copied, and one that is made or dropped, must not be in a transaction or in use.
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with only_one(shared, "postgresql") as done, engine.connect() as connection:
        if not done.exists():
            connection.exec_driver_sql(f'CREATE DATABASE "{template.database}"')
            install(template.render_as_string(hide_password=False))
            done.touch()
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template.database}"')
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)
