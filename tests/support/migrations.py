"""Say whether the revisions lead to the models, from empty, in one line: ``python -m tests.support.migrations``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = ROOT / "app" / "migrations"


def heads() -> list[str]:
    """Return the newest revisions; more than one means that two branches were not merged."""
    return list(ScriptDirectory(str(MIGRATIONS)).get_heads())


def differences(app: Flask) -> list[str]:
    """Return in what ``app``'s database, upgraded, differs from its models."""
    from app.core.database import db

    with app.app_context(), db.engine.connect() as connection:
        arguments = app.extensions["migrate"].configure_args
        options = {name: arguments[name] for name in ("compare_type", "include_object")}
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, db.metadatas[None])]


def main() -> int:
    import flask_migrate

    from tests.support.application import make_app

    if len(found := heads()) != 1:
        print(f"app/migrations has {len(found)} newest revisions, wanted one: {found}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/empty.db", Path(folder))
        with app.app_context():
            flask_migrate.upgrade()
        found = differences(app)
    for difference in found:
        print(difference)
    print(f"{len(found)} differences between the upgraded schema and the models")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
