"""Deadlines by type and priority on the working calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from app.accounts.services import settings
from app.core import calendar
from app.core.actors import acting_as
from app.core.audit import AuditEntry
from app.core.errors import Invalid, NotAllowed
from app.service.models import Priority, ServiceLevel
from app.service.services import deadlines, fill_levels, note_response, update_level, update_request, workflow

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def promised(session):
    """Answer within 4, solve within 20 working hours; nine a day."""
    session.execute(delete(ServiceLevel))
    session.add(ServiceLevel(type="complaint", priority=Priority.normal, response_hours=4, resolution_hours=20))
    session.add(ServiceLevel(type="", priority=Priority.normal, response_hours=9, resolution_hours=90))
    session.flush()


@pytest.mark.parametrize(
    ("received", "response", "resolution"),
    [
        ("2033-03-14 09:00", "2033-03-14 13:00", "2033-03-16 11:00"),  # Monday, at the opening
        ("2033-03-14 16:30", "2033-03-15 11:30", "2033-03-17 09:30"),
        ("2033-03-14 23:10", "2033-03-15 13:00", "2033-03-17 11:00"),  # in the evening
        ("2033-03-18 17:00", "2033-03-21 12:00", "2033-03-23 10:00"),  # Friday, over the weekend
        ("2033-03-19 10:00", "2033-03-21 13:00", "2033-03-23 11:00"),  # Saturday
        ("2033-12-30 15:00", "2034-01-02 10:00", "2034-01-03 17:00"),
    ],
)
def test_in_a_year_the_package_does_not_know_weekends_are_free(session, promised, received, response, resolution):
    moment = at(received)
    assert moment.year not in calendar.package_years()

    assert deadlines(session, "complaint", Priority.normal, moment) == (at(response), at(resolution))


def test_what_the_administrator_entered_for_such_a_year_counts(session, promised):
    session.add_all(
        [
            calendar.CalendarDay(day=date(2033, 3, 15), working=False, note="停电"),
            calendar.CalendarDay(day=date(2033, 3, 19), working=True, note="补班"),
        ]
    )
    session.flush()

    assert deadlines(session, "complaint", Priority.normal, at("2033-03-14 16:00"))[0] == at("2033-03-16 11:00")
    assert deadlines(session, "complaint", Priority.normal, at("2033-03-18 17:00"))[0] == at("2033-03-19 12:00")


def test_a_day_off_entered_on_the_page_moves_the_deadlines_of_what_comes_in(session, promised, client_as):
    session.commit()
    admin, received = client_as("Admin"), at("2026-11-23 16:30")
    before = deadlines(session, "complaint", Priority.normal, received)

    admin.post("/calendar/2026", data={"day": "2026-11-24", "working": "0", "note": "停电检修"})
    session.expire_all()
    closed = deadlines(session, "complaint", Priority.normal, received)
    admin.post("/calendar/2026", data={"day": "2026-11-24", "working": "1"})
    session.expire_all()

    assert before == (at("2026-11-24 11:30"), at("2026-11-26 09:30"))
    assert closed == (at("2026-11-25 11:30"), at("2026-11-27 09:30"))
    assert deadlines(session, "complaint", Priority.normal, received) == before


@pytest.fixture
def admin(make_actor):
    return make_actor("Admin")


def change(admin, day, working):
    with acting_as(admin):
        settings.set_calendar_day(date.fromisoformat(day), working, "", by=admin, at=at("2033-03-14 12:00"))


def test_a_changed_day_moves_the_deadlines_that_run_and_says_so(session, promised, make_request, admin):
    request = make_request("assigned", at=at("2033-03-14 16:30"))  # until the 15th, 11:30, and the 17th, 9:30

    change(admin, "2033-03-15", working=False)

    assert (request.response_due_at, request.resolution_due_at) == (at("2033-03-16 11:30"), at("2033-03-18 09:30"))
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.kind, entry.record_id, entry.actor_id) == ("service_request", request.id, admin.user_id)
    assert [datetime.fromisoformat(told) for told in entry.changes["resolution_due_at"]] == [
        at("2033-03-17 09:30"), at("2033-03-18 09:30"),
    ]  # fmt: skip

    change(admin, "2033-03-15", working=True)

    assert (request.response_due_at, request.resolution_due_at) == (at("2033-03-15 11:30"), at("2033-03-17 09:30"))


def test_the_hours_are_those_that_were_promised_whatever_is_promised_today(session, promised, make_request, admin):
    request = make_request("assigned", at=at("2033-03-14 16:30"))
    session.execute(update(ServiceLevel).values(response_hours=1, resolution_hours=2))

    change(admin, "2033-03-19", working=True)  # a Saturday after both deadlines
    change(admin, "2033-03-16", working=False)

    assert (request.response_due_at, request.resolution_due_at) == (at("2033-03-15 11:30"), at("2033-03-18 09:30"))


def test_a_working_saturday_brings_deadlines_forward_and_somebody_elses_request_too(
    promised, make_request, make_actor, admin
):
    request = make_request(at=at("2033-03-18 17:00"))

    change(admin, "2033-03-19", working=True)

    assert (request.response_due_at, request.resolution_due_at) == (at("2033-03-19 12:00"), at("2033-03-22 10:00"))


def test_what_was_answered_or_solved_keeps_what_it_was_measured_by(promised, make_request, specialist, admin):
    answered = make_request("assigned", at=at("2033-03-14 16:30"))
    solved = make_request("processed", at=at("2033-03-14 16:30"))
    note_response(answered, by=specialist, at=at("2033-03-14 17:00"))

    change(admin, "2033-03-15", working=False)

    assert (answered.response_due_at, answered.resolution_due_at) == (at("2033-03-15 11:30"), at("2033-03-18 09:30"))
    assert (solved.response_due_at, solved.resolution_due_at) == (at("2033-03-15 11:30"), at("2033-03-17 09:30"))


def test_sent_back_its_second_round_is_moved(promised, make_request, specialist, admin):
    request = make_request("processed", at=at("2033-03-14 09:00"))
    workflow.make("record_feedback", request, by=specialist, at=at("2033-03-21 09:00"), satisfaction=1)

    change(admin, "2033-03-16", working=False)  # of the first round
    assert request.resolution_due_at == at("2033-03-23 11:00")
    change(admin, "2033-03-22", working=False)

    assert request.resolution_due_at == at("2033-03-24 11:00")


def test_the_public_holidays_of_a_year_filled_in_late_move_what_is_open(session, promised, make_request, admin):
    session.execute(delete(calendar.CalendarDay))
    session.flush()
    request = make_request(at=at("2025-09-30 16:00"))
    assert request.response_due_at == at("2025-10-01 11:00")

    with acting_as(admin):
        settings.refill_year(2025, by=admin, at=at("2025-09-30 17:00"))

    assert request.response_due_at == at("2025-10-09 11:00")


def test_holidays_of_a_known_year_do_not_count(session, promised):
    calendar.fill(session, 2025, 2025)

    # The National Day holiday of 2025 lasted from 1 to 8 October.
    assert deadlines(session, "complaint", Priority.normal, at("2025-09-30 16:00"))[0] == at("2025-10-09 11:00")


def test_a_type_without_hours_of_its_own_has_those_of_any_other(session, promised):
    assert deadlines(session, "repair", Priority.normal, at("2033-03-14 09:00"))[0] == at("2033-03-14 18:00")


def test_where_nothing_is_promised_there_is_no_deadline(session, promised):
    assert deadlines(session, "complaint", Priority.urgent, at("2033-03-14 09:00")) == (None, None)


def test_every_type_and_priority_has_hours_after_the_installation(session):
    levels = {(level.type, level.priority) for level in session.scalars(select(ServiceLevel))}

    assert levels == {
        (type, priority) for type in ("", "consultation", "suggestion", "complaint", "repair") for priority in Priority
    }


def test_a_request_gets_its_deadlines_when_it_is_entered(promised, make_request):
    request = make_request(at=at("2033-03-14 09:00"))

    assert (request.response_due_at, request.resolution_due_at) == (at("2033-03-14 13:00"), at("2033-03-16 11:00"))
    assert not request.is_overdue(at("2033-03-14 13:00"))
    assert request.is_overdue(at("2033-03-14 13:01"))


def test_after_the_first_answer_the_clock_of_the_solution_runs(promised, make_request, specialist):
    request = make_request("assigned", at=at("2033-03-14 09:00"))

    with acting_as(specialist):
        note_response(request, by=specialist, at=at("2033-03-14 10:00"))
        note_response(request, by=specialist, at=at("2033-03-14 11:00"))

    assert request.responded_at == at("2033-03-14 10:00")
    assert request.due_at() == at("2033-03-16 11:00")


def test_a_processed_request_is_never_overdue(promised, make_request):
    request = make_request("processed", at=at("2033-03-14 09:00"))

    assert request.responded_at == request.processed_at == at("2033-03-14 09:00")
    assert not request.is_overdue(at("2034-03-14 09:00"))


def test_another_type_moves_the_deadlines(promised, make_request, specialist):
    request = make_request("assigned", at=at("2033-03-14 09:00"))

    with acting_as(specialist):
        update_request(request, {"type": "repair"}, by=specialist, at=at("2033-03-14 10:00"))

    assert request.response_due_at == at("2033-03-14 18:00")


def test_another_priority_leaves_an_answer_that_was_given(promised, make_request, specialist):
    request = make_request("assigned", at=at("2033-03-14 09:00"))

    with acting_as(specialist):
        note_response(request, by=specialist, at=at("2033-03-14 10:00"))
        update_request(request, {"type": "repair"}, by=specialist, at=at("2033-03-14 11:00"))

    assert request.response_due_at == at("2033-03-14 13:00")
    assert request.resolution_due_at == at("2033-03-25 18:00")


def test_what_an_administrator_changed_is_not_filled_again(session, promised):
    assert fill_levels(session) == 0


def test_sent_back_it_has_the_whole_time_again(promised, make_request, specialist):
    request = make_request("processed", at=at("2033-03-14 09:00"))

    workflow.make("record_feedback", request, by=specialist, at=at("2033-03-21 09:00"), satisfaction=1)

    assert request.due_at() == at("2033-03-23 11:00")


def test_the_administrator_changes_the_hours(session, promised, make_actor):
    admin = make_actor("Admin")

    with acting_as(admin):
        update_level(
            "complaint",
            Priority.normal,
            {"response_hours": 1, "resolution_hours": 2},
            by=admin,
            at=at("2033-03-14 09:00"),
        )
        update_level(
            "repair", Priority.low, {"response_hours": 3, "resolution_hours": 3}, by=admin, at=at("2033-03-14 09:00")
        )

    assert deadlines(session, "complaint", Priority.normal, at("2033-03-14 09:00"))[0] == at("2033-03-14 10:00")
    assert deadlines(session, "repair", Priority.low, at("2033-03-14 09:00"))[1] == at("2033-03-14 12:00")


def test_nobody_else_changes_the_hours(director):
    with acting_as(director), pytest.raises(NotAllowed):
        update_level(
            "complaint",
            Priority.normal,
            {"response_hours": 1, "resolution_hours": 2},
            by=director,
            at=at("2033-03-14 09:00"),
        )


@pytest.mark.parametrize(
    ("response", "resolution"), [(0, 5), (5, 4), (None, 5), (True, 5), (1, 2_001), (1, 10**30), ("1", 2)]
)
def test_hours_are_whole_and_in_order(make_actor, response, resolution):
    admin = make_actor("Admin")

    with acting_as(admin), pytest.raises(Invalid):
        update_level(
            "complaint",
            Priority.normal,
            {"response_hours": response, "resolution_hours": resolution},
            by=admin,
            at=at("2033-03-14 09:00"),
        )
