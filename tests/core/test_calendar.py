"""Working days: holidays, 调休, deadlines."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.core.calendar import (
    HOLIDAYS,
    CalendarDay,
    MonthPosition,
    WorkingCalendar,
    exceptions_of,
    fill,
    load,
    package_years,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
# The National Day holiday of 2026 and the days worked for it.
CALENDAR = WorkingCalendar({day.day: day.working for day in exceptions_of(2026)})


@pytest.fixture
def own_session():
    engine = create_engine("sqlite://")
    CalendarDay.__table__.create(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),  # a Saturday worked for the holiday
        (date(2026, 10, 17), False),
    ],
)
def test_holidays_and_worked_weekends_are_known(day, working):
    assert CALENDAR.is_working(day) is working


def test_a_year_nobody_entered_falls_back_to_weekdays_and_says_so():
    assert CALENDAR.known_year(2026)
    assert not CALENDAR.known_year(2031)
    assert CALENDAR.is_working(date(2031, 10, 1))
    assert not CALENDAR.is_working(date(2031, 10, 4))


def test_working_days_pass_over_the_holiday():
    assert CALENDAR.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CALENDAR.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert CALENDAR.add_working_days(date(2026, 10, 8), -1) == date(2026, 9, 30)
    assert CALENDAR.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 8)
    assert CALENDAR.add_working_days(date(2026, 10, 8), 0) == date(2026, 10, 8)


@given(st.dates(date(2026, 1, 1), date(2026, 12, 1)), st.integers(1, 40))
def test_counting_is_the_reverse_of_adding(day, days):
    later = CALENDAR.add_working_days(day, days)

    assert CALENDAR.working_days_between(day, later) == days
    assert CALENDAR.working_days_between(later, day) == -days


def test_the_position_in_the_month_counts_from_one():
    calendar = WorkingCalendar()

    assert calendar.position_in_month(date(2026, 11, 23)) == MonthPosition(16, 21)
    assert calendar.position_in_month(date(2026, 11, 1)) == MonthPosition(0, 21)
    assert calendar.position_in_month(date(2026, 12, 31)) == MonthPosition(23, 23)


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ("2026-11-23T10:00", 4, "2026-11-23T14:00"),
        ("2026-11-23T16:00", 4, "2026-11-24T11:00"),
        ("2026-11-23T07:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T20:00", 1, "2026-11-24T10:00"),
        ("2026-11-27T17:30", 1, "2026-11-30T09:30"),
        ("2026-09-30T17:00", 2, "2026-10-08T10:00"),
        ("2026-11-23T09:00", 9, "2026-11-23T18:00"),
        ("2026-11-23T09:00", 18, "2026-11-24T18:00"),
        ("2026-11-23T10:00", 0, "2026-11-23T10:00"),
    ],
)
def test_a_deadline_counts_hours_of_work_only(since, hours, until):
    deadline = CALENDAR.add_working_hours(at(since), hours, zone=SHANGHAI)

    assert deadline == at(until)
    assert deadline.tzinfo is UTC


@given(st.integers(0, 60 * 24 * 300), st.integers(1, 400))
def test_counting_hours_is_the_reverse_of_adding_them(minute, hours):
    since = at("2026-01-01T00:00") + timedelta(minutes=minute)

    until = CALENDAR.add_working_hours(since, hours, zone=SHANGHAI)

    assert CALENDAR.working_hours_between(since, until, zone=SHANGHAI) == hours


def test_the_company_says_when_it_opens():
    deadline = CALENDAR.add_working_hours(
        at("2026-11-23T08:00"), 3, zone=SHANGHAI, opening=time(8, 30), closing=time(17)
    )

    assert deadline == at("2026-11-23T11:30")


def test_the_package_fills_only_the_years_nobody_touched(own_session):
    own_session.add(CalendarDay(day=date(2025, 5, 5), working=False, note="厂庆"))

    added = fill(own_session, 2025, 2027)

    calendar = load(own_session, date(2025, 6, 1), date(2027, 6, 1))
    assert added == len(exceptions_of(2026)) > 20
    assert [day for day in calendar.exceptions if day.year == 2025] == [date(2025, 5, 5)]
    assert calendar.known_year(2026)
    assert fill(own_session, 2025, 2027) == 0


def test_every_note_of_the_package_can_be_shown_in_both_languages():
    assert {day.note for year in package_years() for day in exceptions_of(year)} <= set(HOLIDAYS)
