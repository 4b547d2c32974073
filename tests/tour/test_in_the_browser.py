"""Every page in a browser, in both languages, on a screen and on a telephone, with what opens on it.

No error or warning of a script, no request to another host, nothing the content security policy forbids, no page that
scrolls sideways, no word of the other language, and nothing serious that axe finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.application import make_app
from tests.support.live import LiveServer
from tests.tour.addresses import AGAIN, ASKS, PARTS, Addresses
from tests.tour.looking import CELLS, LOADED, Looker, looking, shown

LANGUAGES = ("zh", "en")
AREAS = {
    "customers": r"/(customers|contacts|follow-ups|plans|lists)/",
    "sales": r"/(opportunit|orders|products)",
    "service": r"/(service|churn|feedback)",
    "administration": r"/(users|roles|teams|dictionary|calendar|audit|recycle_bin|company|settings|jobs)/",
    "others": r"/",
}
# Whoever sees other pages than the administrator: their own home, and what their menu leads to.
PEOPLE = ("office", "market", "manager1", "service1", "sales")
FRAME = ("palette", "keys", "help")
DARK = (
    "/", "/customers/list/", "/customers/show/1", "/customers/add", "/opportunities/board", "/opportunities/list/",
    "/orders/list/", "/service-requests/board", "/agenda/", "/reports/contribution", "/churn/", "/roles/1", "/nowhere",
)  # fmt: skip
MISSING = 404


class Places:
    """What there is to look at."""

    def __init__(self, server: LiveServer) -> None:
        self.app = make_app(f"sqlite:///{next(server.instance.glob('*.db'))}", server.instance)
        self.of_admin = Addresses(self.app).of("admin")

    def pages(self, area: str, looker: Looker) -> Iterator[tuple[str, bool]]:
        """The addresses of an area; the first of each kind, which is looked at closely, is marked."""
        seen: dict[str, int] = {}
        for address, rule in self._area(area):
            if PARTS.search(rule) or ASKS.search(rule):
                continue
            again = bool(AGAIN.search(rule))
            # A row of everybody's is not always one of the second address.
            if again and (rule in seen or not looker.finds(address)):
                continue
            number = seen[rule] = seen.get(rule, -1) + 1
            if number == 0 or number % 2 == LANGUAGES.index(looker.language):
                yield address, number == 0

    def dialogs(self, area: str) -> dict[str, str]:
        """The dialogs of an area: kind → address."""
        asks = ((address, rule) for address, rule in self._area(area) if ASKS.search(rule) and not AGAIN.search(rule))
        return {self.kind(address): address for address, _rule in asks}

    def kind(self, address: str) -> str:
        """The address without the row."""
        return re.sub(r"(?<=/)\d+(?=/|$)", "0", address.partition("?")[0])

    def _area(self, area: str) -> Iterator[tuple[str, str]]:
        earlier = list(AREAS)[: list(AREAS).index(area)]
        for address, rule in self.of_admin.items():
            if re.match(AREAS[area], address) and not any(re.match(AREAS[other], address) for other in earlier):
                yield address, rule


@pytest.fixture(scope="module")
def places(live_server: LiveServer) -> Iterator[Places]:
    found = Places(live_server)
    yield found
    from app.core.database import db

    with found.app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def admin(browser: Any, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Looker]:
    """The administrator, who sees most."""
    with looking(browser, live_server, "admin", request.param) as looker:
        yield looker


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_every_page_and_every_dialog_of_it(admin: Looker, places: Places, area: str) -> None:
    admin.faults, opened = {}, set()

    for address, closely in places.pages(area, admin):
        admin.open(address, status=410 if address.startswith("/feedback/") else 200)
        admin.look_at_both_widths()
        if closely:
            admin.open_menus()
            for dialog in admin.page.eval_on_selector_all("main dialog[id]", "all => all.map(one => one.id)"):
                admin.open_own(dialog)
            for cell in {places.kind(cell): cell for cell in admin.page.evaluate(CELLS)}.values():
                opened.add(places.kind(cell))
                admin.open_cell(cell)
        for dialog in admin.page.evaluate(LOADED):
            if (kind := places.kind(dialog)) not in opened:
                opened.add(kind)
                admin.open_dialog(dialog)

    # Some stand on pages of rows that nobody has looked at.
    for kind, dialog in places.dialogs(area).items():
        if kind not in opened:
            admin.open_dialog(dialog)

    assert not admin.faults, shown(admin.faults)


@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_the_frame_and_what_opens_from_it(admin: Looker) -> None:
    admin.faults = {}

    admin.open("/customers/list/")
    for _width in range(2):
        admin.open_menus(".top")
        for dialog in FRAME:
            admin.open_own(dialog)
        admin.turn()
    admin.page.locator("[data-open=palette]:visible").first.click()
    admin.page.locator("#palette input").fill("公司")
    admin.page.locator("#palette [data-results] a[href*='/show/']").first.wait_for()
    admin.settle()
    admin.look()
    admin.check("#palette")
    admin.page.keyboard.press("Escape")
    admin.open("/nowhere", status=MISSING)
    admin.look_at_both_widths()

    assert not admin.faults, shown(admin.faults)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_home_of_everybody_and_what_their_menu_leads_to(
    browser: Any, live_server: LiveServer, language: str, person: str
) -> None:
    with looking(browser, live_server, person, language) as looker:
        looker.open("/")
        looker.look_at_both_widths()
        looker.open_menus()
        # The administrator has seen these pages closely; here they are those of somebody with fewer rights.
        pages = looker.page.eval_on_selector_all("#side a[href^='/']", "all => all.map(one => one.pathname)")
        for address in list(dict.fromkeys(pages))[LANGUAGES.index(language) :: 2]:
            looker.open(address)
            looker.look()
            looker.turn()
            looker.look()

        assert not looker.faults, shown(looker.faults)
        assert len(pages) > 5


def test_pages_in_the_dark(browser: Any, live_server: LiveServer) -> None:
    with looking(browser, live_server, "admin", "zh", color_scheme="dark") as looker:
        for address in DARK:
            looker.open(address, status=MISSING if address == "/nowhere" else 200)
            looker.check()

        assert not looker.faults, shown(looker.faults)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door(browser: Any, live_server: LiveServer, language: str) -> None:
    with looking(browser, live_server, "", language) as looker:
        looker.open("/login/")
        if not looker.page.evaluate("document.documentElement.lang").startswith(language):
            with looker.page.expect_navigation():
                looker.page.locator(f"form[action$='/language/{language}'] button").first.click()
        looker.look_at_both_widths()
        looker.open("/feedback/an-old-link", status=410)
        looker.look_at_both_widths()

        assert not looker.faults, shown(looker.faults)
