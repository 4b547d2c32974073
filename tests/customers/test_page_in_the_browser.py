"""The page of a customer in a browser: what is done on it changes it where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.live import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def open_first_customer(page: Page) -> None:
    sign_in(page, "manager1")
    page.goto("/customers/list/?_flt_0_status=active")
    page.goto(page.locator("a[href*='/customers/show/']").first.get_attribute("href") or "")


def test_a_follow_up_with_its_plan_is_recorded_and_the_plan_ticked_off_in_place(page: Page) -> None:
    open_first_customer(page)
    page.evaluate("window.stays = true")
    composer = page.locator("[data-composer]")

    composer.get_by_label("说了什么、做了什么").fill("改胶样品试贴五天没有溢胶")
    composer.get_by_label("下一步", exact=True).fill("电话确认补单数量")
    composer.get_by_role("button", name="2 天后").click()
    composer.get_by_label("说了什么、做了什么").press("Control+Enter")

    timeline, plans = page.locator("#timeline"), page.locator("#plans-card")
    expect(timeline).to_contain_text("改胶样品试贴五天没有溢胶")
    expect(plans).to_contain_text("电话确认补单数量")
    expect(composer.get_by_label("说了什么、做了什么")).to_have_value("")
    expect(page.locator(".hero .kpis")).to_contain_text("今天")

    plans.get_by_role("button", name="完成：电话确认补单数量").click()
    expect(plans).not_to_contain_text("电话确认补单数量")
    expect(timeline).to_contain_text("已完成：电话确认补单数量")
    page.locator(".toast-i").get_by_role("button", name="撤销").click()
    expect(plans).to_contain_text("电话确认补单数量")

    timeline.get_by_role("searchbox").fill("溢胶")
    timeline.get_by_role("searchbox").press("Enter")
    expect(timeline).not_to_contain_text("电话确认补单数量")
    expect(timeline).to_contain_text("改胶样品试贴五天没有溢胶")
    expect(page).to_have_url(re.compile("words="))
    timeline.get_by_role("link", name="跟进记录").click()
    expect(timeline.locator(".chip.on")).to_have_text("跟进记录")
    assert page.evaluate("window.stays") is True


def test_a_number_that_was_shown_can_be_called_and_copied_and_the_form_opens_where_it_matters(page: Page) -> None:
    open_first_customer(page)
    phone = page.locator("dd:has([data-scheme=tel])").first
    assert "****" in phone.inner_text()

    phone.get_by_role("button", name="显示").click()

    expect(phone.locator("a")).to_have_attribute("href", re.compile(r"^tel:\+?\d+$"))
    assert phone.locator("[data-copy]").get_attribute("data-copy") == phone.locator("a").inner_text()
    page.get_by_role("link", name="修改工商与开票信息").click()
    expect(page.locator("#legal_representative")).to_be_focused()


def test_the_page_fits_a_telephone_with_its_actions_below(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_first_customer(page)
    page.wait_for_load_state("networkidle")

    actions = page.locator(".hero .acts").bounding_box()

    assert actions is not None
    assert round(actions["y"] + actions["height"]) == 844
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_keys_lead_along_the_list_and_the_panel_opens_the_page_at_its_place(page: Page) -> None:
    sign_in(page, "manager1")
    page.goto("/customers/list/?_flt_0_status=active")
    names = page.locator("tbody a.name").all_inner_texts()
    page.locator("tbody tr").nth(1).locator("td.num").first.click()
    page.locator("[data-preview-panel]").get_by_role("link", name="打开").click()
    place = page.locator(".crumb .place")
    expect(page.locator(".hero h1")).to_have_text(names[1])
    expect(place).to_contain_text("第 2 /")

    page.locator("body").press("j")
    expect(page.locator(".hero h1")).to_have_text(names[2])
    expect(place).to_contain_text("第 3 /")
    page.locator("#timeline").get_by_role("link", name="跟进记录").click()
    expect(page).to_have_url(re.compile("at=3.*kind=|kind=.*at=3"))
    page.locator("body").press("k")
    expect(page.locator(".hero h1")).to_have_text(names[1])

    page.locator(".crumb a").first.click()
    expect(page).to_have_url(re.compile(r"/customers/list/\?_flt_0_status=active$"))
