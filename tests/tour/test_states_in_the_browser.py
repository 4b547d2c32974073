"""What pages show only when somebody works with them, looked at as every page is: both languages, both widths, and axe."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.live import LiveServer
from tests.tour.looking import Looker, looking, shown

LANGUAGES = ("zh", "en")
LISTS = (
    "/customers/list/", "/contacts/list/", "/follow-ups/list/", "/plans/list/", "/opportunities/list/", "/orders/list/",
    "/products/list/", "/service-requests/list/", "/users/list/",
)  # fmt: skip
ROW = "main tbody tr[data-pk]"
OF_ROWS = "() => [...document.querySelectorAll('[data-bulk] [data-bulk-dialog]')].map((one) => one.dataset.bulkDialog)"
# Every column with every operator, in as many rows of the dialog.
EVERY_CONDITION = """() => {
    const form = document.querySelector('[data-more-filters]');
    const add = form.querySelector('[data-add-row]');
    const last = (what) => [...form.querySelectorAll(what)].at(-1);
    const choose = (what, value) => { last(what).value = value; last(what).dispatchEvent(new Event('change')); };
    const columns = [...last('[data-cond-column]').options].map((one) => one.value);
    for (const column of columns) {
        choose('[data-cond-column]', column);
        for (const operator of [...last('[data-cond-op]').options].map((one) => one.value)) {
            choose('[data-cond-column]', column);
            choose('[data-cond-op]', operator);
            add.click();
        }
    }
    return columns.length;
}"""


@pytest.fixture(scope="module")
def admin(browser: Any, live_server: LiveServer, request: pytest.FixtureRequest) -> Any:
    """The administrator, who sees most."""
    with looking(browser, live_server, "admin", request.param) as looker:
        yield looker


def look_closely(looker: Looker, *where: str) -> None:
    """Look at both widths; axe looks at the parts ``where`` on the screen."""
    looker.look()
    looker.check(*where)
    looker.turn()
    looker.look()
    looker.turn()


def dialogs_of_rows(looker: Looker, how_many: int) -> int:
    """Open what can be done with the first rows."""
    keys = looker.page.eval_on_selector_all(ROW, "all => all.map(one => one.dataset.pk)")[:how_many]
    asked = looker.page.evaluate(OF_ROWS)
    for address in asked:
        looker.open_dialog(f"{address}?{'&'.join(f'rowid={key}' for key in keys)}")
    return len(asked)


@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_lists_whose_rows_are_chosen_previewed_and_searched_in_vain(admin: Looker) -> None:
    admin.faults, page = {}, admin.page
    opened = {"dialogs": 0, "bars": 0, "panels": 0}

    for address in LISTS:
        admin.open(address)
        if page.locator(f"{ROW} [name=rowid]").count() > 1:
            for number in range(2):
                page.locator(f"{ROW} [name=rowid]").nth(number).check()
            expect(page.locator("[data-bulk]")).to_be_visible()
            opened["bars"] += 1
            look_closely(admin, "[data-bulk]")
            opened["dialogs"] += dialogs_of_rows(admin, 2)
            page.locator("[data-check-all]").check()
            every = page.locator("[data-select-all]:visible")
            if every.count():
                every.click()
            look_closely(admin, "[data-bulk]")
        if page.locator(f"{ROW}[data-preview]").count():
            page.keyboard.press("j")
            page.locator("[data-preview-panel]:visible h2").wait_for()
            admin.settle()
            opened["panels"] += 1
            look_closely(admin, "[data-preview-panel]")
        admin.open(f"{address}?q=00000000000000")
        look_closely(admin, "main")

    assert not admin.faults, shown(admin.faults)
    assert opened["bars"] >= 5, opened
    assert opened["panels"] >= 5, opened
    assert opened["dialogs"] >= 6, opened


@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_every_condition_that_a_list_can_be_filtered_by(admin: Looker) -> None:
    admin.faults = {}

    for address in LISTS:
        admin.open(address)
        if admin.page.locator("[data-more-filters]").count():
            admin.place = f"{address} more filters"
            dialog = admin.page.locator("dialog:has([data-more-filters])").get_attribute("id")
            assert admin.page.evaluate(EVERY_CONDITION)
            admin.open_own(str(dialog))

    assert not admin.faults, shown(admin.faults)


@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_a_customer_that_may_be_there_already(admin: Looker) -> None:
    admin.faults, page = {}, admin.page
    admin.open("/customers/list/")
    name = page.locator("tbody a.name").first.inner_text()
    admin.open("/customers/add")
    page.fill("main [name=name]", name)

    page.locator("main form.form-c [data-save]").click()

    page.locator(".dup").wait_for()
    admin.settle()
    look_closely(admin, "main")
    assert not admin.faults, shown(admin.faults)


@pytest.mark.parametrize("admin", LANGUAGES, indirect=True)
def test_a_customer_answers_by_a_link(admin: Looker, browser: Any, live_server: LiveServer) -> None:
    admin.faults, page = {}, admin.page
    admin.open("/service-requests/list/?_flt_0_status=processed")
    page.locator("tbody a.name").first.click()
    page.wait_for_url("**/show/*")
    page.locator("form[action$='/feedback-link'] button").first.click()
    link = page.locator("main input[readonly]").input_value()
    admin.place = "feedback link"
    admin.settle()
    look_closely(admin, "main")

    with looking(browser, live_server, "", admin.language) as customer:
        customer.open(link)
        if not customer.page.evaluate("document.documentElement.lang").startswith(admin.language):
            with customer.page.expect_navigation():
                customer.page.locator(f"form[action$='/language/{admin.language}'] button").first.click()
        look_closely(customer)
        customer.expected = 422
        customer.page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        customer.page.locator("main [role=alert]").first.wait_for()
        look_closely(customer)
        customer.expected = 200
        customer.page.locator("main label:has([name=satisfaction][value='4'])").first.click()
        customer.page.locator("main form [type=submit]").first.click()
        expect(customer.page.locator("main form [type=submit]")).to_have_count(0)
        customer.settle()
        look_closely(customer)
        assert not customer.faults, shown(customer.faults)
    assert not admin.faults, shown(admin.faults)
