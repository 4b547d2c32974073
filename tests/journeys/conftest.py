"""The companies in which the stories happen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import own_name, postgres_server
from tests.support import databases
from tests.support.journey import Company
from tests.support.live import install_demo, running_server

DEMO = "changke_demo"


def _demo_on_postgresql(server: str, shared: Path) -> Path:
    """Make the demo installation once in a run, as the database ``DEMO``; return its folder."""
    instance = shared / "demo-postgresql"
    with databases.only_one(shared, "demo-postgresql") as done:
        if not done.exists():
            with databases.maintenance(server) as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {DEMO}")
            install_demo(instance, databases.address(server, DEMO))
            done.touch()
    return instance


@pytest.fixture
def company(request: pytest.FixtureRequest, tmp_path: Path, browser: Any) -> Iterator[Company]:
    """A demo company of the test's own: database, language and width, such as ``sqlite-zh-1400``."""
    kind, language, width = getattr(request, "param", "sqlite-zh-1400").split("-")
    chosen = request.config.getoption("--database")
    if chosen not in ("both", kind):
        pytest.skip(f"--database {chosen} was asked for")
    instance, log = tmp_path / "instance", tmp_path / "server.log"
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("demo_instance"), instance)
        with running_server(instance, log) as server:
            yield Company(server, f"sqlite:///{next(instance.glob('*.db'))}", browser, language, int(width))
        return
    server_url, name = postgres_server(request.config), f"{own_name(request.config)}_journey"
    shutil.copytree(_demo_on_postgresql(server_url, request.getfixturevalue("shared_folder")), instance)
    with (
        databases.empty_postgresql(server_url, name, template=DEMO) as url,
        running_server(instance, log, url) as server,
    ):
        yield Company(server, url, browser, language, int(width))
