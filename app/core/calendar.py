"""Working days: which days the company works, and deadlines counted in them.

The table holds only the exceptions to Monday–Friday (holidays and 调休), so an administrator sees and edits what
matters; :func:`fill` proposes them from a package. A year without a single exception is not known: there
the calendar falls back to Monday–Friday, and :meth:`WorkingCalendar.known_year` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import chinese_calendar
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Model
from app.core.i18n import _l

SATURDAY = 5
ONE_DAY = timedelta(days=1)
OPENING = time(9)
CLOSING = time(18)

HOLIDAYS = {
    "New Year's Day": _l("New Year's Day"),
    "Spring Festival": _l("Spring Festival"),
    "Tomb-sweeping Day": _l("Tomb-sweeping Day"),
    "Labour Day": _l("Labour Day"),
    "Dragon Boat Festival": _l("Dragon Boat Festival"),
    "National Day": _l("National Day"),
    "Anti-Fascist 70th Day": _l("Anniversary of the victory of 1945"),
    "Mid-autumn Festival": _l("Mid-autumn Festival"),
}
"""Notes of the package, so that they can be shown in both languages."""


class CalendarDay(Model):
    """One exception to Monday–Friday."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool] = mapped_column(comment="true: a working Saturday or Sunday; false: a holiday")
    note: Mapped[str] = mapped_column(String(60), default="")

    def __str__(self) -> str:
        return self.day.isoformat()


@dataclass(frozen=True)
class MonthPosition:
    """Where a day stands among the working days of its month, both counted from 1; 0 before the first."""

    number: int
    total: int


@dataclass(frozen=True)
class WorkingCalendar:
    """Monday–Friday with exceptions; answers are right for the years whose exceptions were loaded."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def known_year(self, year: int) -> bool:
        """Whether the holidays of ``year`` are entered; without them Monday–Friday is assumed."""
        return any(day.year == year for day in self.exceptions)

    def is_working(self, day: date) -> bool:
        """Whether the company works on ``day``."""
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def add_working_days(self, day: date, days: int) -> date:
        """Return the working day that is ``days`` working days after ``day``, before it when negative.

        Zero returns ``day`` itself when it is a working day, and the next working day otherwise.
        """
        if days == 0:
            return day if self.is_working(day) else self.add_working_days(day, 1)
        step = ONE_DAY if days > 0 else -ONE_DAY
        left = abs(days)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Return how many working days follow ``first`` up to ``last``, inclusive; negative when ``last`` is earlier."""
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working(first + ONE_DAY * ahead) for ahead in range(1, (last - first).days + 1))

    def position_in_month(self, day: date) -> MonthPosition:
        """Return the number of the working day, or of the last one before ``day``, and how many its month has."""
        days = [day.replace(day=1)]
        while (following := days[-1] + ONE_DAY).month == day.month:
            days.append(following)
        return MonthPosition(
            number=sum(self.is_working(each) for each in days if each <= day),
            total=sum(self.is_working(each) for each in days),
        )

    def add_working_hours(
        self, moment: datetime, hours: float, *, zone: tzinfo, opening: time = OPENING, closing: time = CLOSING
    ) -> datetime:
        """Return the moment, in UTC, at which ``hours`` hours of work have passed since ``moment``.

        The company works from ``opening`` to ``closing`` without a break; time outside does not count.
        """
        local = moment.astimezone(zone)
        day, left = local.date(), timedelta(hours=hours)
        start = max(local, datetime.combine(day, opening, zone))
        while True:
            end = datetime.combine(day, closing, zone)
            if self.is_working(day) and start <= end:
                if left <= end - start:
                    return (start + left).astimezone(UTC)
                left -= end - start
            day += ONE_DAY
            start = datetime.combine(day, opening, zone)

    def working_hours_between(
        self, first: datetime, last: datetime, *, zone: tzinfo, opening: time = OPENING, closing: time = CLOSING
    ) -> float:
        """Return how many hours of work lie between two moments: what :meth:`add_working_hours` was asked to add."""
        start, end, found = first.astimezone(zone), last.astimezone(zone), timedelta()
        for ahead in range((end.date() - start.date()).days + 1):
            day = start.date() + ONE_DAY * ahead
            if self.is_working(day):
                opens, closes = (datetime.combine(day, at, zone) for at in (opening, closing))
                found += max(min(end, closes) - max(start, opens), timedelta())
        return found / timedelta(hours=1)


def load(session: Session, first: date, last: date) -> WorkingCalendar:
    """Read the calendar of all years from that of ``first`` to that of ``last``."""
    rows = select(CalendarDay.day, CalendarDay.working).where(
        CalendarDay.day.between(date(first.year, 1, 1), date(last.year, 12, 31))
    )
    return WorkingCalendar({row.day: row.working for row in session.execute(rows)})


def package_years() -> range:
    """Return the years whose holidays the package knows."""
    return range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


def exceptions_of(year: int) -> list[CalendarDay]:
    """Return the exceptions of ``year`` as the package knows them, none for a year it does not know."""
    known = {**dict.fromkeys(chinese_calendar.holidays, False), **dict.fromkeys(chinese_calendar.workdays, True)}
    notes = {**chinese_calendar.holidays, **chinese_calendar.workdays}
    return [
        CalendarDay(day=day, working=working, note=notes[day])
        for day, working in sorted(known.items())
        if day.year == year and working != (day.weekday() < SATURDAY)
    ]


def fill(session: Session, first_year: int, last_year: int) -> int:
    """Add the package's exceptions of the years, inclusive, that have none yet; return how many days were added.

    A year in which anything is entered is the administrator's and stays untouched.
    """
    entered = load(session, date(first_year, 1, 1), date(last_year, 12, 31))
    days = [
        day for year in range(first_year, last_year + 1) if not entered.known_year(year) for day in exceptions_of(year)
    ]
    session.add_all(days)
    session.flush()
    return len(days)
