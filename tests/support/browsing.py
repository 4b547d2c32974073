"""Fixtures: a real browser, and a real server with demo data for it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.databases import only_one

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, ORDERS, SEED = 120, 400, 1
START_SECONDS = 60
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser or the demo server, and keep it in one process: both are started once."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names:
            item.add_marker(pytest.mark.browser)
        if "browser" in names or "live_server" in names:
            item.add_marker(pytest.mark.xdist_group("live"))


@dataclass(frozen=True)
class LiveServer:
    """A running server with demo data; what a test changes in it stays for the tests after it."""

    url: str
    instance: Path
    password: str = "changke-demo"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_environment(instance: Path) -> dict[str, str]:
    """The environment of a demo installation in ``instance``, with nothing else of ours in it."""
    ours = ("DATABASE_URL", "SECRET_KEY", "CHANGKE_", "PYTEST_", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "CHANGKE_DEMO": "1", "CHANGKE_INSTANCE": str(instance)}


def flask_command(*arguments: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "run", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"flask {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")


@pytest.fixture(scope="session")
def demo_instance(shared_folder: Path) -> Path:
    """The folder of a demo installation; made once in a run, never written to."""
    instance = shared_folder / "demo"
    with only_one(shared_folder, "demo") as done:
        if not done.exists():
            instance.mkdir()
            environment = demo_environment(instance)
            flask_command("init", environment=environment)
            size = ("--customers", str(CUSTOMERS), "--orders", str(ORDERS), "--seed", str(SEED))
            flask_command("demo", *size, environment=environment)
            done.touch()
    return instance


def _wait_until_answering(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/login/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def live_server(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The server of ``make run`` on a copy of the demo data, on a free port; without the job process."""
    folder = tmp_path_factory.mktemp("live")
    instance = folder / "instance"
    shutil.copytree(demo_instance, instance)
    log = folder / "server.log"
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "gunicorn", "run:app", "--bind", f"127.0.0.1:{port}"]
    options = ["--worker-class", "gthread", "--threads", "4", "--no-control-socket"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=demo_environment(instance), stdout=output, stderr=output
        )
    try:
        _wait_until_answering(url, process, log)
        yield LiveServer(url, instance)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def chromium_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise RuntimeError("Chromium is not installed: make browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """An empty tab, 1280 wide, in Chinese; relative addresses are the live server's.

    A script error in any page the test visits fails the test.
    """
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 800}
    )
    context.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert not errors, errors


def sign_in(page: Page, username: str, password: str = "changke-demo") -> None:
    """Sign ``username`` in through the sign-in page."""
    page.goto("/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
