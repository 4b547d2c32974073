"""The session ends while somebody types, the server goes away, a button is pressed twice: nothing is lost or doubled."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.live import sign_in


@pytest.fixture
def form(page: Any) -> Any:
    """The form for a new customer, with a name typed into it."""
    sign_in(page, "manager1")
    page.goto("/customers/add")
    return page


def save(page: Any) -> None:
    page.locator("main form[method=post] [data-save]").first.click()


def typed(page: Any, name: str) -> Any:
    page.fill("main [name=name]", name)
    return page.locator("main [name=name]")


def slow(page: Any) -> None:
    """From now on every request takes 300 ms more."""
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1},
    )


def test_signed_out_while_typing(form: Any) -> None:
    name = typed(form, "青禾测量仪器厂")
    form.context.clear_cookies()

    save(form)

    expect(form.get_by_role("dialog").get_by_text("您填写的内容还在")).to_be_visible()
    expect(name).to_have_value("青禾测量仪器厂")
    with form.context.expect_page() as opened:
        form.get_by_role("link", name="重新登录").click()
    sign_in(opened.value, "manager1")
    opened.value.close()
    form.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(form.locator("[data-toasts]")).to_contain_text("已重新登录")
    save(form)
    form.wait_for_url("**/customers/show/*")
    expect(form.locator("h1").first).to_contain_text("青禾测量仪器厂")


def test_somebody_else_signed_in_meanwhile(form: Any) -> None:
    name = typed(form, "拓远冷链货运行")
    form.context.clear_cookies()
    other = form.context.new_page()
    sign_in(other, "manager2")
    other.close()

    save(form)

    expect(form.locator("[data-toasts]")).to_contain_text("此浏览器现在登录的是另一个人")
    expect(name).to_have_value("拓远冷链货运行")
    assert form.url.endswith("/customers/add")


def test_the_server_is_gone_and_comes_back(form: Any) -> None:
    name = typed(form, "栖霞文具商店")
    form.context.set_offline(True)

    save(form)

    expect(form.locator(".offline")).to_be_visible()
    expect(name).to_have_value("栖霞文具商店")
    form.context.set_offline(False)
    save(form)
    form.wait_for_url("**/customers/show/*")


def test_pressing_twice_on_a_slow_line_makes_one_record(form: Any) -> None:
    typed(form, "玖兴石材经营部")
    posts: list[str] = []
    form.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    slow(form)

    form.evaluate(
        "() => { const button = document.querySelector('main form[method=post] [data-save]');"
        " button.click(); button.click(); setTimeout(() => button.click(), 350); }"
    )
    form.wait_for_url("**/customers/show/*")

    assert len([url for url in posts if url.endswith("/customers/add")]) == 1
    form.goto("/customers/list/?q=玖兴石材经营部")
    expect(form.locator("tbody tr")).to_have_count(1)


def test_what_takes_long_is_seen_to_be_on_its_way(form: Any) -> None:
    """Until the answer is there: a bar above the page, and a button that cannot be pressed."""
    bar = form.locator("html.is-busy .busy-bar")
    typed(form, "白鹭洲茶具行")
    slow(form)

    form.evaluate(
        """() => {
            const button = document.querySelector("main form[method=post] [data-save]");
            const root = document.documentElement;
            button.click();
            setInterval(() => {
                if (button.disabled && root.classList.contains("is-busy")) sessionStorage.setItem("seen", "busy");
            }, 20);
        }"""
    )
    form.wait_for_url("**/customers/show/*")

    assert form.evaluate("sessionStorage.getItem('seen')") == "busy"
    expect(bar).to_have_count(0)

    # Reading too: the panel beside a list.
    waiting: list[Any] = []
    form.goto("/customers/list/")
    form.route("**/customers/preview/*", lambda route: waiting.append(route))
    form.locator("tbody td.num").first.click()
    expect(bar).to_have_count(1)
    waiting.pop().continue_()
    expect(form.locator("[data-preview-panel]")).to_be_visible()
    expect(bar).to_have_count(0)


def test_a_dialog_sends_again_when_only_its_token_was_too_old(page: Any) -> None:
    sign_in(page, "manager1")
    page.goto("/plans/list/?_flt_4_done_at=y")
    page.locator("tbody tr a").first.click()
    page.locator("[data-dialog*='postpone']").first.click()
    dialog = page.locator("#dialog[open]")
    dialog.locator("[name=due_at]").fill("2027-03-01T10:00")
    page.evaluate(
        "() => document.querySelectorAll('meta[name=csrf-token], [name=csrf_token]').forEach((place) => {"
        " if (place.content) place.content = 'old'; else place.value = 'old'; })"
    )

    dialog.locator("[data-save]").click()

    dialog.wait_for(state="hidden")
    expect(page.locator("main")).to_contain_text("2027-03-01 10:00")


def test_saving_in_one_tab_leaves_the_other_where_it_is(form: Any) -> None:
    other = form.context.new_page()
    other.goto("/plans/list/")
    typed(form, "望江木器厂")

    save(form)

    form.wait_for_url("**/customers/show/*")
    assert other.url.endswith("/plans/list/")


def told_to_sign_in(page: Any) -> None:
    expect(page.locator("#signed-out[open]")).to_be_visible()
    expect(page.locator("main, #palette, #dialog").get_by_text("演示账号")).to_have_count(0)
    page.locator("#signed-out [data-close]").first.click()


def test_signed_out_while_reading(page: Any) -> None:
    """The page for signing in is never shown inside another one."""
    sign_in(page, "market")
    page.goto("/customers/list/")
    page.locator("tbody [name=rowid]").first.check()
    page.context.clear_cookies()

    page.locator("[data-bulk-dialog]").first.click()
    told_to_sign_in(page)
    expect(page.locator("#dialog")).to_be_hidden()
    page.locator("tbody td.num").first.click()
    told_to_sign_in(page)
    expect(page.locator("[data-preview-panel]")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("公司")
    told_to_sign_in(page)


def test_signed_out_in_a_part_that_is_loaded_later(page: Any) -> None:
    sign_in(page, "market")
    page.goto("/customers/list/")
    page.locator("tbody a.name").first.click()
    page.wait_for_url("**/customers/show/*")
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()

    page.locator("[role=search] [name=words]").fill("报价")
    page.locator("[role=search] [name=words]").press("Enter")
    told_to_sign_in(page)
    page.locator("[role=tab]").nth(1).click()
    told_to_sign_in(page)


@pytest.fixture(params=["signed out", "gone"])
def cut(request: pytest.FixtureRequest, page: Any) -> Any:
    """Sign the person out, or take the server away; afterwards say what they must have been told."""
    said = {"signed out": "登录已失效，请重新登录。", "gone": "服务器没有响应。您填写的内容还在，请稍后再试。"}[
        request.param
    ]
    sign_in(page, "market")

    def now() -> str:
        if request.param == "gone":
            page.context.set_offline(True)
        else:
            page.context.clear_cookies()
        return said

    yield now
    page.context.set_offline(False)


def test_a_dialog_that_cannot_be_saved_says_why(page: Any, cut: Any) -> None:
    page.goto("/customers/list/")
    page.locator("tbody a.name").first.click()
    page.locator(".acts summary").click()
    page.locator(".acts [data-dialog*='share']").first.click()
    page.locator("#dialog[open] form").wait_for()
    said = cut()

    page.locator("#dialog [data-save]").click()

    expect(page.locator("#dialog [data-problem]")).to_have_text(said)


def test_a_cell_that_cannot_be_saved_stays_open(page: Any, cut: Any) -> None:
    page.goto("/customers/list/")
    page.locator("tbody tr").first.locator("[data-inline$='level']").evaluate("one => one.click()")
    choice = page.locator("td form select")
    chosen = choice.input_value()
    said = cut()

    choice.select_option("D" if chosen != "D" else "A")

    expect(page.locator("td form [data-cell-problem]")).to_have_text(said)
    expect(choice).not_to_have_value(chosen)


def test_a_follow_up_that_cannot_be_saved_is_still_there(page: Any, cut: Any) -> None:
    page.goto("/customers/list/")
    page.locator("tbody a.name").first.click()
    text = page.locator("[data-composer] textarea")
    text.fill("谈了明年的用量")
    said = cut()

    page.locator("[data-composer] [data-save]").click()

    expect(page.locator("[data-toasts]")).to_contain_text(said)
    expect(text).to_have_value("谈了明年的用量")


@pytest.mark.parametrize("board", ["/opportunities/board", "/opportunities/closing"])
def test_a_card_that_cannot_be_moved_goes_back(page: Any, cut: Any, board: str) -> None:
    page.goto(board)
    card = page.locator("[data-card]").first
    column = "one => one.closest('[data-column]').dataset.column"
    home = card.evaluate(column)
    card.focus()
    said = cut()

    for key in (" ", "ArrowRight", " "):
        page.keyboard.press(key)

    expect(page.locator("[data-toasts]")).to_contain_text(said)
    assert card.evaluate(column) == home
