"""The keyboard alone: the keys of the help page, and the focus that is where somebody left it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.live import sign_in


@pytest.fixture
def me(page: Any) -> Any:
    sign_in(page, "market")
    return page


def test_n_adds_what_the_page_is_about_and_offers_everything_elsewhere(me: Any) -> None:
    me.goto("/customers/list/")
    me.keyboard.press("n")
    me.wait_for_url("**/customers/add")

    me.goto("/")
    me.keyboard.press("n")
    expect(me.locator(".top details[open] a").first).to_be_focused()
    me.keyboard.press("Escape")
    expect(me.locator(".btn-new")).to_be_focused()


def test_questions_and_searches_open_and_close_by_keys(me: Any) -> None:
    me.goto("/customers/list/")
    for key, dialog in (("?", "#keys"), ("/", "#palette"), ("Control+k", "#palette")):
        me.keyboard.press(key)
        expect(me.locator(f"{dialog}[open]")).to_be_visible()
        me.keyboard.press("Escape")
        expect(me.locator(dialog)).to_be_hidden()
    me.locator(".filters input[type=search]").first.focus()
    me.keyboard.type("n?/e")
    assert me.url.endswith("/customers/list/")
    assert me.locator("dialog[open]").count() == 0


def test_the_focus_returns_to_what_opened_a_dialog(me: Any) -> None:
    me.goto("/customers/list/")
    me.locator("tbody a.name").first.click()
    me.wait_for_url("**/customers/show/*")
    menu = me.locator(".acts summary")
    menu.press("Enter")
    me.locator(".acts [data-dialog*='hand-over']").first.press("Enter")
    me.locator("#dialog[open] form").wait_for()

    me.keyboard.press("Escape")
    expect(me.locator("#dialog")).to_be_hidden()

    expect(menu).to_be_focused()
    me.go_back()
    button = me.locator("[data-open]", has_text="更多筛选").first
    button.press("Enter")
    me.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_tabs_and_the_composer_are_worked_without_a_mouse(me: Any) -> None:
    me.goto("/customers/list/")
    me.locator("tbody a.name").first.click()
    me.wait_for_url("**/customers/show/*")
    tabs = me.locator("[role=tab]")
    tabs.first.press("End")
    expect(tabs.last).to_be_focused()
    expect(tabs.last).to_have_attribute("aria-selected", "true")
    tabs.last.press("ArrowRight")
    expect(tabs.first).to_be_focused()
    tabs.first.press("ArrowLeft")
    tabs.last.press("Home")
    expect(tabs.first).to_have_attribute("aria-selected", "true")

    text = me.locator("[data-composer] textarea")
    text.fill("只用键盘记录的跟进")
    text.press("Control+Enter")

    expect(me.locator("#timeline")).to_contain_text("只用键盘记录的跟进")
    expect(me.locator("[data-composer] textarea")).to_be_focused()
    expect(me.locator("[data-composer] textarea")).to_have_value("")


def test_rows_are_walked_and_opened_and_left(me: Any) -> None:
    me.goto("/customers/list/")
    for _row in range(3):
        me.keyboard.press("j")
    me.keyboard.press("k")
    second = me.locator("tbody tr").nth(1)
    expect(second).to_have_attribute("aria-current", "true")
    expect(me.locator("[data-preview-panel] h2")).to_have_text(second.locator("a.name").inner_text())
    me.keyboard.press("x")
    expect(second.locator("[name=rowid]")).to_be_checked()
    me.keyboard.press("Escape")
    expect(me.locator("[data-preview-panel]")).to_be_hidden()
    me.keyboard.press("j")
    me.keyboard.press("Enter")
    me.wait_for_url("**/customers/show/*")
    me.keyboard.press("e")
    me.wait_for_url("**/customers/edit/*")
