"""One customer's whole story in a browser: won, ordered, complained, satisfied, silent, lost, and in every report."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys import story
from tests.journeys.reports import Figures, drill_down, figures
from tests.support.journey import Company, Person

COMPANY = "昆山星澜日化用品有限公司"
INITIALS = "ksxl"
SILENT, AGAIN, VISIT = timedelta(days=200), timedelta(days=14), timedelta(days=3)
VALUE = Decimal("1234.50")
TITLE, STEP, COMPLAINT = "洗护标签年度框架", "带样品上门", "标签遇水掉色"


@pytest.mark.parametrize(
    "company", ["sqlite-zh-1400", "postgresql-zh-1400", "sqlite-en-390", "postgresql-en-390"], indirect=True
)
def test_from_the_first_call_to_the_four_reports(company: Company, tmp_path: Path) -> None:
    with company.signed_in("sales") as reader:
        before = figures(reader, company.today)

    with company.signed_in("market") as director:
        opportunity_is_given_away(director)
    with company.signed_in("manager1") as manager:
        it_is_planned_and_won(manager)
        they_order(manager)
    with company.signed_in("service1") as specialist:
        they_complain(specialist)
    with company.signed_in("market") as director:
        somebody_is_to_process_it(director)
    with company.signed_in("service1") as specialist:
        it_is_processed_until_they_are_satisfied(specialist)
    with company.signed_in("office") as clerk:
        the_goods_went_out_long_ago(clerk)
    company.flask("churn", "judge")
    with company.signed_in("manager1") as manager:
        they_stay_silent_and_are_given_up(manager)
        the_timeline_tells_it_all(manager)

    with company.signed_in("sales") as reader:
        reports_tell_it_too(reader, before)
        drill_down(reader, COMPANY, company.today - SILENT, company.today, VALUE, tmp_path)


def opportunity_is_given_away(director: Person) -> None:
    """A director writes down who called, and gives it to an account manager."""
    company = director.company
    manager = company.ask("SELECT id FROM ab_user WHERE username = 'manager1'").id
    director.new("/opportunities/add")
    director.main.locator("details:has(#customer_name) > summary").click()
    director.fill(customer_name=COMPANY, customer_phone="0512-57001234", title=TITLE, owner_id=str(manager))
    director.save()

    found = company.ask(
        "SELECT o.status, o.owner_id, c.status AS customer FROM opportunity o"
        " JOIN customer c ON c.id = o.customer_id WHERE c.name = :name",
        name=COMPANY,
    )
    assert tuple(found) == ("developing", manager, "prospect")


def it_is_planned_and_won(manager: Person) -> None:
    """The account manager plans, and goes through the stages with what each asks for."""
    company = manager.company
    manager.menu("/opportunities/list/")
    manager.follow(manager.main.locator("a.name", has_text=TITLE))
    manager.main.locator("#plan a[data-dialog]").click()
    manager.answer(what=STEP, kind="visit", due_at=f"{company.today + VISIT}T10:00")
    for stage, asked in (
        ("needs_confirmed", {"need": "每月两万套洗护标签"}),
        ("proposal", {"amount": "48000"}),
        ("negotiation", {"expected_close": str(company.today + timedelta(days=20))}),
    ):
        manager.make("advance", stage=stage, **asked)
    manager.make("win", amount="50000")

    won = company.ask(
        "SELECT o.status, o.amount, c.status AS customer, (SELECT count(*) FROM plan p WHERE p.customer_id = c.id"
        " AND p.what = :step) AS plans FROM opportunity o JOIN customer c ON c.id = o.customer_id WHERE c.name = :name",
        name=COMPANY,
        step=STEP,
    )
    assert (won.status, float(won.amount), won.customer, won.plans) == ("won", 50_000, "active", 1)


def they_order(manager: Person) -> None:
    """The order is taken on the customer's page, for what the sample visit agreed on."""
    manager.find(INITIALS, COMPANY)
    manager.follow(manager.button(f"/orders/add?customer_id={customer_of(manager)}"))
    manager.fill(ordered_on=str(manager.company.today - SILENT))
    manager.fill(**{"lines-0-text": "洗护标签", "lines-0-quantity": "10", "lines-0-unit_price": "123.45"})
    manager.save()
    manager.make("confirm")
    assert company_order(manager) == ("confirmed", VALUE)


def they_complain(specialist: Person) -> None:
    """The complaint is written down and left to the director."""
    specialist.new("/service-requests/add")
    specialist.choose("customer_id", "星澜日化", COMPANY)
    specialist.fill(type="complaint", priority="high", assignment="", text=COMPLAINT)
    specialist.save()
    assert request_status(specialist) == "created"


