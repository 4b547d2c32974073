"""Take pictures of what people see: ``python -m tests.tour.shots --user manager1 --language en /customers/list/``.

Without addresses: every page and every dialog of the tour that the person may open, what unfolds on a page, the door,
and an installation in which nobody has entered anything.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import select

from tests.support.application import make_app
from tests.support.live import ROOT, LiveServer, install_demo, install_empty, running_chromium, running_server
from tests.tour.addresses import ASKS, PARTS, Addresses
from tests.tour.looking import HIGH, LOCALES, PHONE, WIDE, Looker, looking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROLES = ("admin", "office", "market", "manager1", "service1", "sales")
LIST = "/customers/list/"
EMPTY = ("/", LIST, "/opportunities/list/", "/opportunities/board", "/orders/list/", "/reports/contribution", "/churn/")
DOOR = ("/login/", "/feedback/an-old-link")
# The form of one cell, and the same forms at a second address.
SMALL = re.compile(r"/cell/|^/opportunity-pool/")


def press(target: str, times: int = 1) -> Callable[[Page], None]:
    """Press the first ``times`` of what is seen of ``target``."""

    def done(page: Page) -> None:
        for one in page.locator(target).filter(visible=True).all()[:times]:
            one.click()

    return done


def find(page: Page) -> None:
    """Look for something in the search of the frame."""
    unfold("palette")(page)
    page.locator("#palette input").fill("公司")
    page.locator("#palette [data-results] a[href*='/show/']").first.wait_for()


def unfold(dialog: str) -> Callable[[Page], None]:
    """Open a dialog of the page."""
    return lambda page: page.evaluate("(id) => window.ck.open(document.getElementById(id))", dialog)


# What is seen after something was done on a page.
SCENES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "search": (LIST, find),
    "keys": (LIST, unfold("keys")),
    "help": (LIST, unfold("help")),
    "new": (LIST, press("summary.btn-new")),
    "me": (LIST, press("summary.me")),
    "menu": (LIST, press("[data-nav-open]")),
    "selected": (LIST, press("tbody [name=rowid]", 3)),
    "preview": (LIST, press("tbody tr:nth-child(2) td.num")),
    "more-filters": (LIST, unfold("more-CustomerView")),
    "columns": (LIST, press("summary:has(.ti-columns-3)")),
    "filtered": (f"{LIST}?_flt_0_status=active", press("main h1")),
    "no-match": (f"{LIST}?q=nobodyatall", press("main h1")),
    "refused": ("/customers/add", press("[data-save]")),
    "week": ("/agenda/?view=week", press("main h1")),
    "day": ("/agenda/?view=day", press("main h1")),
    "missing": ("/nowhere", press("main h1")),
    "forbidden": ("/users/list/", press("main h1")),
}


class Camera:
    """Takes what a looker sees, into a folder."""

    def __init__(self, looker: Looker, folder: Path) -> None:
        self.looker, self.folder = looker, folder
        folder.mkdir(parents=True, exist_ok=True)

    def page(self, address: str, name: str = "") -> None:
        """A page, unless the person may not open it or is sent elsewhere."""
        answer = self.looker.page.goto(address)
        if answer and answer.status in (200, 410) and not answer.request.redirected_from:
            self._take(name or address, whole=True)

    def dialog(self, address: str) -> None:
        """What a button of a record loads, over the page of the record."""
        record = re.match(r"/([\w-]+)/(?:\w+/)?(\d+)", address)
        self.looker.page.goto(f"/{record[1]}/show/{record[2]}" if record else LIST)
        self.looker.settle()
        self.looker.page.evaluate("(url) => window.ck.load(url)", address)
        self._take(f"dialog {address}")

    def scene(self, name: str) -> None:
        """A page on which something was done."""
        address, act = SCENES[name]
        self.looker.page.goto(address)
        self.looker.settle()
        act(self.looker.page)
        self._take(f"scene {name}")

    def _take(self, what: str, *, whole: bool = False) -> None:
        page, name = self.looker.page, re.sub(r"[^\w]+", "-", what).strip("-") or "home"
        self.looker.settle()
        # What sticks to the edge of the window is at the end of a whole page.
        height = page.evaluate("document.documentElement.scrollHeight") if whole else HIGH
        page.set_viewport_size({"width": self.looker.width, "height": max(height, HIGH)})
        self.looker.settle()
        page.screenshot(path=self.folder / f"{name}.png")
        page.set_viewport_size({"width": self.looker.width, "height": HIGH})


def cameras(browser: Browser, server: LiveServer, asked: argparse.Namespace, user: str, what: str) -> Iterator[Camera]:
    """One for every language and width, in the hands of ``user``."""
    for language in asked.language or LOCALES:
        with looking(browser, server, user, language, color_scheme="dark" if asked.dark else "light") as looker:
            for width in asked.width or (WIDE, PHONE):
                looker.at(width)
                yield Camera(looker, asked.folder / f"{what}-{language}-{width}")


def take_all(browser: Browser, server: LiveServer, asked: argparse.Namespace, user: str) -> None:
    """Everything one person can see, or the pages that were asked for."""
    found = Addresses(application(server)).of(user).items()
    rules = {address: rule for address, rule in found if not PARTS.search(rule)}
    pages = asked.addresses or [address for address, rule in rules.items() if not ASKS.search(rule)]
    dialogs = [address for address, rule in rules.items() if ASKS.search(rule) and not SMALL.search(rule)]
    for camera in cameras(browser, server, asked, user, user):
        for address in pages:
            camera.page(address)
        for address in () if asked.addresses else dialogs:
            camera.dialog(address)
        for name in () if asked.addresses else SCENES:
            camera.scene(name)


def take_door(browser: Browser, server: LiveServer, asked: argparse.Namespace) -> None:
    """What is seen without having signed in."""
    for camera in cameras(browser, server, asked, "", "door"):
        for address in DOOR:
            camera.page(address)
        camera.page(f"/feedback/{feedback_token(server)}", "feedback")


def take_empty(browser: Browser, server: LiveServer, asked: argparse.Namespace) -> None:
    """What the administrator sees before there is anything."""
    for camera in cameras(browser, server, asked, "admin", "empty"):
        for address in EMPTY:
            camera.page(address)


def feedback_token(server: LiveServer) -> str:
    """Of a new link for a customer who was helped."""
    from app.core.actors import Actor, acting_as
    from app.core.database import unit_of_work, utc_now
    from app.service.models import RequestStatus, ServiceRequest
    from app.service.services import create_link

    by = Actor.system("pictures")
    with application(server).app_context(), acting_as(by), unit_of_work() as session:
        processed = select(ServiceRequest).where(ServiceRequest.status == RequestStatus.processed)
        return create_link(session.scalars(processed.limit(1)).one(), by=by, at=utc_now())


def application(server: LiveServer) -> Flask:
    """The application that the server serves."""
    return make_app(f"sqlite:///{next(server.instance.glob('*.db'))}", server.instance)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("addresses", nargs="*")
    parser.add_argument("--user", action="append", help="may be repeated; without it one of each role")
    parser.add_argument("--language", action="append", choices=LOCALES, help="without it both")
    parser.add_argument("--width", action="append", type=int, help=f"without it {WIDE} and {PHONE}")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--instance", type=Path, help="the folder of a demo installation; without it one is made")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "shots")
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    with TemporaryDirectory() as temporary, running_chromium() as browser:
        folder = Path(temporary)
        if not asked.instance:
            install_demo(folder / "demo")
        with running_server(asked.instance or folder / "demo", folder / "demo.log") as server:
            for user in asked.user or ROLES:
                take_all(browser, server, asked, user)
            if not asked.user:
                take_door(browser, server, asked)
        if not asked.user:
            install_empty(folder / "empty")
            with running_server(folder / "empty", folder / "empty.log", demo=False) as server:
                take_empty(browser, server, asked)
    print(f"{len(list(asked.folder.rglob('*.png'))):,} pictures in {asked.folder}")


if __name__ == "__main__":
    main()
