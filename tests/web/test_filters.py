"""Filters by the type of their column: what they find, how they are said, and what a wrong value gets."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.core.database import utc_now
from app.core.i18n import local_day
from app.core.periods import PERIODS, last_days, next_days, period
from app.customers.models import Customer, CustomerStatus

LIST = "/customers/list/"
DAY = date(2026, 11, 27)  # a Friday


def names_of(answer):
    assert answer.status_code == 200, answer.text[:300]
    return set(re.findall(r'data-pk="(\d+)"', answer.text))


def chips_of(answer):
    return [re.sub("<[^>]+>", "", chip) for chip in re.findall(r'<span class="chip[^"]*"[^>]*>(.*?)<a', answer.text)]


@pytest.fixture
def three(session, customers_of):
    """Three customers who differ in level, amount, last order and status."""
    today = local_day(utc_now())
    rows = []
    values = (("A", 100, 1, "active"), ("B", 500, 20, "prospect"), ("C", 900, 400, "lost"))
    for level, amount, days, status in values:
        (pk,) = customers_of("manager", 1, level=level)
        customer = session.get(Customer, pk)
        customer.value_12m, customer.last_order_on = amount, today - timedelta(days=days)
        session.connection().execute(
            Customer.__table__.update().where(Customer.__table__.c.id == pk).values(status=CustomerStatus(status))
        )
        rows.append(str(pk))
    (bare,) = customers_of("manager", 1)
    session.get(Customer, bare).value_12m = 0
    session.commit()
    return rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("_flt_5_level=A,C", {0, 2}),
        ("_flt_3_status=prospect,lost", {1, 2, None}),
        ("_flt_5_value_12m=100..500", {0, 1}),
        ("_flt_5_value_12m=..100", {0, None}),
        ("_flt_5_value_12m=500..", {1, 2}),
        ("_flt_5_value_12m=¥ 1,00..５００", {0, 1}),
        ("_flt_1_value_12m=100&_flt_2_value_12m=500", {0, 1}),
        ("_flt_0_level=A&_flt_5_level=A,B", {0}),
        ("_flt_7_last_order_on=30", {0, 1}),
        ("_flt_7_last_order_on=1", set()),
        ("_flt_4_last_order_on=y", {None}),
        ("_flt_4_last_order_on=n", {0, 1, 2}),
        ("_flt_6_last_order_on=yesterday", {0}),
        ("_flt_1_name=客户", {0, 1, 2, None}),
        ("_flt_1_name=100%25", set()),
    ],
)
def test_each_operator_finds_its_rows(session, as_, three, query, found):
    pks = names_of(as_("manager").get(f"{LIST}?{query}"))

    known = {pk: number for number, pk in enumerate(three)}
    assert {known.get(pk) for pk in pks} == found


@pytest.mark.parametrize("column", ["created_at", "last_contact_at"])
@pytest.mark.parametrize("number", range(9))
def test_moments_know_the_operators_of_days(session, as_, three, column, number):
    value = {4: "y", 5: "2026-01-01..2099-01-01", 6: "this_month", 7: "30", 8: "30"}.get(number, "2026-11-27")

    assert as_("manager").get(f"{LIST}?_flt_{number}_{column}={value}").status_code == 200


def test_a_moment_of_today_is_in_today(session, as_, customers_of):
    from sqlalchemy import update

    (pk,) = customers_of("manager", 1)
    session.execute(update(Customer).where(Customer.id == pk).values(created_at=utc_now()))
    session.commit()

    for query in (
        "_flt_6_created_at=today",
        "_flt_7_created_at=1",
        "_flt_8_created_at=1",
        "_flt_6_created_at=this_month",
    ):
        assert names_of(as_("manager").get(f"{LIST}?{query}")) == {str(pk)}, query
    assert names_of(as_("manager").get(f"{LIST}?_flt_6_created_at=yesterday")) == set()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("_flt_5_value_12m=abc..5", "1280.50"),
        ("_flt_5_value_12m=100", "最小值和最大值"),
        ("_flt_5_value_12m=..", "最小值和最大值"),
        ("_flt_0_value_12m=abc", "1280.50"),
        ("_flt_0_last_order_on=2026-02-30", "2026-02-30"),
        ("_flt_7_last_order_on=0", "3660"),
        ("_flt_7_last_order_on=99999999999999999999", "太大"),
        ("_flt_7_last_order_on=x", "数字"),
        ("_flt_6_last_order_on=someday", "someday"),
        ("_flt_3_status=active,gone", "gone"),
        ("_flt_0_status=gone", "gone"),
        ("_flt_0_is_internal=maybe", "maybe"),
        (f"_flt_5_level={','.join('ABCDE' * 20)}", "50"),
    ],
)
def test_a_value_that_cannot_be_read_finds_nothing_and_says_why(session, as_, three, query, sentence):
    answer = as_("manager").get(f"{LIST}?{query}")

    assert names_of(answer) == set()
    alert = answer.text.partition('role="alert"><i')[2].partition("</div></div>")[0]
    assert sentence in alert


@pytest.mark.parametrize("query", ["_flt_8_level=A", "_flt_9_level=A", "_flt_5_is_internal=y", "_flt_4_status=active"])
def test_an_operator_that_a_column_does_not_have_is_a_wrong_address(session, as_, query):
    assert as_("manager").get(f"{LIST}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("query", "chip"),
    [
        ("_flt_5_level=A,B", "级别：A、B"),
        ("_flt_0_level=A", "级别：A"),
        ("_flt_3_level=A", "级别不等于 A"),
        ("_flt_5_value_12m=100..500", "近 12 个月：100 至 500"),
        ("_flt_5_value_12m=100..", "近 12 个月：100 至 …"),
        ("_flt_1_value_12m=100", "近 12 个月不小于 100"),
        ("_flt_7_last_order_on=30", "最近下单：最近 30 天"),
        ("_flt_8_next_plan_at=7", "下次计划：今后 7 天"),
        ("_flt_6_last_order_on=this_month", "最近下单：本月"),
        ("_flt_1_last_order_on=2026-01-01", "最近下单不早于 2026-01-01"),
        ("_flt_4_industry=y", "行业为空"),
        ("_flt_4_industry=n", "行业不为空"),
        ("_flt_0_is_internal=y", "内部或测试客户：是"),
        ("_flt_1_name=电子", "客户包含 电子"),
        ("q=电子", "搜索：电子"),
    ],
)
def test_a_chip_says_column_operator_and_value(session, as_, query, chip):
    assert chips_of(as_("manager").get(f"{LIST}?{query}")) == [chip]


@pytest.mark.parametrize(
    "path", ["customers", "follow-ups", "plans", "opportunities", "orders", "service-requests", "churn"]
)
def test_a_chip_names_the_person_and_not_their_key(session, people, as_, path):
    answer = as_("director").get(f"/{path}/list/?_flt_0_owner_id={people['manager'].id}")

    assert [chip.partition("：")[2] for chip in chips_of(answer)] == ["林晓梅"]


def test_a_quick_filter_takes_several_values(session, as_, three):
    page = as_("manager").get(f"{LIST}?_flt_5_level=A,B").text
    menu = page.partition('data-many="_flt_5_level"')[2].partition("</details>")[0]

    assert menu.count(" checked") == 2
    assert "A、B" in page.partition('data-many="_flt_5_level"')[0].rpartition("<summary")[2]


def test_a_chip_takes_its_own_filter_away_and_no_other(session, as_, three):
    page = as_("manager").get(f"{LIST}?_flt_5_level=A,B&_flt_1_value_12m=100&page_CustomerView=0").text
    chips = page.partition('<div class="chips">')[2].partition("</div>")[0]

    links = [link.replace("&amp;", "&") for link in re.findall(r'</?[^>]*href="([^"]*)" aria-label', chips)]
    assert links == [f"{LIST}?_flt_1_value_12m=100", f"{LIST}?_flt_5_level=A%2CB"]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-11-27", "2026-11-27"),
        ("yesterday", "2026-11-26", "2026-11-26"),
        ("tomorrow", "2026-11-28", "2026-11-28"),
        ("this_week", "2026-11-23", "2026-11-29"),
        ("last_week", "2026-11-16", "2026-11-22"),
        ("next_week", "2026-11-30", "2026-12-06"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_whole_days(name, first, last):
    assert tuple(day.isoformat() for day in period(name, DAY)) == (first, last)


def test_periods_go_over_the_end_of_a_year():
    assert period("next_month", date(2026, 12, 31))[1] == date(2027, 1, 31)
    assert period("last_month", date(2026, 1, 31)) == (date(2025, 12, 1), date(2025, 12, 31))
    assert period("last_quarter", date(2026, 2, 1)) == (date(2025, 10, 1), date(2025, 12, 31))
    assert set(PERIODS) >= {"today", "this_month"}


def test_days_count_from_today():
    assert last_days(1, DAY) == next_days(1, DAY) == (DAY, DAY)
    assert last_days(30, DAY) == (date(2026, 10, 29), DAY)
    assert next_days(7, DAY) == (DAY, date(2026, 12, 3))
