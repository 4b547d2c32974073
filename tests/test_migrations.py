"""The revisions build the schema of the models, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.support.application import make_app
from tests.support.migrations import differences, heads


@pytest.fixture
def empty_app(empty_database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without tables."""
    from app.core.database import db

    app = make_app(empty_database_url, tmp_path)
    yield app
    with app.app_context():
        db.engine.dispose()


def tables(app: Flask) -> set[str]:
    from app.core.database import db

    with app.app_context():
        return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_there_is_one_newest_revision() -> None:
    assert len(heads()) == 1


def test_the_revisions_lead_to_the_models_back_to_nothing_and_forth_again(empty_app: Flask) -> None:
    def move(step: object) -> None:
        with empty_app.app_context():
            step()  # type: ignore[operator]

    move(flask_migrate.upgrade)
    assert differences(empty_app) == []

    move(lambda: flask_migrate.downgrade(revision="base"))
    assert {name for name in tables(empty_app) if not name.startswith("search_")} == set()

    move(flask_migrate.upgrade)
    assert differences(empty_app) == []
