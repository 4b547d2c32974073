"""The six-month rule and the histories it judges."""

from __future__ import annotations

import csv
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.churn.rule import History, is_silent, net_of_returns, rhythms
from tests.support.churn import ASOF

SAMPLE = Path(os.environ.get("CHANGKE_SAMPLE_DATA", "/nowhere"))


def netted(*rows: tuple[str, str]) -> list[tuple[str, str]]:
    found = net_of_returns([(date.fromisoformat(day), Decimal(amount)) for day, amount in rows])
    return [(day.isoformat(), f"{amount:f}".removesuffix(".00")) for day, amount in found]


@pytest.mark.parametrize(("days", "silent"), [(0, False), (183, False), (184, True), (5_000, True)])
def test_who_did_not_order_on_any_of_the_last_184_days_is_silent(days, silent):
    assert is_silent(ASOF - timedelta(days=days), ASOF) is silent


def test_all_orders_of_a_day_are_one():
    assert netted(("2026-01-01", "5"), ("2026-01-01", "7"), ("2026-01-02", "1")) == [
        ("2026-01-01", "12"),
        ("2026-01-02", "1"),
    ]


def test_a_return_cancels_the_latest_order_of_exactly_its_amount():
    rows = (("2026-01-01", "5"), ("2026-01-02", "5"), ("2026-01-03", "9"), ("2026-01-04", "-5"))

    assert netted(*rows) == [("2026-01-01", "5"), ("2026-01-03", "9")]


def test_a_return_of_the_same_day_counts_after_the_order_whatever_comes_first_in_the_file():
    assert netted(("2026-01-01", "-77183.60"), ("2026-01-01", "77183.60")) == []


def test_another_return_is_taken_off_the_latest_orders_one_after_the_other():
    rows = (("2026-01-01", "10"), ("2026-01-02", "4"), ("2026-01-03", "3"), ("2026-01-04", "-8"))

    assert netted(*rows) == [("2026-01-01", "9")]


def test_a_return_never_reaches_an_order_after_it_and_what_is_left_over_is_dropped():
    rows = (("2026-01-01", "4"), ("2026-01-02", "-9"), ("2026-01-03", "6"))

    assert netted(*rows) == [("2026-01-03", "6")]


def test_free_goods_are_an_order_and_no_return_takes_them():
    assert netted(("2026-01-01", "5"), ("2026-01-02", "0"), ("2026-01-03", "-2")) == [
        ("2026-01-01", "3"),
        ("2026-01-02", "0"),
    ]


# How fast examples are made says how busy the machine is, nothing about the rule.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-50, 50))))
def test_netting_never_invents_money_or_days(rows):
    dated = [(date(2026, 1, 1) + timedelta(days=day), Decimal(amount)) for day, amount in rows]

    found = net_of_returns(dated)

    sold = [(day, amount) for day, amount in dated if amount >= 0]
    assert sum(amount for _, amount in found) <= sum(amount for _, amount in sold)
    assert sum(amount for _, amount in found) >= max(sum(amount for _, amount in dated), 0)
    assert all(amount >= 0 for _, amount in found)
    assert [day for day, _ in found] == sorted({day for day, _ in found})
    assert {day for day, _ in found} <= {day for day, _ in sold}


def test_the_usual_gap_leans_on_everybodys_when_there_are_few_orders():
    one = History(1, ASOF, ASOF, 1, Decimal(0))
    many = History(1, ASOF - timedelta(days=190), ASOF, 20, Decimal(0))

    assert one.usual_gap(40) == 40
    assert many.usual_gap(40) == pytest.approx((190 + 40) / 20)


def test_the_value_is_that_of_365_days_the_day_of_judgement_included(session, make_history):
    customer = make_history({"2025-11-24": "1", "2025-11-25": "10", "2026-11-24": "100", "2026-11-25": "1000"})

    history = rhythms(session, [customer.id], ASOF)[customer.id].history

    assert (history.value, history.orders, history.last_on) == (Decimal(110), 3, ASOF)


def test_drafts_and_cancelled_orders_are_none(session, make_history):
    customer = make_history({"2026-01-01": "1"}, status="confirmed")
    make_history({"2026-02-01": "1"}, status="draft", customer=customer)
    make_history({"2026-03-01": "1"}, status="cancelled", customer=customer)

    assert rhythms(session, [customer.id], ASOF)[customer.id].history.last_on == date(2026, 1, 1)


def test_gaps_and_their_spread(session, make_history):
    customer = make_history({"2026-01-01": "1", "2026-01-11": "1", "2026-01-31": "1"})

    rhythm = rhythms(session, [customer.id], ASOF)[customer.id]

    assert rhythm.gaps == [10, 20]
    assert rhythm.spread == pytest.approx(7.07, abs=0.01)


@pytest.mark.skipif(
    not SAMPLE.joinpath("online_retail_ii_returns.csv").exists(), reason="CHANGKE_SAMPLE_DATA is not set"
)
def test_the_biggest_cancelled_order_of_the_sample_is_no_order():
    rows = []
    for name in ("online_retail_ii.csv", "online_retail_ii_returns.csv"):
        with SAMPLE.joinpath(name).open() as file:
            rows += [
                (date.fromisoformat(row["date"]), Decimal(row["amount"]))
                for row in csv.DictReader(file)
                if row["customer_id"] == "12346"
            ]

    assert Decimal("77183.60") in [amount for _, amount in rows]
    assert all(amount < 10_000 for _, amount in net_of_returns(rows))
