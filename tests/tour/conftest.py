"""The two installations of the tour: a company at work, and one in which nobody has entered anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.conftest import own_name, postgres_server
from tests.support import databases
from tests.support.application import Client, install, make_app
from tests.support.people import PASSWORD
from tests.tour import company

SignIn = Callable[[str, str], Client]


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
