"""Texts, numbers and days in both languages, with and without a request."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.core import i18n

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 11, 24), "今天", "today"),
        (date(2026, 11, 25), "明天", "tomorrow"),
        (date(2026, 11, 23), "昨天", "yesterday"),
        (date(2026, 11, 21), "3 天前", "3 days ago"),
        (date(2026, 11, 27), "3 天后", "in 3 days"),
        (date(2024, 11, 27), "2024-11-27", "2024-11-27"),
        (None, "", ""),
    ],
)
def test_days_are_told_by_their_distance_in_the_language_asked_for(day, chinese, english):
    with i18n.in_language("zh"):
        assert i18n.relative_day(day, TODAY) == chinese
    with i18n.in_language("en"):
        assert i18n.relative_day(day, TODAY) == english


def test_without_a_request_the_default_language_is_spoken():
    assert i18n.current_language() == "zh"
    with i18n.in_language("en"):
        assert i18n.current_language() == "en"
        with i18n.in_language("xx"):
            assert i18n.current_language() == "zh"
        assert i18n.current_language() == "en"


def test_a_lazy_text_speaks_when_it_is_shown():
    text = i18n._l("today")

    with i18n.in_language("en"):
        assert str(text) == "today"
    with i18n.in_language("zh"):
        assert str(text) == "今天"


def test_moments_are_told_in_the_time_zone_of_the_company():
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)

    assert i18n.format_moment(midnight) == "2026-11-24 00:00"
    assert i18n.local_day(midnight) == TODAY


@pytest.mark.parametrize("text", ["2026-11-22 14:30", "2026/11/22 14:30", "2026-11-22T14:30:00"])
def test_a_typed_moment_comes_back_as_it_was_typed(text):
    assert i18n.format_moment(i18n.parse_moment(text)) == "2026-11-22 14:30"


@pytest.mark.parametrize("text", ["", "NaN", "-inf", "1e5", "0x10", "12,3.4.5", "一百", "1_000"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="1280"):
        i18n.parse_decimal(text)


@pytest.mark.parametrize("text", ["2026-02-31", "0000-01-01", "99999-01-01", "22.11.2026", "", "2026-13-01"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        i18n.parse_day(text)


def test_figures_are_grouped_and_trimmed():
    assert i18n.format_number(Decimal("1204.50")) == "1,204.5"
    assert i18n.format_number(1204) == "1,204"
    assert i18n.format_number(Decimal("1E+3")) == "1,000"
    assert i18n.format_percent(Decimal("0.135"), 1) == "13.5%"


def test_an_enumeration_uses_the_comma_of_the_language():
    with i18n.in_language("zh"):
        assert i18n.listed(["电话", "拜访", 3]) == "电话、拜访、3"
    with i18n.in_language("en"):
        assert i18n.listed(["Phone", "Visit", 3]) == "Phone, Visit, 3"
    assert i18n.listed([]) == ""
