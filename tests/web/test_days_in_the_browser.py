"""Days and moments are written as the product writes them, whatever language the browser speaks, and picked from a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.live import LiveServer

MONTH = ".cal-pop"


@pytest.fixture
def form(page: Page) -> Page:
    sign_in(page, "office")
    page.goto("/orders/add")
    return page


def test_a_day_is_picked_from_a_month(form: Page) -> None:
    form.locator("#promised_on").click()
    form.locator(f"{MONTH} .cal-h .tool").last.click()
    form.locator(f"{MONTH} [data-date$='-15']").click()

    today = form.locator("#ordered_on").input_value()
    picked = form.locator("#promised_on").input_value()
    assert picked.endswith("-15")
    assert picked > today
    assert form.locator(MONTH).count() == 0


def test_a_day_is_picked_with_the_keyboard(form: Page) -> None:
    form.locator("#promised_on").fill("2026-12-30")
    form.locator("#promised_on").press("ArrowDown")
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        form.keyboard.press(key)

    assert form.locator("#promised_on").input_value() == "2027-01-07"
    assert form.evaluate("document.activeElement.id") == "promised_on"


def test_a_day_typed_in_another_way_is_written_as_all_others(form: Page) -> None:
    form.locator("#promised_on").fill("2026年1月5日")
    form.locator("#promised_on").press("Tab")
    assert form.locator("#promised_on").input_value() == "2026-01-05"

    form.locator("#promised_on").fill("31 February")
    form.locator("#promised_on").press("Tab")
    assert form.locator("#promised_on").input_value() == "31 February"  # the server says what is wrong with it


def test_a_moment_keeps_its_hour_when_another_day_is_picked(page: Page) -> None:
    sign_in(page, "manager1")
    page.goto("/plans/add")
    page.locator("#due_at").fill("2026-11-28 14:30")
    page.locator("#due_at").click()
    page.locator(f"{MONTH} [data-date='2026-11-30']").click()
    assert page.locator("#due_at").input_value() == "2026-11-30 14:30"

    page.locator(f"{MONTH} select").first.select_option("08")
    assert page.locator("#due_at").input_value() == "2026-11-30 08:30"
    page.keyboard.press("Escape")
    assert page.locator(MONTH).count() == 0


def test_a_finger_has_the_picker_of_the_telephone(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(base_url=live_server.url, has_touch=True, is_mobile=True)
    page = context.new_page()
    sign_in(page, "office")
    page.goto("/orders/add")

    assert page.locator("#promised_on").get_attribute("type") == "date"
    context.close()
