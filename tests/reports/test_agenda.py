"""The calendar: everybody's own work, nobody else's, on the days of the company."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.queries import actor_for
from app.core.actors import Actor
from app.core.calendar import CalendarDay
from app.core.database import db
from app.customers import services
from app.customers.models import FollowUpKind, Plan
from tests.support.customers import make_customer
from tests.support.orders import statements

SYSTEM = Actor.system("test")
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def staff(session, make_user):
    """Two account managers without a team."""
    return make_user("Account Manager"), make_user("Account Manager")


def make_plan(owner, what="回访", kind="phone", due_at=datetime(2026, 11, 27, 2, 30, tzinfo=UTC), **values):
    values = {"customer_id": make_customer(by=actor_for(db.session, owner)).id} | values
    return services.create_plan(
        {"what": what, "kind": FollowUpKind[kind], "due_at": due_at, "owner_id": owner.id, **values},
        by=SYSTEM, at=AT,
    )  # fmt: skip


def asked(browser, **query):
    answer = browser.get("/agenda/entries", query_string={"start": "2026-11-23", "end": "2026-11-30", **query})
    assert answer.status_code == 200, answer.text[:500]
    return answer.json


def test_a_plan_stands_at_the_companys_hour(session, staff, client_as):
    make_plan(staff[0], "送样品", due_at=datetime(2026, 11, 26, 23, 30, tzinfo=UTC))

    (entry,) = asked(client_as(user=staff[0]))["entries"]

    assert (entry["title"], entry["kind"], entry["start"]) == ("送样品", "plan", "2026-11-27T07:30:00")
    assert entry["move"].endswith("/postpone")


@pytest.mark.parametrize("who", ["", "all", "other"])
def test_nobody_sees_the_plans_of_a_colleague_elsewhere(session, staff, client_as, who):
    make_plan(staff[0], "机密拜访")
    browser = client_as(user=staff[1])

    found = asked(browser, who=staff[0].id if who == "other" else who)

    assert found["entries"] == []


def test_a_leader_sees_everybody_or_one_colleague(session, staff, client_as):
    make_plan(staff[0], "甲的计划")
    make_plan(staff[1], "乙的计划")
    browser = client_as("Marketing Director")

    assert asked(browser)["entries"] == []
    assert {entry["title"] for entry in asked(browser, who="all")["entries"]} == {"甲的计划", "乙的计划"}
    assert [entry["title"] for entry in asked(browser, who=staff[1].id)["entries"]] == ["乙的计划"]


def test_visits_and_finished_plans_are_told_apart(session, staff, client_as):
    make_plan(staff[0], "打电话")
    done = make_plan(staff[0], "上门", kind="visit")
    services.finish_plan(done, by=SYSTEM, at=AT)
    browser = client_as(user=staff[0])

    states = {
        entry["title"]: (entry["kind"], entry["done"], entry["move"] != "") for entry in asked(browser)["entries"]
    }

    assert states == {"打电话": ("plan", False, True), "上门": ("visit", True, False)}
    assert [entry["title"] for entry in asked(browser, kinds="visit")["entries"]] == ["上门"]
    assert asked(browser, kinds="none")["entries"] == []


def test_the_end_of_the_period_is_left_out(session, staff, client_as):
    make_plan(staff[0], "周日晚上", due_at=datetime(2026, 11, 29, 15, 59, tzinfo=UTC))
    make_plan(staff[0], "周一零点", due_at=datetime(2026, 11, 29, 16, 0, tzinfo=UTC))

    assert [entry["title"] for entry in asked(client_as(user=staff[0]))["entries"]] == ["周日晚上"]


def test_holidays_and_working_weekends_are_named(session, staff, client_as):
    session.merge(CalendarDay(day=date(2026, 11, 25), working=False, note="Mid-autumn Festival"))
    session.merge(CalendarDay(day=date(2026, 11, 28), working=True, note="补班"))
    session.commit()

    days = asked(client_as(user=staff[0]))["days"]

    assert days == [
        {"day": "2026-11-25", "working": False, "note": "中秋节"},
        {"day": "2026-11-28", "working": True, "note": "补班"},
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"start": "abc"}, {"start": ""}, {"start": "2026-02-31"}, {"end": "2026-11-23"}, {"end": "2027-11-23"},
        {"start": "99999-01-01"},
    ],
)  # fmt: skip
def test_a_period_that_is_none_is_refused(session, staff, client_as, query):
    answer = client_as(user=staff[0]).get(
        "/agenda/entries", query_string={"start": "2026-11-23", "end": "2026-11-30", **query}
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("who", ["999999999", "9" * 30])
def test_a_colleague_who_does_not_exist_is_not_found(session, staff, client_as, who):
    browser = client_as("Marketing Director")

    assert browser.get(f"/agenda/?who={who}").status_code == 404
    assert browser.get(f"/agenda/entries?start=2026-11-23&end=2026-11-30&who={who}").status_code == 404


def test_a_dragged_plan_has_its_new_moment(session, staff, client_as):
    plan = make_plan(staff[0], remind_at=datetime(2026, 11, 27, 2, 0, tzinfo=UTC))
    session.commit()
    browser = client_as(user=staff[0])

    answer = browser.post(
        f"/plans/{plan.id}/postpone", data={"due_at": "2026-12-01T10:30"}, headers={"X-Requested-With": "fetch"}
    )

    assert answer.status_code == 200
    session.expire_all()
    moved = session.get(Plan, plan.id)
    assert moved.due_at == datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
    assert moved.due_at - moved.remind_at == timedelta(minutes=30)


def test_the_page_and_its_entries_stay_within_few_statements(app, session, staff, client_as):
    for number in range(30):
        make_plan(staff[0], f"计划{number}")
    browser = client_as(user=staff[0])

    with statements(app) as page:
        assert "日历" in browser.get("/agenda/").text
    with statements(app) as entries:
        assert len(asked(browser)["entries"]) == 30

    assert len(page) <= 10
    assert len(entries) <= 6
