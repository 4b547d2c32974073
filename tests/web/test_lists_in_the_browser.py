"""Lists as people use them: arranged once and found again, shared, changed in place, acted on as a whole."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.support.live import LiveServer, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

LIST = "/customers/list/"


@pytest.fixture
def page_of(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """``page_of("manager1")``: a fresh browser in which somebody is signed in.

    A script error, and a request that a script makes in vain, fails the test.
    """
    contexts, errors = [], []

    def note(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type == "fetch":
            errors.append(f"{response.status} {response.url}")

    def open_page(username: str) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": 1400, "height": 900},
        )
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("response", note)
        contexts.append(context)
        page = context.new_page()
        sign_in(page, username)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors, errors


def heads(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("thead th[data-col]:visible").all_inner_texts()]


def rows(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("tbody td.c-name").all_inner_texts()]


def test_columns_follow_a_person_to_another_browser(page_of: Callable[..., Page]) -> None:
    page = page_of("manager3")
    page.goto(LIST)
    assert "行业" not in heads(page)

    page.click("summary:has-text('列')")
    page.check("[data-column=industry] input")
    page.uncheck("[data-column=churn_band] input")
    assert "流失风险" not in heads(page), "what is on the page goes at once"
    with page.expect_navigation():
        page.keyboard.press("Escape")
    with page.expect_response("**/choice"):
        page.click("[data-density] [data-value=tight]")

    for shown in (page, page_of("manager3")):
        shown.goto(LIST)
        assert "行业" in heads(shown)
        assert "流失风险" not in heads(shown)
        assert "tbl-tight" in (shown.locator("[data-list] table").get_attribute("class") or "")


def test_a_view_is_saved_and_shared_with_everybody(page_of: Callable[..., Page]) -> None:
    page = page_of("admin")
    page.goto(LIST)
    page.click("summary:has-text('级别')")
    page.check("[data-many] input[value=A]")
    page.check("[data-many] input[value=B]")
    page.click("details[open] [data-apply]")
    page.wait_for_url("**level=A**")

    page.click("a[aria-label='存为视图']")
    page.fill("#dialog [name=title]", "重点客户")
    page.select_option("#dialog [name=shared]", "all")
    page.click("#dialog [data-save]")
    page.wait_for_url("**view=**")

    assert page.locator(".views .on").inner_text() == "重点客户"
    colleague = page_of("manager2")
    colleague.goto(LIST)
    colleague.click(".views >> text=重点客户")
    colleague.wait_for_url("**view=**")
    levels = set(colleague.locator("tbody td[data-col=level]").all_inner_texts())
    assert {level.strip() for level in levels} <= {"A", "B"}
    assert colleague.locator(".chip").all_inner_texts() == ["级别：A、B"]
    page.click(".views-row summary")
    page.click(".views-row button:has-text('删除视图')")
    page.click("[data-toast] .undo")
    page.wait_for_selector(".views >> text=重点客户")


def test_a_cell_is_changed_by_the_keyboard_and_taken_back(page_of: Callable[..., Page]) -> None:
    page = page_of("manager1")
    page.goto(LIST)
    cell = page.locator("tbody tr").first.locator("td[data-col=level]")
    before = cell.inner_text().strip()
    wanted = "A" if before != "A" else "B"

    cell.locator("[data-inline]").focus()
    page.keyboard.press("Enter")
    page.locator(".cell-f select").wait_for()
    page.keyboard.type(wanted)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-toast] .undo")

    expect(cell).to_have_text(wanted)
    page.reload()
    expect(cell).to_have_text(wanted)
    cell.click()
    page.locator(".cell-f").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".cell-f").count() == 0
    cell.click()
    page.locator(".cell-f select").select_option(label=before or "未选")
    page.click("[data-toast] .undo")
    page.locator("[data-toast]").wait_for(state="detached")
    expect(cell).to_have_text(wanted)


def test_all_that_match_are_handed_over_and_exported(page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of("market")
    page.goto(f"{LIST}?_flt_0_level=C")
    total = int(page.locator(".head [data-count]").inner_text().split()[0])
    assert total > len(rows(page)), "more match than one page shows"

    page.check("[data-check-all]")
    page.click("[data-select-all]")
    with page.expect_download() as started:
        page.click("[data-bulk-export]")
    sheet = load_workbook(io.BytesIO(Path(started.value.path()).read_bytes())).worksheets[0]
    page.click("[data-bulk] button:has-text('加标签')")
    page.wait_for_selector("#dialog[open] form")
    said = page.locator("#dialog .dlg-b").inner_text()
    page.fill("#dialog [name=tags]", "待回访")
    page.click("#dialog [data-save]")
    page.wait_for_selector("[data-toast]")

    assert sheet.max_row == total + 1
    assert f"{total} 条" in said
    assert re.search(rf"\b{total}\b", page.locator("[data-toast]").first.inner_text())
    page.goto(f"{LIST}?_flt_0_level=C&cols=name,tags&page_CustomerView=1")
    tags = page.locator("tbody td[data-col=tags]").all_inner_texts()
    assert tags
    assert all("待回访" in text for text in tags)
