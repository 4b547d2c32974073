"""An account manager's morning: somebody new who looks like somebody known, a call, a reminder, a slip of the hand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.support.journey import Company, Person

NAME, ALIKE, INITIALS = "宁波翠屿船舶配件有限公司", "翠屿船舶配件（宁波）有限责任公司", "cycb"
CHINA = ZoneInfo("Asia/Shanghai")


def test_a_new_customer_a_call_and_a_slip_of_the_hand(company: Company) -> None:
    with company.signed_in("manager1", refusals="422") as manager:
        a_customer_is_entered(manager, NAME)
        the_likely_duplicate_is_looked_at_and_both_are_kept(manager)
        a_contact_and_a_call_with_its_next_step(manager)
        the_plan_reminds(manager)
        a_customer_is_deleted_and_taken_back(manager)


def a_customer_is_entered(manager: Person, name: str) -> None:
    manager.new("/customers/add")
    manager.fill(name=name)
    manager.save()
    assert name in manager.main.locator("h1").inner_text()


def the_likely_duplicate_is_looked_at_and_both_are_kept(manager: Person) -> None:
    """The form shows who looks the same; what was typed waits while the other one is looked at in a second tab."""
    manager.new("/customers/add")
    manager.fill(name=ALIKE)
    manager.main.locator("[name=name]").press("Tab")
    hint = manager.page.locator("[data-similar] a", has_text=NAME)
    hint.wait_for()
    with manager.page.context.expect_page() as opened:
        hint.click()
    opened.value.wait_for_load_state()
    assert NAME in opened.value.locator("h1").inner_text()
    opened.value.close()

    manager.refused()
    assert NAME in manager.main.locator("form.form-c .dup").inner_text()
    assert manager.company.rows("SELECT id FROM customer WHERE name = :name", name=ALIKE) == []
    manager.main.locator("form.form-c [name=save_anyway]").check()
    manager.save()
    assert ALIKE in manager.main.locator("h1").inner_text()


def a_contact_and_a_call_with_its_next_step(manager: Person) -> None:
    """One form records what was said and plans what comes next."""
    manager.find(INITIALS, NAME)
    manager.follow(manager.main.locator("a[href^='/contacts/add']:visible").first)
    manager.fill(name="沈砚秋", mobile="13905740088")
    manager.save()
    manager.find(INITIALS, NAME)
    tomorrow = str(datetime.now(CHINA).date() + timedelta(days=1))
    composer = manager.main.locator("form.composer")
    composer.locator("select[name=contact]").select_option(label="沈砚秋")
    manager.fill(composer, kind="visit", content="看了新厂房，年底前定供应商", next_what="送报价单")
    composer.locator(f"[data-set-day='{tomorrow}']").click()
    composer.locator("[data-save]").click()

    manager.main.locator("#timeline", has_text="看了新厂房，年底前定供应商").wait_for()
    manager.look()
    found = manager.company.ask(
        "SELECT p.what, p.kind, f.content, k.name AS contact FROM customer c JOIN plan p ON p.customer_id = c.id"
        " JOIN follow_up f ON f.customer_id = c.id JOIN contact k ON k.id = f.contact_id WHERE c.name = :name",
        name=NAME,
    )
    assert tuple(found) == ("送报价单", "visit", "看了新厂房，年底前定供应商", "沈砚秋")


def the_plan_reminds(manager: Person) -> None:
    """Asked to remind a minute ago, the plan is among the notifications once the jobs have run."""
    manager.follow(manager.main.locator("a.name:visible", has_text="送报价单").first)
    manager.follow(manager.main.locator("a[data-key=e]"))
    minute_ago = datetime.now(CHINA) - timedelta(minutes=1)
    manager.fill(remind_at=f"{minute_ago:%Y-%m-%dT%H:%M}")
    manager.save()
    manager.company.flask("jobs", "work", "--once")
    manager.follow(manager.page.locator("a.bell"))
    with manager.leaving():
        manager.main.locator("li.is-unread button", has_text="送报价单").click()
    assert "送报价单" in manager.main.locator("h1").inner_text()


def a_customer_is_deleted_and_taken_back(manager: Person) -> None:
    """Undo in the toast brings the customer back; so does the search afterwards."""
    manager.find("cycbpj", ALIKE)
    manager.main.locator(".acts details.drop > summary").click()
    manager.main.locator(".acts button.danger").click()
    with manager.leaving():
        manager.page.locator("#confirm [data-yes]").click()
    gone = "SELECT id FROM customer WHERE name = :name AND deleted_at IS NOT NULL"
    assert len(manager.company.rows(gone, name=ALIKE)) == 1
    with manager.leaving():
        manager.page.locator(".toasts .undo").click()
    assert manager.company.rows(gone, name=ALIKE) == []
    manager.find("cycbpj", ALIKE)
    assert re.search("翠屿船舶配件", manager.main.locator("h1").inner_text())
