"""A page as a browser shows it: what somebody in front of it finds wrong, on a screen, on a telephone, and with axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.journey import ARRIVED, WATCH_POLICY
from tests.support.languages import WrongWords
from tests.support.live import ROOT, LiveServer, choose_language, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, PHONE, HIGH = 1400, 390, 900
LOCALES = {"zh": "zh-CN", "en": "en-US"}
SETTLED = f"""() => ({ARRIVED})() && !document.documentElement.classList.contains('is-busy')
    && [...document.querySelectorAll('[data-chart]')].every((one) => one.childElementCount || !one.clientWidth)"""
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"
TOO_WIDE = """() => [...document.querySelectorAll('body *')]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(0, 4).map((one) => `${one.tagName}.${one.className}`)"""
# What is short stands on one line, and a list needs no scrolling sideways; beside a preview it has half the room.
FOLDED = """() => {
  const beside = [...document.querySelectorAll("[data-preview-panel]")].some((one) => one.checkVisibility());
  const folded = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    const lines = [...range.getClientRects()].filter((line) => line.width > 1 && line.height > 6);
    const height = Math.max(...lines.map((line) => line.bottom)) - Math.min(...lines.map((line) => line.top));
    return lines.length > 0 && height > 1.7 * parseFloat(getComputedStyle(one).lineHeight);
  };
  const short = ".facts dt, .f > .lab, .btn, .st, .tag" + (beside ? "" : ", .listing th");
  return [
    ...[...document.querySelectorAll(short)].filter((one) => one.checkVisibility() && folded(one)).map((one) => one.innerText),
    ...[...document.querySelectorAll(".listing .scroll-x")].filter((one) => !beside && one.scrollWidth > one.clientWidth + 1)
      .map((one) => `a list of ${one.scrollWidth} in ${one.clientWidth}`),
  ];
}"""
# What a thumb misses on a telephone, and fields that make its browser enlarge the page. A mark may be smaller than the
# room around it in which a touch counts: that of its ::after. Links in running text are as high as the text.
TOUCH = """() => {
    const room = (one) => {
        const own = one.getBoundingClientRect(), after = getComputedStyle(one, '::after');
        if (after.content === 'none' || after.position !== 'absolute') return [own.width, own.height];
        const held = getComputedStyle(one).position === 'static' ? one.offsetParent : one;
        const side = (name) => parseFloat(after[name]), { width, height } = held.getBoundingClientRect();
        return [Math.max(own.width, width - side('left') - side('right')), Math.max(own.height, height - side('top') - side('bottom'))];
    };
    const name = (one) => `${one.tagName.toLowerCase()}.${one.className} ${(one.innerText || one.name || one.ariaLabel || '').slice(0, 20)}`;
    const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && !one.closest('[inert], .visually-hidden');
    const found = {}, note = (fault, one) => { (found[fault] ??= []).push(name(one)); };
    const places = 'button, summary, select, textarea, input:not([type=hidden]), a.btn, .views a, .side a, .menu a, .pages a, .seg a, .crumb a';
    for (const one of document.querySelectorAll(places)) {
        if (!seen(one)) continue;
        const ticked = one.matches('[type=checkbox], [type=radio], [type=file]');
        const [width, height] = room(ticked ? one.closest('label, td.pick') ?? one : one);
        if (width && (width < 36 || height < 40)) note(`${Math.round(width)} × ${Math.round(height)}`, one);
        if (one.matches('input, select, textarea') && !ticked && parseFloat(getComputedStyle(one).fontSize) < 16) note('small letters', one);
    }
    for (const bar of document.querySelectorAll('.acts')) if (seen(bar) && bar.scrollWidth > bar.clientWidth) note('buttons beside the window', bar);
    const open = document.querySelector('dialog[open]')?.getBoundingClientRect();
    if (open && (open.top < 0 || open.bottom > innerHeight)) note('higher than the window', document.querySelector('dialog[open]'));
    return Object.entries(found).map(([fault, all]) => `touch: ${fault} (${all.length}): ${all[0]}`);
}"""
# Serious and critical findings come from these rules only. Rows after the sixth are built like those before them.
AXE = """async (where) => {
    const heavy = axe._audit.rules.filter((one) => one.enabled && ['serious', 'critical'].includes(one.impact));
    const place = { include: where || [['html']], exclude: [['tbody tr:nth-child(n + 7)']] };
    const found = await axe.run(place, {
        runOnly: heavy.map((one) => one.id), iframes: false, preload: false, reporter: 'no-passes', resultTypes: ['violations'],
    });
    return found.violations.map((one) => `axe ${one.id}: ` + one.nodes.slice(0, 3).map((node) =>
        `${node.target} ${[...node.any, ...node.all, ...node.none][0]?.message ?? ''}`).join(' | '));
}"""
LOADED = """() => [...document.querySelectorAll('[data-dialog]')].map((one) => one.dataset.dialog)"""
CELLS = """() => [...document.querySelectorAll('main [data-list] [data-inline]')].map((one) => one.dataset.inline)"""
UNFOLD = """([where, open]) => document.querySelectorAll(`${where} details`).forEach((one) => {
    if (open && !one.open) { one.open = true; one.dataset.toured = '' }
    else if (!open && 'toured' in one.dataset) one.open = false;
})"""


@cache
def axe_script() -> str:
    """The accessibility checker, as a page loads it."""
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


class Looker:
    """Somebody signed in who looks at pages and notes, by page, what is wrong."""

    def __init__(self, page: Page, server: LiveServer, words: WrongWords) -> None:
        self.page, self.server, self.words = page, server, words
        self.faults: dict[str, list[str]] = {}
        self.place = "/login/"
        self.expected = 200
        context = page.context
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        context.on("weberror", lambda error: self.note(f"script: {error.error}"))
        context.on("console", self._listen)
        context.on("request", lambda asked: self._follow(asked.url))

    # --- noting ---

    def note(self, fault: str) -> None:
        """Something is wrong where the person is."""
        found = self.faults.setdefault(self.place, [])
        if fault not in found:
            found.append(fault)

    def _listen(self, said: Any) -> None:
        asked_for = self.expected != 200 and f"status of {self.expected} " in said.text
        if said.type in ("error", "warning") and not asked_for:
            self.note(f"{said.type}: {said.text} {said.location['url']}")

    def _follow(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.note(f"another host: {url}")

    # --- going ---

    def open(self, address: str, *, status: int = 200) -> None:
        """Go to a page and wait until all of it is there."""
        self.place, self.expected = address, status
        answer = self.page.goto(address)
        if answer is None or answer.status != status:
            self.note(f"status {answer.status if answer else 'none'}")
        self.settle()

    def finds(self, address: str) -> bool:
        """Say whether there is such a page."""
        return bool(self.page.request.get(address).ok)

    def settle(self) -> None:
        """Wait until nothing is on its way."""
        self.page.wait_for_function(SETTLED)

    @property
    def language(self) -> str:
        """In which the pages are read."""
        return self.words.language

    @property
    def width(self) -> int:
        """How wide the window is."""
        size = self.page.viewport_size
        assert size
        return size["width"]

    def at(self, width: int) -> None:
        """Make the window so wide."""
        if self.width != width:
            self.page.set_viewport_size({"width": width, "height": HIGH})

    def turn(self) -> None:
        """Take the telephone instead of the screen, or the screen instead of the telephone."""
        self.at(PHONE if self.width == WIDE else WIDE)

    # --- looking ---

    def look(self) -> None:
        """The page is as wide as the window and in one language."""
        try:
            self.page.wait_for_function(FITS, timeout=1_000)
        except Exception:
            # A window that had no time to draw is not too narrow.
            if not self.page.evaluate(FITS):
                self.note(f"wider than {self.width}: {self.page.evaluate(TOO_WIDE)}")
        if self.width == WIDE and (folded := self.page.evaluate(FOLDED)):
            self.note(f"on two lines, or cut off: {folded}")
        if self.width == PHONE:
            for fault in self.page.evaluate(TOUCH):
                self.note(fault)
        try:
            self.words.check(self.page)
        except AssertionError as wrong:
            self.note(f"words: {wrong.args[0][1]}")

    def check(self, *where: str) -> None:
        """Let axe look at the page, or at the parts ``where``."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe_script())
        for fault in self.page.evaluate(AXE, [[one] for one in where]):
            self.note(f"{fault} at {self.width}")

    def look_at_both_widths(self) -> None:
        """Look on a screen and on a telephone; axe looks at the screen in Chinese and at the telephone in English."""
        for again in (True, False):
            self.look()
            if self.width == (WIDE if self.language == "zh" else PHONE):
                self.check()
            if again:
                self.turn()

    def open_menus(self, where: str = "main") -> None:
        """Look at everything that unfolds in a part of the page."""
        self.page.evaluate(UNFOLD, [where, True])
        self.look()
        if self.page.locator(f"{where} details").count():
            self.check(f"{where} details")
        self.page.evaluate(UNFOLD, [where, False])

    def open_dialog(self, address: str) -> None:
        """Look at a dialog that a button of the page loads."""
        self.page.evaluate("(url) => window.ck.load(url)", address)
        self._dialog("dialog", address)

    def open_cell(self, address: str) -> None:
        """Look at a cell of a list while it is changed, which is done on a screen."""
        self.at(WIDE)
        place, self.place = self.place, f"{self.place} → {address}"
        self.page.locator(f"[data-inline='{address}']").evaluate("one => one.click()")
        self.page.locator("td form").wait_for()
        self.look()
        self.check("td form")
        self.page.keyboard.press("Escape")
        self.place = place

    def open_own(self, dialog: str) -> None:
        """Look at a dialog that is part of the page."""
        self.page.evaluate("(id) => window.ck.open(document.getElementById(id))", dialog)
        self._dialog(dialog, f"#{dialog}")

    def _dialog(self, dialog: str, name: str) -> None:
        place, self.place = self.place, f"{self.place} → {name}"
        self.settle()
        if self.page.locator(f"#{dialog}[open]").count():
            self.look()
            self.check(f"#{dialog}")
            self.page.evaluate("(id) => document.getElementById(id).close()", dialog)
        else:
            self.note(f"did not open: {self.page.locator('[data-toast]').all_inner_texts()}")
        self.place = place


@contextmanager
def looking(browser: Browser, server: LiveServer, username: str, language: str, **options: Any) -> Iterator[Looker]:
    """Sign ``username`` in, in a window of their own, and let them read ``language``; nobody signs in without a name."""
    database = server.database or f"sqlite:///{next(server.instance.glob('*.db'))}"
    context = browser.new_context(
        base_url=server.url,
        locale=LOCALES[language],
        timezone_id="Asia/Shanghai",
        viewport={"width": WIDE, "height": HIGH},
        reduced_motion="reduce",
        **options,
    )
    looker = Looker(context.new_page(), server, WrongWords(database, language))
    if username:
        sign_in(looker.page, username, server.password)
        choose_language(looker.page, language)
    yield looker
    if username:
        # The server is that of other tests, too: they read Chinese.
        looker.page.goto("/profile/")
        choose_language(looker.page, "zh")
    context.close()


def shown(faults: dict[str, list[str]]) -> str:
    """The faults, each page on its own line."""
    return json.dumps(faults, ensure_ascii=False, indent=1)
