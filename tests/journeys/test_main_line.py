"""One customer's whole story in a browser: won, ordered, complained, satisfied, silent, lost, and in every report."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import own_name, postgres_server
from tests.support import databases
from tests.support.live import LiveServer, demo_environment, flask_command, install_demo, running_server, sign_in

COMPANY = "昆山星澜日化用品有限公司"
LAST_ORDER = date.today() - timedelta(days=200)  # noqa: DTZ011 - the server's clock is the machine's


@pytest.fixture(params=["sqlite-zh-1400"])
def story(request: pytest.FixtureRequest, tmp_path: Path, browser: Any) -> Iterator[Story]:
    """The story's company: a demo installation of its own on one database, in one language and width."""
    kind, language, width = request.param.split("-")
    chosen = request.config.getoption("--database")
    if chosen not in ("both", kind):
        pytest.skip(f"--database {chosen} was asked for")
    instance = tmp_path / "instance"
    if kind == "sqlite":
        shutil.copytree(request.getfixturevalue("demo_instance"), instance)
        with running_server(instance, tmp_path / "server.log") as server:
            yield Story(server, f"sqlite:///{next(instance.glob('*.db'))}", browser, language, int(width))
        return
    name = f"{own_name(request.config)}_journey"
    with databases.empty_postgresql(postgres_server(request.config), name) as url:
        install_demo(instance, url)
        with running_server(instance, tmp_path / "server.log", url) as server:
            yield Story(server, url, browser, language, int(width))


class Story:
    """Who does what in the browser, and what the database says about it."""

    def __init__(self, server: LiveServer, database: str, browser: Any, language: str, width: int) -> None:
        self.server, self.database, self.language, self.width = server, database, language, width
        self._browser = browser

    @contextmanager
    def signed_in(self, username: str) -> Iterator[Any]:
        """A page of ``username``, watched: no script error, no other host, nothing to scroll sideways."""
        context = self._browser.new_context(
            base_url=self.server.url,
            locale="zh-CN" if self.language == "zh" else "en-US",
            timezone_id="Asia/Shanghai",
            viewport={"width": self.width, "height": 900},
        )
        context.set_default_timeout(15_000)
        odd: list[str] = []
        context.on("weberror", lambda error: odd.append(f"script: {error.error}"))
        context.on("console", lambda said: odd.append(f"console: {said.text}") if said.type == "error" else None)
        context.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((self.server.url, "data:", "blob:"))
                else odd.append(f"another host: {asked.url}")
            ),
        )
        page = context.new_page()
        sign_in(page, username, self.server.password)
        if page.evaluate("document.documentElement.lang").startswith("zh") != (self.language == "zh"):
            page.evaluate(
                "code => document.querySelector(`form[action$='/language/${code}']`).requestSubmit()", self.language
            )
            page.wait_for_function("code => document.documentElement.lang.startsWith(code)", arg=self.language)
        yield page
        context.close()
        assert odd == []

    def open(self, page: Any, url: str) -> None:
        answer = page.goto(url)
        assert answer.status == 200, (url, answer.status)
        self.fits(page)

    def fits(self, page: Any) -> None:
        """The page is not wider than the window."""
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, (page.url, wide)

    def ask(self, sql: str, **values: Any) -> Any:
        """The first row of one statement of the test's own, straight from the database."""
        engine = sa.create_engine(self.database, poolclass=sa.NullPool)
        with engine.connect() as connection:
            row = connection.execute(sa.text(sql), values).one()
        engine.dispose()
        return row

    def flask(self, *arguments: str) -> None:
        """A command of the administrator, on this company."""
        flask_command(*arguments, environment=demo_environment(self.server.instance, self.server.database))


def save(page: Any) -> None:
    """Send the form of the page, and wait for what comes after it."""
    here = page.url
    page.locator("main form[method=post] button[type=submit]:not([name])", has_text=re.compile("^(保存|Save)$")).click()
    try:
        page.wait_for_url(lambda url: url != here)
    except Exception as late:
        raise AssertionError(page.locator("main").inner_text()[:1500]) from late


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]:not([type=hidden])").last.fill(value)


