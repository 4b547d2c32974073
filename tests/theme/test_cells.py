"""Cells show one value, escape what came from people, and say nothing for None."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum, auto
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from app.theme import cells

EVIL = '<img src=x onerror="alert(1)">'


class Status(StrEnum):
    active = auto()
    lost = auto()


@pytest.mark.parametrize(
    "cell",
    [
        cells.money,
        cells.quantity,
        cells.percent,
        cells.day,
        cells.moment,
        cells.relative_day,
        cells.due_day,
        cells.person,
        cells.level,
        cells.yes_no,
        cells.tags,
        cells.link,
        cells.phone,
        cells.email,
        cells.stars,
        cells.probability,
        cells.show_value,
        cells.badge({Status.active: ("正式客户", "good")}),
        cells.choice({Status.active: "正式客户"}),
    ],
)
def test_nothing_is_shown_for_none(speaking, cell):
    with speaking():
        assert cell(None) == ""


@pytest.mark.parametrize(
    "cell", [cells.person, cells.level, cells.tags, cells.link, cells.phone, cells.email, cells.badge({})]
)
def test_what_people_typed_is_escaped(speaking, cell):
    with speaking():
        assert "<img" not in Markup("{}").format(cell(EVIL))


def test_a_link_never_runs_a_script(speaking):
    with speaking():
        assert "href" not in cells.link("javascript://example.com/%0aalert(1)")


@pytest.mark.parametrize("value", [Status.active, "active"])
def test_a_badge_knows_members_and_their_values(speaking, value):
    with speaking():
        shown = cells.badge({Status.active: ("正式客户", "good")})(value)

    assert shown == '<span class="st st-good">正式客户</span>'


def test_money_loses_only_empty_cents(speaking):
    with speaking():
        assert cells.money(Decimal("1286400.00")) == "¥1,286,400"
        assert cells.money(Decimal("0.50")) == "¥0.50"
        assert cells.money(Decimal("-1286400.05")) == "-¥1,286,400.05"


@pytest.mark.parametrize(
    ("first", "last", "shown"), [("晓梅", "林", "林晓梅"), ("Ann", "Lee", "Ann Lee"), ("", "", "ann")]
)
def test_names_are_written_as_their_language_does(first, last, shown):
    assert cells.person_name(SimpleNamespace(first_name=first, last_name=last, name="ann")) == shown


def test_a_masked_phone_cannot_be_called(speaking):
    with speaking():
        assert "tel:" not in cells.phone("138****5678")
        assert 'href="tel:13812345678"' in cells.phone("138 1234 5678")


def test_a_day_that_has_passed_is_red(speaking, monkeypatch):
    monkeypatch.setattr(cells, "_today", lambda: date(2026, 11, 24))

    with speaking("zh"):
        assert cells.due_day(date(2026, 11, 20)) == '<time class="t-bad" title="2026-11-20">逾期 4 天</time>'
    with speaking("en"):
        assert "4 days overdue" in cells.due_day(date(2026, 11, 20))
        assert "tomorrow" in cells.due_day(date(2026, 11, 25))
