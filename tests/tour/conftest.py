"""The two installations of the tour: a company at work, and one in which nobody has entered anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import own_name, postgres_server
from tests.support import databases
from tests.support.application import Client, install, make_app
from tests.support.digest import digest
from tests.support.people import PASSWORD
from tests.tour import company

HERE = Path(__file__).parent


class Tour:
    """One installation with a person of every role."""

    def __init__(self, app: Flask, *, rows: bool) -> None:
        self.app, self.rows = app, rows
        self.people = company.people(app, rows=rows)

    def browser(self, role: str, language: str) -> Client:
        """A browser in which the person of ``role`` reads ``language``."""
        browser = self.app.test_client()
        assert isinstance(browser, Client)
        answer = browser.post("/login/", data={"username": self.people[role], "password": PASSWORD})
        assert answer.status_code == 302, answer.text[:500]
        assert browser.post(f"/language/{language}", data={"next": "/profile/"}).status_code == 302
        return browser

    def contents(self) -> dict[str, int]:
        """A number per table that changes with any row of it."""
        from app.core.database import db

        with self.app.app_context():
            found = digest(db.session())
            db.session.remove()
        return found


@pytest.fixture(scope="session")
def tours(
    database_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Tour]]:
    """The installations by name: ``rows`` and ``empty``."""
    folder = tmp_path_factory.mktemp(f"tour-{database_kind}")
    server = postgres_server(request.config) if database_kind == "postgresql" else ""
    apps, found = [], {}
    for name in ("rows", "empty"):
        (folder / name).mkdir()
        if database_kind == "sqlite":
            url = f"sqlite:///{folder / name}/tour.db"
        else:
            database = f"{own_name(request.config)}_tour_{name}"
            with databases.maintenance(server) as connection:
                connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
                connection.exec_driver_sql(f'CREATE DATABASE "{database}"')
            url = databases.address(server, database)
        app = make_app(url, folder / name)
        install(app)
        if name == "rows":
            company.fill(app)
        apps.append(app)
        found[name] = Tour(app, rows=name == "rows")
    yield found
    from app.core.database import db

    for app in apps:
        with app.app_context():
            db.engine.dispose()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL each role reads one language: the words are the same, only the statements differ."""
    left_out = [item for item in items if item.path.parent == HERE and _reads_again(item)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def _reads_again(item: pytest.Item) -> bool:
    values = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if values.get("database_kind") != "postgresql" or not {"role", "state", "language"} <= values.keys():
        return False
    number = company.ROLES.index(values["role"]) + (values["state"] == "empty")
    return bool(values["language"] != ("zh", "en")[number % 2])
