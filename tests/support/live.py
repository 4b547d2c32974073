"""A real server with demo data, and the system's Chromium, as functions; ``browsing`` makes fixtures of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.serve import web_command

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS, ORDERS, SEED = 120, 400, 1
START_SECONDS = 60
DEMO_PASSWORD = "changke-demo"
SECRET_KEY = "of installations that last as long as a run"
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The last list counts, so it repeats what Playwright switches off and the tests feel. RenderDocument is our own: it
    # tears the frame of every page down for the next one, which costs a seventh of opening a page.
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,"
    "PaintHolding,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch,RenderDocument",
]


@dataclass(frozen=True)
class LiveServer:
    """A running server with demo data; what a test changes in it stays for the tests after it."""

    url: str
    instance: Path
    password: str = DEMO_PASSWORD
    database: str | None = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo_environment(instance: Path, database: str | None = None, *, demo: bool = True) -> dict[str, str]:
    """The environment of a demo installation in ``instance``, or of one's own, with no other setting of ours in it.

    Its data is in ``instance`` unless ``database`` is the address of another place.
    """
    ours = ("DATABASE_URL", "SECRET_KEY", "DEMO_PASSWORD", "CHANGKE_", "PYTEST_", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    own = {"DATABASE_URL": database} if database else {}
    kind = {"CHANGKE_DEMO": "1"} if demo else {"SECRET_KEY": SECRET_KEY}
    return {**kept, **kind, "CHANGKE_INSTANCE": str(instance), **own}


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


def install_demo(instance: Path, database: str | None = None) -> None:
    """Make a small demo installation in the new folder ``instance``, or in the empty ``database``."""
    instance.mkdir()
    environment = demo_environment(instance, database)
    flask_command("init", environment=environment)
    size = ("--customers", str(CUSTOMERS), "--orders", str(ORDERS), "--seed", str(SEED))
    flask_command("demo", *size, environment=environment)


def install_empty(instance: Path) -> None:
    """Make an installation in which nobody has entered anything; its administrator has the demo's password."""
    instance.mkdir()
    flask_command("init", "--admin-password", DEMO_PASSWORD, environment=demo_environment(instance, demo=False))


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


@contextmanager
def running_server(
    instance: Path, log: Path, database: str | None = None, *, demo: bool = True
) -> Iterator[LiveServer]:
    """The server of ``make run`` on the installation ``instance``, on a free port; without the job process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            web_command("127.0.0.1", port, 1),
            cwd=ROOT,
            env=demo_environment(instance, database, demo=demo),
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_answering(url, process, log)
        yield LiveServer(url, instance, database=database)
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


@contextmanager
def running_chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


def answer_and_note(asked: Dialog, odd: list[str]) -> None:
    """Agree to what the browser itself asks, and note it: our pages ask in dialogs of their own."""
    odd.append(f"the browser asks ({asked.type}): {asked.message}")
    asked.accept()


def sign_in(page: Page, username: str, password: str = DEMO_PASSWORD) -> None:
    """Sign ``username`` in through the sign-in page."""
    page.goto("/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def choose_language(page: Page, language: str) -> None:
    """Let the person signed in read ``language`` from now on, by the button that the page offers."""
    if not page.evaluate("document.documentElement.lang").startswith(language):
        with page.expect_navigation():
            page.locator(f"form[action$='/language/{language}']").first.evaluate("form => form.submit()")
