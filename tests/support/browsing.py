"""Fixtures: a real browser, and a real server with demo data for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import only_one
from tests.support.live import LiveServer, answer_and_note, install_demo, running_chromium, running_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser; what uses the demo server stays in one process, which starts it once.

    A journey has a server of its own, and any process may take it: it lasts a minute.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
        if "live_server" in names:
            item.add_marker(pytest.mark.xdist_group("live"))


@pytest.fixture(scope="session")
def demo_instance(shared_folder: Path) -> Path:
    """The folder of a demo installation; made once in a run, never written to."""
    instance = shared_folder / "demo"
    with only_one(shared_folder, "demo") as done:
        if not done.exists():
            install_demo(instance)
            done.touch()
    return instance


@pytest.fixture(scope="session")
def live_server(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The server of ``make run`` on a copy of the demo data, on a free port; without the job process."""
    folder = tmp_path_factory.mktemp("live")
    shutil.copytree(demo_instance, folder / "instance")
    with running_server(folder / "instance", folder / "server.log") as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with running_chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """An empty tab, 1280 wide, in Chinese; relative addresses are the live server's.

    A script error in any page the test visits fails the test, and so does being asked whether to leave a page.
    """
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("dialog", lambda asked: answer_and_note(asked, errors))
    yield context.new_page()
    context.close()
    assert not errors, errors
