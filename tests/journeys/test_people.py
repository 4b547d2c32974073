"""An administrator's year: a team, a new colleague, what a role may do, and somebody who leaves."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.support.journey import Company, Person

OWN_PASSWORD = "nobody knows this one 7"
UNFINISHED = """SELECT
    (SELECT count(*) FROM customer WHERE owner_id = :id AND deleted_at IS NULL) AS customers,
    (SELECT count(*) FROM plan WHERE owner_id = :id AND done_at IS NULL) AS plans,
    (SELECT count(*) FROM opportunity WHERE owner_id = :id AND status = 'developing' AND deleted_at IS NULL) AS deals,
    (SELECT count(*) FROM sales_order WHERE owner_id = :id AND status IN ('draft', 'confirmed', 'shipped')) AS orders,
    (SELECT count(*) FROM churn_case WHERE owner_id = :id AND status IN ('warned', 'postponed')) AS cases"""


def test_somebody_comes_and_somebody_leaves(company: Company) -> None:
    with company.signed_in("admin") as admin, company.tab() as newcomer, company.signed_in("manager3") as leaver:
        a_team_is_made(admin, "华北一组")
        username, password = a_colleague_is_entered(admin, "华北一组")
        they_choose_a_password_of_their_own(newcomer, username, password)
        their_role_may_read_the_reports_at_once(admin, newcomer)
        the_leaver_is_out_at_once(admin, leaver)
        their_work_goes_to_the_newcomer(admin, newcomer)


def a_team_is_made(admin: Person, name: str) -> None:
    admin.menu("/teams/")
    admin.follow(admin.main.locator("a.btn-primary"))
    admin.fill(name=name)
    admin.save()
    assert name in admin.text()


def a_colleague_is_entered(admin: Person, team: str) -> tuple[str, str]:
    """The initial password is shown once."""
    found = admin.company.ask("SELECT id FROM team WHERE name = :name", name=team)
    admin.menu("/users/list/")
    admin.follow(admin.main.locator("a.btn-primary"))
    admin.fill(last_name="秦", first_name="月明", username="qinyueming", team_id=str(found.id))
    admin.main.locator("[data-field=role_ids] label", has_text=re.compile("^客户经理$")).click()
    admin.save()
    password = admin.page.locator("#initial-password").inner_text()
    admin.follow(admin.main.locator("a.btn-primary"))
    assert "秦月明" in admin.main.locator("h1").inner_text()
    return "qinyueming", password


def they_choose_a_password_of_their_own(newcomer: Person, username: str, password: str) -> None:
    """Whatever address they try, an initial password only leads to the page where it is changed."""
    newcomer.sign_in(username, password)
    here = newcomer.page.url
    newcomer.page.goto("/customers/list/")
    assert newcomer.page.url == here
    newcomer.fill(current=password, password=OWN_PASSWORD, repeated=OWN_PASSWORD)
    newcomer.save()
    assert newcomer.page.locator("#side a[href='/customers/list/']").count() == 1


def their_role_may_read_the_reports_at_once(admin: Person, newcomer: Person) -> None:
    """A right that is ticked in the matrix is there with the next click, and gone with the one after it is taken."""
    report = "#side a[href='/reports/contribution']"
    assert newcomer.page.locator(report).count() == 0
    for allowed in (True, False):
        admin.menu("/roles/")
        admin.follow(admin.main.locator("nav.views a", has_text="客户经理"))
        admin.main.locator("[data-matrix-row] input[value='report.open']").set_checked(allowed)
        with admin.leaving():
            admin.main.locator("form[data-matrix] [data-save]").click()
        newcomer.menu("/customers/list/")
        assert newcomer.page.locator(report).count() == int(allowed)
        if allowed:
            newcomer.menu("/reports/contribution")


def the_leaver_is_out_at_once(admin: Person, leaver: Person) -> None:
    """The dialog says what they still work on; their open session ends with their next click."""
    person = leaver_of(admin)
    admin.menu("/users/list/")
    admin.follow(admin.main.locator("a.name", has_text=person.name))
    admin.button(f"/users/deactivate/{person.id}").click()
    admin.dialog.locator("form").wait_for()
    open_customers = admin.company.ask(UNFINISHED, id=person.id).customers
    assert re.search(rf"客户\s+{open_customers}\b", admin.dialog.inner_text())
    admin.answer()

    leaver.page.locator("#side a").first.click()
    leaver.page.wait_for_url("**/login/**")


def their_work_goes_to_the_newcomer(admin: Person, newcomer: Person) -> None:
    """All of it is shown before, changes hands in one go, and is found by whoever has it now."""
    company = admin.company
    person, heir = leaver_of(admin), company.ask("SELECT id FROM ab_user WHERE username = 'qinyueming'").id
    before = company.ask(UNFINISHED, id=person.id)
    assert before.customers
    assert before.deals

    admin.button(f"/users/hand_over/{person.id}").click()
    admin.dialog.locator("form").wait_for()
    told = re.findall(r"\d+", admin.dialog.locator("ul.mini").inner_text())
    assert sorted(map(int, told)) == sorted(count for count in before if count)
    admin.answer(heir_id=str(heir))

    assert tuple(company.ask(UNFINISHED, id=person.id)) == (0, 0, 0, 0, 0)
    assert tuple(company.ask(UNFINISHED, id=heir)) == tuple(before)
    newcomer.menu("/customers/list/")
    assert f"共 {before.customers} 条" in newcomer.main.locator(".foot").inner_text()
    entry = company.ask("SELECT record_id FROM audit_entry WHERE kind = 'user' AND action = 'hand_over'")
    assert entry.record_id == person.id
    admin.menu("/audit/")
    assert "移交" in admin.text()


class Leaver(NamedTuple):
    """The account manager who leaves."""

    id: int
    name: str


def leaver_of(person: Person) -> Leaver:
    found = person.company.ask("SELECT id, last_name, first_name FROM ab_user WHERE username = 'manager3'")
    return Leaver(found.id, found.last_name + found.first_name)