def somebody_is_to_process_it(director: Person) -> None:
    """The director finds the request in the list and gives it to a specialist."""
    found = director.company.ask("SELECT id FROM ab_user WHERE username = 'service1'")
    director.menu("/service-requests/list/")
    director.follow(director.main.locator("a.name", has_text=COMPLAINT))
    director.make("assign", owner_id=str(found.id))
    assert request_status(director) == "assigned"


def it_is_processed_until_they_are_satisfied(specialist: Person) -> None:
    """Processed, rated 2 and sent back, processed again, rated 5, archived."""
    specialist.menu("/service-requests/list/")
    specialist.follow(specialist.main.locator("a.name", has_text=COMPLAINT))
    specialist.make("process", solution="换了防水油墨")
    specialist.make("record_feedback", satisfaction="2")
    assert request_status(specialist) == "assigned"
    specialist.make("process", solution="重新制版并上门致歉")
    specialist.make("record_feedback", satisfaction="5")
    assert request_status(specialist) == "reviewed"
    specialist.make("archive")
    assert request_status(specialist) == "archived"


def the_goods_went_out_long_ago(clerk: Person) -> None:
    """The office ships the order and writes down the day it arrived."""
    clerk.find(INITIALS, COMPANY)
    clerk.follow(clerk.tab("orders").locator("a.name"))
    clerk.make("ship")
    clerk.make("complete", delivered_on=str(clerk.company.today - SILENT))
    assert company_order(clerk) == ("completed", VALUE)


def they_stay_silent_and_are_given_up(manager: Person) -> None:
    """Warned with its reasons, postponed with what is done about it, and in the end confirmed as lost."""
    company = manager.company
    manager.menu("/churn/")
    manager.follow(manager.main.locator("a.name", has_text=COMPANY))
    evidence = manager.text()
    assert str(company.today - SILENT) in evidence
    for reason in story.REASONS:
        assert told(manager, reason) in evidence
    manager.make("postpone", measures="visit", look_again_on=str(company.today + AGAIN))
    manager.make("confirm", reason="competitor")

    found = company.ask(
        "SELECT a.status, a.reason, a.value_12m, a.last_order_on, c.status AS customer FROM churn_case a"
        " JOIN customer c ON c.id = a.customer_id WHERE c.name = :name",
        name=COMPANY,
    )
    assert (found.status, found.reason, found.customer) == ("lost", "competitor", "lost")
    assert (Decimal(str(found.value_12m)), str(found.last_order_on)) == (VALUE, str(company.today - SILENT))


def the_timeline_tells_it_all(manager: Person) -> None:
    """The customer's page has the whole story, in the language of the page, and says that the customer is lost."""
    manager.find(INITIALS, COMPANY)
    while (earlier := manager.page.locator("#timeline .tl-more button")).count():
        earlier.click()
        manager.look()
    facts = manager.company.ask(
        "SELECT o.number AS order_number, r.number AS request_number FROM customer c"
        " JOIN sales_order o ON o.customer_id = c.id JOIN service_request r ON r.customer_id = c.id WHERE c.name = :name",
        name=COMPANY,
    )
    names = {
        "order": facts.order_number,
        "request": facts.request_number,
        "title": TITLE,
        "step": STEP,
        "again": manager.company.today + AGAIN,
        "visit": manager.company.today + VISIT,
        "manager": "林晓梅",
        "specialist": "何静",
    }
    expected = [told(manager, line).format(**names) for line in story.LINES]
    assert manager.page.locator("#timeline .tl-i b").all_inner_texts() == expected
    assert manager.page.locator(".hero-meta .st").all_inner_texts() == [told(manager, story.LOST)]


def reports_tell_it_too(reader: Person, before: Figures) -> None:
    """Each report has moved by exactly this customer."""
    after = figures(reader, reader.company.today)
    assert (after.value, after.customers, after.orders) == (
        before.value + VALUE,
        before.customers + 1,
        before.orders + 1,
    )
    assert (after.lost, after.lost_value) == (before.lost + 1, before.lost_value + VALUE)
    assert (after.complaints, after.unfinished) == (before.complaints + 1, before.unfinished)
    assert (after.cases, after.cases_value) == (before.cases + 1, before.cases_value + VALUE)


def told(person: Person, words: tuple[str, str]) -> str:
    return words[0] if person.company.language == "zh" else words[1]


def customer_of(person: Person) -> int:
    return int(person.company.ask("SELECT id FROM customer WHERE name = :name", name=COMPANY).id)


def company_order(person: Person) -> tuple[str, Decimal]:
    found = person.company.ask(
        "SELECT o.status, o.value FROM sales_order o JOIN customer c ON c.id = o.customer_id WHERE c.name = :name",
        name=COMPANY,
    )
    return found.status, Decimal(str(found.value))


def request_status(person: Person) -> str:
    asked = "SELECT r.status FROM service_request r JOIN customer c ON c.id = r.customer_id WHERE c.name = :name"
    return str(person.company.ask(asked, name=COMPANY).status)
