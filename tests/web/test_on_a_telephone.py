"""What is done with a thumb: on 390 pixels, with touches instead of clicks.

That every control is large enough, that nothing is wider than the window, and that dialogs fit into it, the tour looks at
on every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.live import LiveServer, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

HIGH = 844


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """The administrator's telephone."""
    context = browser.new_context(
        base_url=live_server.url,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 390, "height": HIGH},
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    sign_in(page, "admin")
    yield page
    context.close()
    assert not errors, errors


def top_of(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def is_in_sight(page: Page, place: Locator) -> bool:
    """Nothing lies over the middle of it, and it is not below or above what the window shows."""
    return bool(
        place.evaluate(
            """(one) => {
                const { left, top, width, height } = one.getBoundingClientRect();
                const hit = document.elementFromPoint(left + width / 2, top + height / 2);
                return Boolean(hit) && (one === hit || one.contains(hit) || hit.contains(one));
            }"""
        )
    )


def too_wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_a_touch_beside_a_box_ticks_it_and_the_bar_is_at_hand_further_down(phone: Page) -> None:
    phone.goto("/customers/list/")
    row = phone.locator("tbody tr").nth(12)
    row.scroll_into_view_if_needed()

    row.locator("td.pick").tap(position={"x": 6, "y": 8})

    assert row.locator("[name=rowid]").is_checked()
    assert phone.locator("[data-preview-panel]").is_hidden()
    assert is_in_sight(phone, phone.locator("[data-bulk] [data-selected]"))
    assert is_in_sight(phone, phone.locator("[data-bulk] [data-unselect]"))


def test_the_filters_are_shown_to_whoever_asks_for_them_further_down(phone: Page) -> None:
    phone.goto("/customers/list/")
    phone.locator("tbody tr").last.scroll_into_view_if_needed()

    phone.locator("[data-filters-toggle]").tap()

    assert is_in_sight(phone, phone.locator("[data-filters] [type=search]"))


def test_a_customer_that_is_known_is_named_below_what_was_typed(phone: Page) -> None:
    phone.goto("/customers/list/")
    name = phone.locator("tbody a.name").first.inner_text()
    phone.goto("/customers/add")
    phone.fill("[name=name]", name)

    phone.locator("[name=short_name]").tap()
    known = phone.locator("[data-similar] a", has_text=name).first
    known.wait_for()

    assert is_in_sight(phone, known)
    assert top_of(phone.locator("[name=name]")) < top_of(known) < top_of(phone.locator("[name=short_name]"))
    assert phone.evaluate("document.querySelector('[name=save_anyway]').form.elements.name.value") == name


def test_two_texts_of_one_field_are_told_apart_without_scrolling_sideways(phone: Page) -> None:
    phone.goto("/customers/list/")
    phone.goto((phone.locator("tbody a.name").nth(3).get_attribute("href") or "").replace("/show/", "/edit/"))
    other = phone.context.new_page()
    other.goto(phone.url)
    other.fill("[name=address]", "先到的人写的一个很长的地址，无锡市滨湖区五湖大道 1 号三号楼 1204 室")
    other.locator("[data-save]").tap()
    other.wait_for_url("**/show/*")
    other.close()

    phone.fill("[name=address]", "后到的人写的地址")
    phone.locator("[data-save]").tap()
    phone.locator(".conflict").wait_for()
    theirs = phone.locator(".conflict [data-side=theirs]")
    theirs.tap()

    assert too_wide(phone) <= 0
    assert is_in_sight(phone, theirs)
    assert phone.locator("[name=address]").input_value().startswith("先到的人")


def test_what_a_lookup_offers_stands_above_the_buttons(phone: Page) -> None:
    phone.goto("/orders/add")
    box = phone.locator("[data-field=lines] input[role=combobox]").first

    box.tap()
    phone.locator("[data-field=lines] li[role=option]").first.wait_for()
    offered = phone.locator("[data-field=lines] ul.rsel:visible").bounding_box()
    bar = phone.locator(".form-f").bounding_box()

    assert offered is not None
    assert bar is not None
    assert offered["y"] + offered["height"] <= bar["y"] + 1


def test_a_card_of_a_board_is_opened_by_a_touch_and_moved_by_its_list(phone: Page) -> None:
    phone.goto("/opportunities/board")
    card = phone.locator(".col-on [data-card]").first
    number = card.get_attribute("data-card")
    choice = card.locator("[data-card-to]")

    choice.tap()
    offered = choice.locator("option").all_inner_texts()
    phone.keyboard.press("Escape")
    card.tap(position={"x": 200, "y": 34})
    phone.wait_for_url(f"**/opportunities/show/{number}*")

    assert len(offered) > 3
    assert too_wide(phone) <= 0
