"""The head of a home page: a greeting, the day, and where it stands among the working days of its month."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import String, case, cast, func

from app.accounts.models import User
from app.core.calendar import CalendarDay, MonthPosition, WorkingCalendar
from app.core.i18n import _, format_month, format_weekday, to_local
from app.reports.home.asked import Asked
from app.reports.home.numbers import Question, told

EXCEPTIONS = "calendar"


def exceptions_of_month(day: date) -> Question:
    """The holidays and worked weekends of the month of ``day`` in one text: ``2026-10-01-,2026-10-10+``."""
    last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    marked = cast(CalendarDay.day, String) + case((CalendarDay.working, "+"), else_="-")
    return told(EXCEPTIONS, func.aggregate_strings(marked, ","), CalendarDay.day.between(day.replace(day=1), last))


def calendar_of(text: str) -> WorkingCalendar:
    """The calendar that :func:`exceptions_of_month` told; right within that month."""
    days = [part for part in text.split(",") if part]
    return WorkingCalendar({date.fromisoformat(part[:-1]): part.endswith("+") for part in days})


def position(text: str, day: date) -> MonthPosition:
    """Where ``day`` stands in its month."""
    return calendar_of(text).position_in_month(day)


def spoken_name(user: User) -> str:
    """How somebody is called: 晓梅, Grace; a Chinese given name of one character does not stand alone."""
    given = user.first_name or ""
    return given if len(given) > 1 else user.name


def greeting(asked: Asked, given_name: str) -> str:
    """The words somebody is greeted with."""
    hour = to_local(asked.at).hour
    if hour < 12:
        return _("Good morning, %(name)s", name=given_name)
    if hour < 18:
        return _("Good afternoon, %(name)s", name=given_name)
    return _("Good evening, %(name)s", name=given_name)


def fact(asked: Asked, exceptions: str) -> str:
    """The day in words, with its number among the working days of the month."""
    day, place = asked.day, position(exceptions, asked.day)
    words = {
        "weekday": format_weekday(day),
        "day": day.day,
        "month": format_month(day, day),
        "number": place.number,
        "total": place.total,
    }
    if calendar_of(exceptions).is_working(day):
        return _("%(weekday)s %(day)d %(month)s, working day %(number)d of %(total)d this month", **words)
    return _("%(weekday)s %(day)d %(month)s, a day off after %(number)d of %(total)d working days this month", **words)
