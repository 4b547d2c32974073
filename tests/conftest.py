"""What every test may ask for: an installed application on each database, and people who use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support import databases, postgres
from tests.support.application import Client, install, make_app

pytest_plugins = ["tests.support.people", "tests.support.browsing"]

SERVER = pytest.StashKey[str]()
RESOURCES = pytest.StashKey[ExitStack]()
MOST_THREADS = 50


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=(*databases.KINDS, "both"),
        default="both",
        help="the database of the tests that touch one (default: both, one after the other)",
    )


def chosen_databases(config: pytest.Config) -> tuple[str, ...]:
    choice: str = config.getoption("--database")
    return databases.KINDS if choice == "both" else (choice,)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESOURCES] = ExitStack()
    if given := getattr(config, "workerinput", {}).get("postgres_server"):
        config.stash[SERVER] = given


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[RESOURCES].close()


def postgres_server(config: pytest.Config) -> str:
    """Start the one PostgreSQL server of this run at first use; all processes of the run share it."""
    if SERVER not in config.stash:
        config.stash[SERVER] = config.stash[RESOURCES].enter_context(postgres.server())
    return config.stash[SERVER]


def own_name(config: pytest.Config) -> str:
    """A database name that no other process of this run uses."""
    return f"changke_{getattr(config, 'workerinput', {}).get('workerid', 'main')}"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process that runs tests (pytest-xdist) where the server is."""
    if "postgresql" in chosen_databases(node.config):
        node.workerinput["postgres_server"] = postgres_server(node.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that touches a database once on each; others run once."""
    if "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", chosen_databases(metafunc.config), indirect=True, scope="session")


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``."""
    return str(request.param)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def database_url(
    database_kind: str, request: pytest.FixtureRequest, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The address of an installed database: tables, permissions, roles, dictionary, the first administrator."""
    folder = tmp_path_factory.mktemp(database_kind)

    def fill(url: str) -> None:
        app = make_app(url, folder)
        install(app)
        with app.app_context():
            from app.core.database import db

            db.engine.dispose()

    if database_kind == "sqlite":
        return databases.sqlite_copy(shared_folder, folder, fill)
    return databases.postgresql_copy(shared_folder, postgres_server(request.config), own_name(request.config), fill)


@pytest.fixture
def empty_database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, for this test alone."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with databases.empty_postgresql(postgres_server(request.config), f"{own_name(request.config)}_empty") as url:
        yield url


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, built once for each database; see ``database`` for a test that writes."""
    app = make_app(database_url, tmp_path_factory.mktemp("instance"))
    before = databases.row_counts(database_url)
    yield app
    with app.app_context():
        from app.core.database import db

        db.engine.dispose()
    assert databases.row_counts(database_url) == before, "a test left rows behind: see own_app"


@pytest.fixture(scope="module")
def own_url(
    database_url: str,
    database_kind: str,
    request: pytest.FixtureRequest,
    shared_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The address of an installed database that the tests of one file may leave rows in."""
    folder = tmp_path_factory.mktemp("own")
    if database_kind == "sqlite":
        return databases.sqlite_copy(shared_folder, folder, lambda _url: None)
    name = f"{own_name(request.config)}_{folder.name}"
    return databases.postgresql_copy(shared_folder, postgres_server(request.config), name, lambda _url: None)


@pytest.fixture(scope="module")
def own_app(own_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on a database of its own, in which threads commit; each test of a file makes rows of its own."""
    options = {"pool_size": MOST_THREADS, "pool_timeout": 60}
    own = make_app(own_url, tmp_path_factory.mktemp("own-instance"), SQLALCHEMY_ENGINE_OPTIONS=options)
    yield own
    with own.app_context():
        from app.core.database import db

        db.engine.dispose()


@pytest.fixture
def database(app: Flask) -> Iterator[None]:
    """Undo at the end whatever the test commits: everything happens inside one connection's open transaction."""
    from app.core.database import db

    # A commit inside the test releases a savepoint, a roll-back returns to it.
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    with app.app_context():
        engine = db.engine
    with engine.connect() as connection:
        # FAB's permission check asks get_bind().name.
        connection.name = engine.name
        outer = connection.begin()
        with app.app_context():
            db.engines[None] = connection
        try:
            yield
        finally:
            with app.app_context():
                db.session.remove()
                db.engines[None] = engine
            outer.rollback()


@pytest.fixture
def session(app: Flask, database: None) -> Iterator[Session]:
    """The session of a test that calls rules; the system acts, unless the test says who does (``acting_as``).

    Requests of a client have a session of their own: commit before one, and ``expire_all()`` after it.
    """
    from app.core.actors import Actor, acting_as
    from app.core.database import db

    with app.app_context():
        with acting_as(Actor.system("test")):
            yield db.session()
        db.session.remove()


@pytest.fixture
def client(app: Flask, database: None) -> Client:
    """A visitor who has not signed in."""
    visitor = app.test_client()
    assert isinstance(visitor, Client)
    return visitor


@pytest.fixture
def csrf_protection(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse posts without a token, as the server does; other tests leave tokens out."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
