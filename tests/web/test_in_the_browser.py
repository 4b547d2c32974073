"""What only scripts do: a second click is swallowed, and a contact is one of the chosen customer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.live import choose_language, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page


def choose(page: Page, field: str, text: str) -> str:
    """Type ``text`` into a look-up and take its first row; return the key chosen."""
    box = page.locator(f"[data-field={field}]")
    box.get_by_role("combobox").fill(text)
    box.locator("li[role=option]").first.click()
    return box.locator("input[type=hidden]").input_value()


def offered(page: Page, field: str) -> list[str]:
    """What a look-up offers when it is opened."""
    box = page.locator(f"[data-field={field}]")
    box.get_by_role("combobox").click()
    box.locator("li").first.wait_for()
    found = box.locator("li[role=option]").all_inner_texts()
    page.keyboard.press("Escape")
    return found


def two_customers_with_contacts(page: Page) -> list[tuple[str, str, list[str]]]:
    """(name, key, the contacts' names) of two customers of the demo."""
    found = page.evaluate(
        """async () => {
            const ask = async (url) => (await fetch(url)).json();
            const wanted = [];
            for (const customer of await ask("/lookup/customer?q=")) {
                const contacts = await ask(`/lookup/contact?customer_id=${customer.id}&q=`);
                if (contacts.length) wanted.push([customer.text, String(customer.id), contacts.map((one) => one.text)]);
                if (wanted.length === 2) break;
            }
            return wanted;
        }"""
    )
    return [(name, key, contacts) for name, key, contacts in found]


def test_the_contact_of_an_order_is_one_of_its_customers(page: Page) -> None:
    sign_in(page, "admin")
    first, second = two_customers_with_contacts(page)
    page.goto("/orders/add")
    everybody = offered(page, "contact_id")

    customer = choose(page, "customer_id", first[0])
    of_the_first = offered(page, "contact_id")
    contact = choose(page, "contact_id", of_the_first[0].split("\n")[0])
    choose(page, "customer_id", second[0])
    left = page.locator("[name=contact_id]").input_value()
    of_the_second = offered(page, "contact_id")

    assert len(everybody) > len(of_the_first)
    assert customer == first[1]
    assert sorted(text.split("\n")[0] for text in of_the_first) == sorted(first[2])
    assert contact
    assert left == ""
    assert sorted(text.split("\n")[0] for text in of_the_second) == sorted(second[2])


def test_a_double_click_on_save_adds_one_customer(page: Page) -> None:
    sign_in(page, "admin")
    page.goto("/customers/add")
    page.fill("[name=name]", "双击一次机械有限公司")
    sent: list[str] = []
    page.on(
        "request",
        lambda request: sent.append(request.url) if request.method == "POST" and "/add" in request.url else None,
    )

    page.locator("[data-save]").dblclick()
    page.wait_for_url("**/customers/show/*")

    assert len(sent) == 1
    assert page.evaluate("async () => (await (await fetch('/lookup/customer?q=双击一次机械')).json()).length") == 1


def test_a_double_click_in_a_dialog_makes_the_move_once(page: Page) -> None:
    """The button is off until the answer has come, and the page says what was done, not that it was too late."""
    sign_in(page, "manager1")
    name, key, _contacts = two_customers_with_contacts(page)[0]
    page.goto(f"/opportunities/add?customer_id={key}")
    page.fill("[name=title]", f"{name} 双击")
    page.locator("[data-save]").click()
    page.wait_for_url("**/opportunities/show/*")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.locator("[data-dialog*='/steps']").first.click()
    page.locator("#dialog [name=what]").fill("双击的一步")
    page.locator("#dialog [data-save]").dblclick()
    page.locator("a[href*='/plans/']:has-text('双击的一步')").first.wait_for()

    assert len([url for url in sent if url.endswith("/steps")]) == 1
    steps = page.locator("a[href*='/plans/']:has-text('双击的一步')")
    assert len({steps.nth(place).get_attribute("href") for place in range(steps.count())}) == 1


def test_a_dialog_that_was_saved_lets_the_page_go(page: Page) -> None:
    """What was chosen in a dialog is saved; the browser does not ask whether to give it up."""
    sign_in(page, "market")
    page.locator("a[data-dialog*='/opportunities/'][data-dialog*='/move/assign']").first.click()
    first = page.locator("#dialog form :is(select, textarea, input:not([type=hidden]))").first
    first.wait_for()
    order = first.get_attribute("name")
    page.locator("#dialog [name=owner_id]").select_option(index=1)
    page.locator("#dialog [name=note]").fill("请本周联系")

    with page.expect_navigation():
        page.locator("#dialog [data-save]").click()

    page.locator("[data-toast=good]").wait_for()
    assert order == "owner_id"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_telephone_choices_stay_inside_their_fields(page: Page, language: str) -> None:
    sign_in(page, "manager1")
    choose_language(page, language)
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto("/plans/add")
    page.locator(".f .seg").first.wait_for()
    sizes = page.locator(".f .seg").evaluate_all("all => all.map((one) => [one.scrollHeight, one.clientHeight])")
    choose_language(page, "zh")  # as the tests after this one read it

    assert sizes
    assert all(inside <= outside for inside, outside in sizes), sizes


def test_a_list_is_sorted_on_a_telephone(page: Page) -> None:
    """The heads of the columns are not shown there."""
    sign_in(page, "market")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/customers/list/?_flt_0_status=active")
    assert not page.locator("thead th a").first.is_visible()

    page.locator("[data-filters-toggle]").click()
    page.locator(".filters summary", has_text="排序").click()
    page.locator(".filters details[open] a", has_text="近 12 个月").click()

    page.wait_for_url("**_flt_0_status=active**_oc_CustomerView=value_12m**")
    cells = page.locator("tbody [data-col=value_12m]").all_inner_texts()
    values = [float(text.rpartition("¥")[2].replace(",", "")) for text in cells]
    assert len(values) > 5
    assert values == sorted(values, reverse=True)


def test_what_was_deleted_is_restored_on_a_telephone(page: Page) -> None:
    sign_in(page, "admin")
    page.goto("/contacts/list/")
    page.goto(page.locator("tbody a.name").first.get_attribute("href") or "")
    name = page.locator("h1").inner_text()
    page.locator(".acts details.drop > summary").click()
    page.locator("form[action*='/contacts/delete/'] button").click()
    page.locator("#confirm [data-yes]").click()
    page.locator("[data-toast=good]").wait_for()
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto("/recycle_bin/")
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    button = page.locator("tr", has_text=name).locator("button")
    edge = button.bounding_box()
    button.click()
    page.locator("[data-toast=good]").wait_for()

    assert too_wide <= 0
    assert edge is not None
    assert edge["x"] + edge["width"] <= 390
    assert name in page.locator("main").inner_text()


def test_on_a_telephone_the_caller_is_asked_for_before_the_request(page: Page) -> None:
    """Finding somebody opens the form anew: what was typed below would be lost."""
    sign_in(page, "service1")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/service-requests/add")

    caller, form = page.locator("#caller-phone").bounding_box(), page.locator("form.form-c").bounding_box()

    assert caller is not None
    assert form is not None
    assert caller["y"] < form["y"]
