"""The moves of a service request."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.actors import Actor, acting_as
from app.core.errors import IllegalMove, Invalid, NotAllowed
from app.core.notifications import Notification
from app.core.timeline import TimelineEntry
from app.service.models import RequestStatus, ServiceRequest, ServiceRequestLog
from app.service.services import workflow
from app.service.services.moves import unanswered_from

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MUCH_LATER = NOW + timedelta(days=30)
DATA = {
    "process": {"solution": "换了新的打印头"},
    "record_feedback": {"satisfaction": 4},
    "archive_unanswered": {"note": "三次电话无人接听"},
}


@pytest.mark.parametrize("move", workflow.moves, ids=lambda move: move.name)
@pytest.mark.parametrize("status", RequestStatus)
def test_a_move_is_possible_exactly_from_its_sources(session, make_request, make_user, move, status):
    make_user("Service Specialist")
    request = make_request(status.value)
    anyone = Actor.system("test")

    if status in move.sources:
        made = workflow.make(move.name, request, by=anyone, at=MUCH_LATER, **DATA.get(move.name, {}))
        assert made.status is move.target
        assert (
            session.scalars(select(ServiceRequestLog).order_by(ServiceRequestLog.id.desc())).first().move == move.name
        )
    else:
        with pytest.raises(IllegalMove):
            workflow.make(move.name, request, by=anyone, at=MUCH_LATER, **DATA.get(move.name, {}))
        assert request.status is status


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Marketing Director", {"assign", "reassign", "reopen"}),
        ("Service Specialist", {"process", "record_feedback", "archive", "archive_unanswered", "reopen"}),
        ("Account Manager", set()),
        ("Office Administrator", set()),
        ("Sales Director", set()),
    ],
)
def test_each_role_has_the_moves_of_its_work(make_actor, role, may):
    actor = make_actor(role)

    assert {
        move.name for move in workflow.moves if not move.by_system and actor.may(f"service_request.{move.permission}")
    } == may


def test_nobody_sends_back_by_hand(make_request, director):
    request = make_request("reviewed")

    with acting_as(director), pytest.raises(NotAllowed):
        workflow.make("send_back", request, by=director, at=NOW)


def test_the_director_assigns_and_the_specialist_is_told(session, make_request, director, specialist):
    request = make_request()

    workflow.make("assign", request, by=director, at=NOW, owner_id=specialist.user_id, note="请今天处理")

    assert (request.owner_id, request.assigned_at) == (specialist.user_id, NOW)
    log = session.scalars(select(ServiceRequestLog).where(ServiceRequestLog.move == "assign")).one()
    assert (log.owner_before_id, log.owner_id, log.note, log.actor_id) == (
        None, specialist.user_id, "请今天处理", director.user_id,
    )  # fmt: skip
    assert session.scalar(select(Notification.user_id)) == specialist.user_id


@pytest.mark.parametrize("role", ["Account Manager", "Marketing Director", "Admin"])
def test_only_a_specialist_is_given_requests(make_request, make_user, director, role):
    request = make_request()

    with pytest.raises(Invalid) as refusal:
        workflow.make("assign", request, by=director, at=NOW, owner_id=make_user(role).id)

    assert "owner_id" in refusal.value.fields
    assert request.owner_id is None


def test_who_has_left_is_given_nothing(make_request, make_user, director):
    request = make_request()

    with pytest.raises(Invalid):
        workflow.make("assign", request, by=director, at=NOW, owner_id=make_user("Service Specialist", active=False).id)


def test_reassigning_notes_from_whom_to_whom(session, make_request, make_user, director, specialist):
    request, other = make_request("assigned"), make_user("Service Specialist")

    workflow.make("reassign", request, by=director, at=NOW, owner_id=other.id)

    log = session.scalars(select(ServiceRequestLog).where(ServiceRequestLog.move == "reassign")).one()
    assert (log.owner_before_id, log.owner_id) == (specialist.user_id, other.id)
    with pytest.raises(Invalid):
        workflow.make("reassign", request, by=director, at=NOW, owner_id=other.id)


def test_without_a_solution_nothing_is_processed(make_request, specialist):
    request = make_request("assigned")

    for nothing in (None, "", "  \n "):
        with pytest.raises(Invalid) as refusal:
            workflow.make("process", request, by=specialist, at=NOW, solution=nothing)
        assert "solution" in refusal.value.fields
    assert request.status is RequestStatus.assigned


def test_processing_notes_what_was_found_out(make_request, make_user, specialist):
    request, culprit = make_request("assigned"), make_user("Account Manager")

    workflow.make(
        "process", request, by=specialist, at=NOW, solution="重发一批", responsible_id=culprit.id, upheld=True,
        severity="serious", cause="配方用错", compensation="两箱标签", improvement="出库前核对批号",
    )  # fmt: skip

    assert (request.solution, request.responsible_id, request.upheld) == ("重发一批", culprit.id, True)
    assert (request.severity, request.cause, request.processed_at) == ("serious", "配方用错", NOW)


@pytest.mark.parametrize(
    "field", [{"severity": "deadly"}, {"owner_id": 1}, {"upheld": "maybe"}, {"responsible_id": 10**30}]
)
def test_processing_takes_nothing_else(make_request, specialist, field):
    request = make_request("assigned")

    with pytest.raises(Invalid):
        workflow.make("process", request, by=specialist, at=NOW, solution="重发一批", **field)


def test_only_the_specialist_who_has_it_processes_it(make_request, make_actor):
    request = make_request("assigned")
    other = make_actor("Service Specialist")
    sees_it_too = Actor(other.user_id, "", rights=other.rights | {"service_request.see_all"})

    with pytest.raises(NotAllowed):
        workflow.make("process", request, by=sees_it_too, at=NOW, solution="重发一批")


@pytest.mark.parametrize("satisfaction", [0, 6, -1, None, True, "5", 3.5])
def test_satisfaction_is_one_to_five(make_request, specialist, satisfaction):
    request = make_request("processed")

    with pytest.raises(Invalid) as refusal:
        workflow.make("record_feedback", request, by=specialist, at=NOW, satisfaction=satisfaction)

    assert "satisfaction" in refusal.value.fields


@pytest.mark.parametrize(
    ("satisfaction", "status"), [(1, "assigned"), (2, "assigned"), (3, "reviewed"), (5, "reviewed")]
)
def test_below_three_the_same_call_sends_it_back(session, make_request, specialist, satisfaction, status):
    request = make_request("processed")
    due = request.resolution_due_at

    workflow.make(
        "record_feedback", request, by=specialist, at=MUCH_LATER, satisfaction=satisfaction, feedback="还是掉色"
    )

    assert request.status == status
    assert (request.satisfaction, request.feedback) == (satisfaction, "还是掉色")
    sent_back = session.scalar(select(ServiceRequestLog.id).where(ServiceRequestLog.move == "send_back"))
    assert (sent_back is not None) == (status == "assigned")
    if status == "assigned":
        assert request.processed_at is None
        assert request.resolution_due_at > due
        assert request.owner_id == specialist.user_id


def test_what_is_sent_back_goes_through_it_again(make_request, specialist):
    request = make_request("processed", satisfaction=2)
    workflow.make("record_feedback", request, by=specialist, at=NOW, satisfaction=2)

    workflow.make("process", request, by=specialist, at=NOW, solution="换了供应商")
    workflow.make("record_feedback", request, by=specialist, at=NOW, satisfaction=5)
    workflow.make("archive", request, by=specialist, at=NOW)

    assert (request.status, request.satisfaction, request.archived_at) == ("archived", 5, NOW)


def test_unanswered_is_archived_after_seven_working_days_only(make_request, specialist):
    friday_evening = datetime(2027, 3, 5, 9, 30, tzinfo=UTC)
    request = make_request("processed", at=friday_evening)

    assert unanswered_from(request) == date(2027, 3, 16)
    with pytest.raises(IllegalMove, match="2027-03-16"):
        workflow.make(
            "archive_unanswered", request, by=specialist, at=datetime(2027, 3, 15, 15, 59, tzinfo=UTC), note="无人接听"
        )
    with pytest.raises(Invalid) as refusal:
        workflow.make("archive_unanswered", request, by=specialist, at=datetime(2027, 3, 15, 16, 1, tzinfo=UTC))
    assert "note" in refusal.value.fields

    workflow.make(
        "archive_unanswered", request, by=specialist, at=datetime(2027, 3, 15, 16, 1, tzinfo=UTC), note="无人接听"
    )

    assert (request.status, request.archive_note, request.satisfaction) == ("archived", "无人接听", None)


def test_holidays_are_no_days_for_answering(session, make_request):
    from app.core.calendar import CalendarDay

    session.add(CalendarDay(day=date(2031, 6, 4), working=False, note="测试"))
    session.flush()

    request = make_request("processed", at=datetime(2031, 6, 2, 2, 0, tzinfo=UTC))

    assert unanswered_from(request) == date(2031, 6, 12)


def test_reopening_gives_it_back_to_its_specialist(make_request, director, specialist):
    request = make_request("archived")

    workflow.make("reopen", request, by=director, at=MUCH_LATER, note="又坏了")

    assert (request.status, request.owner_id, request.archived_at) == ("assigned", specialist.user_id, None)
    assert request.resolution_due_at > MUCH_LATER


def test_reopening_does_not_give_it_to_somebody_who_left(session, make_request, make_user, director, specialist):
    from app.accounts.models import User

    request, stays = make_request("archived"), make_user("Service Specialist")
    session.get(User, specialist.user_id).active = False
    session.flush()

    workflow.make("reopen", request, by=director, at=MUCH_LATER)

    assert request.owner_id == stays.id


@pytest.mark.parametrize("note", [5, "长" * 301])
def test_a_note_is_a_short_text(make_request, director, note):
    request = make_request()

    with pytest.raises(Invalid) as refusal:
        workflow.make("assign", request, by=director, at=NOW, note=note)

    assert "note" in refusal.value.fields


def test_what_was_rated_badly_elsewhere_is_not_archived(session, make_customer, specialist):
    request = ServiceRequest(
        number="OLD-1", type="complaint", text="旧系统的投诉", customer_id=make_customer().id, received_at=NOW,
        status=RequestStatus.reviewed, owner_id=specialist.user_id, satisfaction=2, reviewed_at=NOW, custom={},
    )  # fmt: skip
    session.add(request)
    session.flush()

    with pytest.raises(IllegalMove):
        workflow.make("archive", request, by=specialist, at=NOW)


def test_the_customers_timeline_tells_the_whole_story(session, make_request):
    request = make_request("archived", satisfaction=5)

    told = session.scalars(
        select(TimelineEntry.event).where(TimelineEntry.customer_id == request.customer_id).order_by(TimelineEntry.id)
    ).all()

    moves = ("create", "assign", "process", "record_feedback", "archive")
    assert told == [f"service_request.{move}" for move in moves]


def test_the_status_is_changed_by_moves_only(session, make_request):
    request = session.get(ServiceRequest, make_request().id)

    request.status = RequestStatus.archived

    with pytest.raises(RuntimeError):
        session.flush()
    session.rollback()
