"""People who work in a browser with what the page in front of them shows: menu, search, buttons, dialogs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tests.support.languages import WrongWords
from tests.support.live import LiveServer, answer_and_note, demo_environment, flask_command, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

PHONE = 768
ARRIVED = """() => window.ckLeft === undefined && document.readyState === 'complete'
    && !document.querySelector('[hx-trigger="load"], .htmx-request, .htmx-swapping, .htmx-settling')"""
WATCH_POLICY = """document.addEventListener('securitypolicyviolation', (event) => console.error(
    `content security policy: ${event.violatedDirective} ${event.blockedURI}`));"""


class Company:
    """One installation, the language and width it is looked at in, and what its database says."""

    def __init__(self, server: LiveServer, database: str, browser: Browser, language: str, width: int) -> None:
        self.server, self.database, self.language, self.width = server, database, language, width
        self._browser = browser
        self.words = WrongWords(database, language)
        # Asked for each story: the tests of a run may begin on one day and end on the next.
        self.today = datetime.now(ZoneInfo("Asia/Shanghai")).date()

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """The rows of one statement of the test's own, straight from the database."""
        engine = sa.create_engine(self.database, poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = list(connection.execute(sa.text(sql), values))
        engine.dispose()
        return found

    def ask(self, sql: str, **values: Any) -> Any:
        """The only row of one statement."""
        (found,) = self.rows(sql, **values)
        return found

    def flask(self, *arguments: str) -> None:
        """A command of the administrator."""
        flask_command(*arguments, environment=demo_environment(self.server.instance, self.server.database))

    @contextmanager
    def tab(self, *, refusals: str = "") -> Iterator[Person]:
        """Somebody in front of the sign-in page; no script error, no other host, nothing the policy forbids.

        ``refusals`` is a pattern of the answers, such as ``422``, that the story asks for.
        """
        context = self._browser.new_context(
            base_url=self.server.url,
            locale="zh-CN" if self.language == "zh" else "en-US",
            timezone_id="Asia/Shanghai",
            viewport={"width": self.width, "height": 900},
        )
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        odd: list[str] = []
        context.on("weberror", lambda error: odd.append(f"script: {error.error}"))
        context.on("dialog", lambda asked: answer_and_note(asked, odd))
        context.on("console", lambda said: self._listen(said, odd, refusals))
        context.on("request", lambda asked: self._follow(asked.url, odd))
        yield Person(self, context.new_page())
        context.close()
        assert odd == [], odd

    def _listen(self, said: Any, odd: list[str], refusals: str) -> None:
        asked_for = refusals and re.search(rf"status of ({refusals}) ", said.text)
        if said.type in ("error", "warning") and not asked_for:
            odd.append(f"{said.type}: {said.text} {said.location}")

    def _follow(self, url: str, odd: list[str]) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            odd.append(f"another host: {url}")

    @contextmanager
    def signed_in(self, username: str, password: str = "", *, refusals: str = "") -> Iterator[Person]:
        """Somebody who has signed in and reads the pages in the language of this company."""
        with self.tab(refusals=refusals) as person:
            person.sign_in(username, password or self.server.password)
            yield person


class Person:
    """One person's tab: every step looks at the page it leads to."""

    def __init__(self, company: Company, page: Page) -> None:
        self.company, self.page = company, page
        self.phone = company.width < PHONE

    @property
    def main(self) -> Locator:
        """The page without its frame."""
        return self.page.locator("main")

    @property
    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.locator("#dialog[open]")

    def text(self) -> str:
        """What the page says."""
        return self.main.inner_text()

    def sign_in(self, username: str, password: str) -> None:
        """Sign in, and read the pages in the language of the company."""
        sign_in(self.page, username, password)
        self.choose_language()

    # --- looking ---

    def look(self) -> None:
        """Wait until the page is there; it is as wide as the window and in one language."""
        self.page.wait_for_function(ARRIVED)
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (self.page.url, wide)
        self.company.words.check(self.page)

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Do something that leads to another page, or loads this one anew, and look at it."""
        self.page.evaluate("window.ckLeft = false")
        yield
        try:
            self.page.wait_for_function("() => window.ckLeft === undefined")
        except Exception as late:
            said = self.page.locator("dialog[open], main").last.inner_text()
            raise AssertionError(f"{self.page.url} was not left:\n{said[:1500]}") from late
        self.look()

    def choose_language(self) -> None:
        """Press the button of the language, unless the page is in it already."""
        self.page.wait_for_function(ARRIVED)
        if not self.page.evaluate("document.documentElement.lang").startswith(self.company.language):
            if self.phone:
                self.page.locator("summary.me").click()
            with self.leaving():
                self.page.locator(f"form[action$='/language/{self.company.language}'] button:visible").click()

    # --- going ---

    def menu(self, path: str) -> None:
        """Choose a page from the main menu, which is a drawer on a telephone."""
        if self.phone:
            self.page.locator("[data-nav-open]").click()
        link = self.page.locator(f"#side a[href='{path}']")
        section = self.page.locator("#side details", has=self.page.locator(f"a[href='{path}']"))
        if section.count() and not section.evaluate("one => one.open"):
            section.locator("summary").click()
        with self.leaving():
            link.click()

    def new(self, path: str) -> None:
        """Choose what to add from the ＋ of the frame."""
        self.page.locator("summary.btn-new").click()
        with self.leaving():
            self.page.locator(f".btn-new + .pop a[href='{path}']").click()

    def find(self, words: str, name: str) -> None:
        """Type ``words`` into the search of the frame and open the hit called ``name``."""
        self.page.locator("[data-open=palette]:visible").first.click()
        self.page.locator("#palette input").press_sequentially(words)
        with self.leaving():
            self.page.locator("#palette [data-results] a", has_text=name).first.click()

    def find_in_list(self, path: str, words: str, record: int) -> None:
        """Choose a list from the menu, look for ``words`` in it and open the row of ``record``."""
        self.menu(path)
        box = self.main.locator(".filters input[type=search]")
        if self.phone:
            self.main.locator("[data-filters-toggle]").click()
        box.fill(words)
        with self.leaving():
            box.press("Enter")
        self.follow(self.main.locator(f"tbody a.name:is([href$='/show/{record}'], [href*='/show/{record}?'])"))

    def follow(self, link: Locator) -> None:
        """Press a link."""
        with self.leaving():
            link.click()

    def tab(self, name: str) -> Locator:
        """Open a tab of a record and return its panel."""
        self.page.locator(f"#tab-{name}").click()
        panel = self.page.locator(f"#panel-{name}")
        panel.locator("[aria-busy]").wait_for(state="detached")
        return panel

    # --- doing ---

    def button(self, target: str) -> Locator:
        """The visible button or link to ``target`` (the end of an address); it may stand behind “more”."""
        found = self.main.locator(f"a[href$='{target}'], form[action$='{target}'] button")
        if not found.filter(visible=True).count():
            self.main.locator(".acts details.drop > summary").click()
        return found.filter(visible=True).first

    def fill(self, within: Locator | None = None, **values: str) -> None:
        """Fill in fields by name, whatever kind they are."""
        for name, value in values.items():
            named = (within or self.main).locator(f"[name='{name}']:not([type=hidden])")
            folded = (within or self.main).locator(f"details:not([open]):has([name='{name}'])")
            if folded.count():
                folded.locator("> summary").click()
            kind = named.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
            if kind == "select":
                named.first.select_option(value)
            elif kind in ("radio", "checkbox"):
                # The input itself is hidden by design; its label is what is seen and pressed.
                chosen = self.page.locator(f"[name='{name}'][value='{value}']")
                (within or self.main).locator("label", has=chosen).click()
            else:
                named.first.fill(value)

    def choose(self, field: str, words: str, name: str) -> None:
        """Find a record as people do: type, and take the answer called ``name``."""
        box = self.main.locator(f"#{field}")
        box.click()
        box.press_sequentially(words)
        self.page.locator("[role=option]", has_text=name).click()

    def save(self) -> None:
        """Send the form of the page."""
        with self.leaving():
            self.main.locator("form.form-c [data-save]").click()

    def refused(self) -> None:
        """Send the form of the page, which comes back with what has to be changed."""
        with self.leaving():
            self.main.locator("form.form-c [data-save]").click()
        self.main.locator("form.form-c [role=alert], form.form-c .dup").first.wait_for()

    def answer(self, **values: str) -> None:
        """Fill in the open dialog and send it."""
        self.dialog.locator("form").wait_for()
        self.company.words.check(self.page)
        self.fill(self.dialog, **values)
        with self.leaving():
            self.dialog.locator("[data-save]").click()

    def make(self, move: str, **values: str) -> None:
        """Press the button of a move on the record's page, and answer what it asks."""
        button = self.button(f"/move/{move}")
        if button.get_attribute("data-dialog"):
            button.click()
            self.answer(**values)
        else:
            with self.leaving():
                button.click()