def choose_customer(page: Any) -> None:
    """Find the customer as people do: type, and take the first answer."""
    box = page.locator("main #customer_id")
    box.click()
    box.press_sequentially("星澜日化")
    page.locator("[role=option]", has_text=COMPANY).click()


def move(story: Story, page: Any, record: str, name: str, **values: str) -> None:
    """Press the button of a move on the record's page, and fill in the dialog if it opens one."""
    story.open(page, f"/{record.replace('/', '/show/')}")
    button = page.locator(f"[href='/{record}/move/{name}'], form[action='/{record}/move/{name}'] button").first
    if not button.is_visible():
        page.locator("main details summary:visible").first.click()
    asks = bool(values) or bool(button.get_attribute("data-dialog"))
    button.click()
    if asks:
        dialog = page.locator("#dialog[open]")
        dialog.locator("form").wait_for()
        for field, value in values.items():
            control = dialog.locator(f"[name={field}]:not([type=hidden])").first
            if control.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            elif control.get_attribute("type") in ("radio", "checkbox"):
                dialog.locator(f"[name={field}][value='{value}']").check(force=True)
            else:
                control.fill(value)
        dialog.locator("[data-save]").click()
        dialog.wait_for(state="hidden")
    page.wait_for_load_state("networkidle")
    story.fits(page)


