"""Nobody loses their place: after saving, by the browser's own back, and by the way that a record shows to its list."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.live import sign_in

ACTIVE = "/customers/list/?_flt_0_status=active&_oc_CustomerView=name&_od_CustomerView=asc&page_CustomerView=1"


@pytest.fixture
def me(page: Any) -> Any:
    sign_in(page, "market")
    return page


def save(page: Any, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"main [name={name}]", value)
    page.locator("main form.form-c [data-save]").click()


def at(page: Any, address: str) -> None:
    """Wait until the page has this address and is there."""
    page.wait_for_url(lambda url: url.endswith(address))
    page.wait_for_load_state()


def test_an_edit_leads_back_to_the_place_in_the_list_and_the_record_on_to_the_list(me: Any) -> None:
    me.goto(ACTIVE)
    me.locator("tbody a.name").nth(2).click()
    me.wait_for_url("**/customers/show/**")
    record, place = me.url, me.locator(".crumb .place").inner_text()

    me.keyboard.press("e")
    me.wait_for_url("**/edit/*")
    save(me, short_name="原处")
    at(me, record)

    assert me.locator(".crumb .place").inner_text() == place
    me.locator(".crumb a").first.click()
    at(me, ACTIVE.partition("?")[2])
    expect(me.locator("tbody tr[data-pk]").nth(2)).to_be_visible()


def test_back_after_an_edit_passes_the_form_by(me: Any) -> None:
    me.goto("/products/list/?_flt_0_active=y")
    me.goto("/customers/list/")
    me.locator("tbody a.name").first.click()
    me.wait_for_url("**/customers/show/**")
    record = me.url
    me.keyboard.press("e")
    me.wait_for_url("**/edit/*")
    name = me.locator("main [name=name]").input_value()
    save(me, name="")  # refused: back passes this page by as well
    expect(me.locator("[data-errors]")).to_be_visible()
    save(me, name=name, short_name="不见")
    at(me, record)

    me.evaluate("setTimeout(() => history.back())")
    at(me, "/customers/list/")
    me.evaluate("setTimeout(() => history.back())")
    at(me, "/products/list/?_flt_0_active=y")
    # And forward again, over the form to the record.
    for place in ("/customers/list/", record):
        me.evaluate("setTimeout(() => history.forward())")
        at(me, place)
    me.evaluate("setTimeout(() => history.forward())")
    me.wait_for_function("navigation.currentEntry.index === navigation.entries().length - 1")
    at(me, record)


def test_back_after_adding_leads_to_the_page_before_the_form(me: Any) -> None:
    me.goto("/customers/list/?_flt_0_level=A")
    me.keyboard.press("n")
    me.wait_for_url("**/add")
    save(me, name="翠屏花木场")
    me.wait_for_url("**/customers/show/*")
    expect(me.locator(".crumb a").first).to_have_attribute("href", "/customers/list/?_flt_0_level=A")

    me.evaluate("setTimeout(() => history.back())")

    at(me, "/customers/list/?_flt_0_level=A")


def test_back_from_a_refused_form_shows_what_was_typed_before(me: Any) -> None:
    """Nothing was saved, so nothing is passed by."""
    me.goto("/customers/list/")
    me.goto("/customers/add")
    save(me, name="", short_name="别丢")
    expect(me.locator("[data-errors]")).to_be_visible()

    me.evaluate("setTimeout(() => history.back())")

    expect(me.locator("[data-errors]")).to_have_count(0)
    expect(me.locator("main [name=short_name]")).to_have_value("别丢")


def test_a_form_opened_in_a_tab_leads_back_to_the_tab(me: Any) -> None:
    me.goto("/contacts/list/")
    me.locator("tbody td a[href*='/customers/show/']").first.click()
    me.wait_for_url("**/customers/show/*")
    me.locator("[role=tab]", has_text="联系人").click()
    tab = me.url
    assert "#" in tab
    me.locator("[role=tabpanel]:visible a[href*='/contacts/add']").first.click()
    me.wait_for_url("**/contacts/add*")

    me.locator("main form.form-c a", has_text="取消").click()

    at(me, tab)
    expect(me.locator("[role=tab][aria-selected=true]")).to_contain_text("联系人")


@pytest.mark.parametrize("kind", ["orders", "opportunities", "service-requests"])
def test_the_way_to_the_list_leads_to_it_as_it_was_left(me: Any, kind: str) -> None:
    view = {"orders": "OrderView", "opportunities": "OpportunityView"}
    name = view.get(kind, "ServiceRequestView")
    left = f"/{kind}/list/?_oc_{name}=created_at&_od_{name}=asc&page_{name}=1"
    me.goto(left)
    me.locator("tbody tr[data-href]").first.locator("a.name").click()
    me.wait_for_url(f"**/{kind}/show/*")

    me.locator(".crumb a").first.click()

    at(me, left)
