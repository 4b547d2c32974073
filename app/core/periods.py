"""Spans of days that are said by a word or a number: this month, the last 30 days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from app.core.i18n import _l

Span = tuple[date, date]
"""The first and the last day, both inclusive."""

LONGEST_DAYS = 3_660


def _month(day: date, months: int, length: int = 1) -> Span:
    start = day.year * 12 + day.month - 1 + months
    end = start + length
    return date(start // 12, start % 12 + 1, 1), date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def _week(day: date, weeks: int) -> Span:
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)
    return monday, monday + timedelta(days=6)


def _quarter(day: date, quarters: int) -> Span:
    return _month(day, -((day.month - 1) % 3) + 3 * quarters, 3)


def _year(day: date, years: int) -> Span:
    return date(day.year + years, 1, 1), date(day.year + years, 12, 31)


PERIODS: dict[str, tuple[Any, Callable[[date], Span]]] = {
    "today": (_l("today"), lambda day: (day, day)),
    "yesterday": (_l("yesterday"), lambda day: (day - timedelta(days=1), day - timedelta(days=1))),
    "tomorrow": (_l("tomorrow"), lambda day: (day + timedelta(days=1), day + timedelta(days=1))),
    "this_week": (_l("this week"), lambda day: _week(day, 0)),
    "last_week": (_l("last week"), lambda day: _week(day, -1)),
    "next_week": (_l("next week"), lambda day: _week(day, 1)),
    "this_month": (_l("this month"), lambda day: _month(day, 0)),
    "last_month": (_l("last month"), lambda day: _month(day, -1)),
    "next_month": (_l("next month"), lambda day: _month(day, 1)),
    "this_quarter": (_l("this quarter"), lambda day: _quarter(day, 0)),
    "last_quarter": (_l("last quarter"), lambda day: _quarter(day, -1)),
    "this_year": (_l("this year"), lambda day: _year(day, 0)),
    "last_year": (_l("last year"), lambda day: _year(day, -1)),
}


def period(name: str, today: date) -> Span:
    """The days of a period.

    :raises KeyError: if there is none of that name.
    """
    return PERIODS[name][1](today)


def month_of(day: date) -> Span:
    """The days of the month in which ``day`` lies."""
    return _month(day, 0)


def last_days(count: int, today: date) -> Span:
    """The last ``count`` days, today included."""
    return today - timedelta(days=count - 1), today


def next_days(count: int, today: date) -> Span:
    """The next ``count`` days, today included."""
    return today, today + timedelta(days=count - 1)