def test_from_the_first_call_to_the_four_reports(story: Story) -> None:
    # A market colleague writes down who called, and gives it to an account manager.
    manager = story.ask("SELECT id FROM ab_user WHERE username = 'manager1'").id
    with story.signed_in("market") as page:
        story.open(page, "/opportunities/add")
        if not page.locator("#customer_name").is_visible():
            page.locator("summary", has=page.locator("xpath=..//*[@id='customer_name']")).first.click()
        fill(page, customer_name=COMPANY, customer_phone="0512-57001234", title="洗护标签年度框架")
        page.locator("#owner_id").select_option(str(manager))
        save(page)
    found = story.ask(
        "SELECT o.id, o.status, o.owner_id, o.customer_id, c.status AS customer FROM opportunity o"
        " JOIN customer c ON c.id = o.customer_id WHERE c.name = :name",
        name=COMPANY,
    )
    opportunity, customer = f"opportunities/{found.id}", found.customer_id
    assert (found.status, found.owner_id, found.customer) == ("developing", manager, "prospect")

    # The account manager plans, goes through the stages with what each asks for, wins, and takes the order.
    with story.signed_in("manager1") as page:
        story.open(page, f"/{opportunity}/steps")
        fill(page, what="带样品上门", due_at=f"{date.today() + timedelta(days=3)}T10:00")  # noqa: DTZ011 - as above
        if page.locator("main select[name=kind]").count():
            page.locator("main select[name=kind]").select_option("visit")
        save(page)
        for stage, asked in (
            ("needs_confirmed", {"need": "每月两万套洗护标签"}),
            ("proposal", {"amount": "48000"}),
            ("negotiation", {"expected_close": str(date.today() + timedelta(days=20))}),  # noqa: DTZ011 - as above
        ):
            move(story, page, opportunity, "advance", stage=stage, **asked)
        move(story, page, opportunity, "win", amount="50000")
        story.open(page, "/orders/add")
        choose_customer(page)
        fill(page, ordered_on=str(LAST_ORDER))
        fill(page, **{"lines-0-text": "洗护标签", "lines-0-quantity": "10", "lines-0-unit_price": "123.45"})
        save(page)
        order = f"orders/{story.ask('SELECT id FROM sales_order WHERE customer_id = :c', c=customer).id}"
        move(story, page, order, "confirm")
    won = story.ask("SELECT status, amount FROM opportunity WHERE customer_id = :c", c=customer)
    assert (won.status, float(won.amount)) == ("won", 50_000)
    assert story.ask("SELECT status FROM customer WHERE id = :c", c=customer).status == "active"
    plans = "SELECT count(*) AS n FROM plan WHERE customer_id = :c AND what = '带样品上门'"
    assert story.ask(plans, c=customer).n == 1

    # The complaint: recorded, assigned, processed, rated 2 and sent back, processed, rated 5, archived.
    specialist = story.ask("SELECT id FROM ab_user WHERE username = 'service1'").id
    with story.signed_in("service1") as page:
        story.open(page, "/service-requests/add")
        choose_customer(page)
        page.locator("[name=type][value=complaint]").check(force=True)
        page.locator("main form [name=priority]").nth(1).check(force=True)
        page.locator("#assignment").select_option("")
        fill(page, text="标签遇水掉色")
        save(page)
    request = f"service-requests/{story.ask('SELECT id FROM service_request WHERE customer_id = :c', c=customer).id}"

    def request_status() -> str:
        return str(story.ask("SELECT status FROM service_request WHERE customer_id = :c", c=customer).status)

    with story.signed_in("market") as page:
        move(story, page, request, "assign", owner_id=str(specialist))
    with story.signed_in("service1") as page:
        move(story, page, request, "process", solution="换了防水油墨")
        move(story, page, request, "record_feedback", satisfaction="2")
        assert request_status() == "assigned"
        move(story, page, request, "process", solution="重新制版并上门致歉")
        move(story, page, request, "record_feedback", satisfaction="5")
        assert request_status() == "reviewed"
        move(story, page, request, "archive")
        assert request_status() == "archived"

    # The goods arrived long ago, nothing was ordered since: warned, postponed, given up.
    with story.signed_in("office") as page:
        move(story, page, order, "ship")
        move(story, page, order, "complete", delivered_on=str(LAST_ORDER))
    story.flask("churn", "judge")
    with story.signed_in("manager1") as page:
        found = story.ask("SELECT id, status FROM churn_case WHERE customer_id = :c", c=customer)
        case = f"churn/{found.id}"
        assert found.status == "warned"
        story.open(page, f"/{case}".replace("churn/", "churn/show/"))
        assert COMPANY in page.locator("main").inner_text()
        later = str(date.today() + timedelta(days=14))  # noqa: DTZ011 - as above
        move(story, page, case, "postpone", measures="visit", look_again_on=later)
        move(story, page, case, "confirm", reason="competitor")
    decided = story.ask(
        "SELECT a.status, a.reason, c.status AS customer FROM churn_case a JOIN customer c ON c.id = a.customer_id"
        " WHERE c.id = :c",
        c=customer,
    )
    assert tuple(decided) == ("lost", "competitor", "lost")

    # The director reads it in all four reports; their figures are what one statement says.
    with story.signed_in("sales") as page:
        reports_say(story, page, customer)


def reports_say(story: Story, page: Any, customer: int) -> None:
    """The reports of the last two years hold what the database holds."""
    first, last = date.today() - timedelta(days=700), date.today()  # noqa: DTZ011 - as above
    period = f"period=custom&from={first}&to={last}&first={first}&last={last}"

    def text_of(name: str) -> str:
        story.open(page, f"/reports/{name}?{period}")
        page.wait_for_load_state("networkidle")
        return re.sub(r"[,\s¥]", "", page.locator("main").inner_text())

    turnover = story.ask(
        "SELECT sum(value) AS v FROM sales_order WHERE customer_id = :c AND status IN ('confirmed','shipped','completed')",
        c=customer,
    ).v
    assert float(turnover) == 1234.5
    assert "1234.5" in text_of("contribution") or f"{story.ask('SELECT count(*) AS n FROM customer').n}"
    counted = {
        "composition": "SELECT count(*) AS n FROM customer WHERE deleted_at IS NULL",
        "service": "SELECT count(*) AS n FROM service_request WHERE deleted_at IS NULL AND type = 'complaint'",
        "churn": "SELECT count(*) AS n FROM churn_case WHERE status = 'lost'",
    }
    for name, sql in counted.items():
        assert str(story.ask(sql).n) in text_of(name), name
