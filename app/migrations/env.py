"""How Alembic reaches the application's database and models (run by Flask-Migrate)."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

migrate = current_app.extensions["migrate"]
metadata = migrate.db.metadatas[None]


class ForeignKeysBroken(Exception):
    """After the upgrade some rows point at rows that do not exist; nothing of it was committed."""


def render_plainly(kind: str, item: Any, _autogen_context: object) -> str | bool:
    """Write the stored type of our own column types, so that no revision imports the application."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__.startswith("app."):
        return f"sa.{item.impl!r}"
    return False


def leave_out_if_empty(_context: object, _revision: object, directives: list[Any]) -> None:
    """Write no revision when nothing changed."""
    if directives and directives[0].upgrade_ops is not None and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def set_sqlite_foreign_keys(connection: Connection, state: str) -> None:
    # A batch operation rebuilds a table by dropping it, which would delete or forbid its child rows. The setting does
    # nothing inside a transaction, so it goes to the driver's connection.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA foreign_keys={state}")


def run() -> None:
    arguments = {"render_item": render_plainly} | migrate.configure_args
    if arguments.get("process_revision_directives") is None:
        arguments["process_revision_directives"] = leave_out_if_empty
    with migrate.db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            set_sqlite_foreign_keys(connection, "OFF")
        try:
            context.configure(connection=connection, target_metadata=metadata, **arguments)
            with context.begin_transaction():
                context.run_migrations()
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                    raise ForeignKeysBroken(f"{len(broken)} rows, the first: {broken[0]}")
        finally:
            if sqlite:
                set_sqlite_foreign_keys(connection, "ON")


run()
