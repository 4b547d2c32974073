"""Messages to a person, reminders of plans, and the page of background jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import jobs, notifications
from app.core.actors import Actor
from app.core.database import utc_now
from app.core.jobs import Job, JobStatus
from app.core.notifications import Notification
from app.customers.jobs import remind
from app.customers.models import FollowUpKind, Plan
from tests.support.orders import make_customer

assert make_customer
NOW = utc_now()
SYSTEM = Actor.system("test")


@pytest.fixture
def make_plan(session, make_customer):
    def make(**columns):
        values = {"what": "电话确认补单", "kind": FollowUpKind.phone, "due_at": NOW, "remind_at": NOW, **columns}
        plan = Plan(customer_id=make_customer(name="丽水青田石材").id, **values)
        session.add(plan)
        session.flush()
        return plan

    return make


def test_a_plan_reminds_its_owner_once(session, make_user, make_plan):
    owner = make_user()
    plan = make_plan(owner_id=owner.id)

    assert remind(session, NOW, 10) == 1
    assert remind(session, NOW, 10) == 0

    told = session.scalars(select(Notification)).one()
    assert (told.user_id, told.kind, told.record_id) == (owner.id, "plan.due", plan.id)
    assert (told.words["what"], told.words["customer"]) == ("电话确认补单", "丽水青田石材")
    session.refresh(plan)
    assert (plan.reminded_at, plan.version) == (NOW, 1)


@pytest.mark.parametrize("columns", [{"remind_at": NOW + timedelta(minutes=1)}, {"done_at": NOW}, {"remind_at": None}])
def test_a_plan_that_is_not_due_or_done_reminds_nobody(session, make_user, make_plan, columns):
    make_plan(owner_id=make_user().id, **columns)

    assert remind(session, NOW, 10) == 0


def test_a_plan_without_owner_reminds_nobody(session, make_plan):
    make_plan(owner_id=None)

    assert remind(session, NOW, 10) == 0


def test_the_reminder_job_tells_everybody_however_many_are_due(session, make_user, make_plan, monkeypatch):
    monkeypatch.setattr("app.customers.jobs.AT_ONCE", 2)
    owner = make_user()
    for _ in range(5):
        make_plan(owner_id=owner.id)
    jobs.enqueue(session, "customers.remind_of_plans", {}, by=SYSTEM, at=NOW)
    session.commit()

    assert jobs.run_due(NOW) == 1

    session.expire_all()
    assert session.scalars(select(Job)).one().result == {"reminded": 5}
    assert notifications.unread_count(session, owner.id) == 5


def test_the_bell_counts_and_the_page_marks_as_read(session, make_user, make_plan, client_as):
    owner, other = make_user("Account Manager"), make_user("Account Manager")
    make_plan(owner_id=owner.id)
    make_plan(owner_id=other.id)
    remind(session, NOW, 10)
    mine = client_as(user=owner)
    told = session.scalars(select(Notification).where(Notification.user_id == owner.id)).one()

    page = mine.get("/notifications/")
    assert "电话确认补单（丽水青田石材）" in page.text
    assert 'class="count">1<' in page.text
    opened = mine.post(f"/notifications/{told.id}/open")
    assert (opened.status_code, opened.location) == (302, f"/plans/show/{told.record_id}")
    session.expire_all()
    assert told.read_at is not None
    assert notifications.unread_count(session, other.id) == 1


def test_somebody_elses_message_does_not_exist(session, make_user, make_plan, client_as):
    make_plan(owner_id=make_user().id)
    remind(session, NOW, 10)
    told = session.scalars(select(Notification)).one()
    stranger = client_as("Marketing Director")

    assert stranger.post(f"/notifications/{told.id}/open").status_code == 404
    stranger.post("/notifications/read")
    assert "丽水" not in stranger.get("/notifications/").text
    session.expire_all()
    assert told.read_at is None


def test_messages_are_read_all_at_once_by_post_only(session, make_user, make_plan, client_as):
    owner = make_user("Account Manager")
    make_plan(owner_id=owner.id)
    remind(session, NOW, 10)
    mine = client_as(user=owner)

    assert mine.get("/notifications/read").status_code in (404, 405)
    assert notifications.unread_count(session, owner.id) == 1
    mine.post("/notifications/read")
    session.expire_all()
    assert notifications.unread_count(session, owner.id) == 0


def test_everybody_sees_their_own_jobs_and_steers_those(session, make_user, client_as):
    owner = make_user("Account Manager")
    pk = jobs.enqueue(session, "core.purge_jobs", {}, by=Actor(user_id=owner.id, name=owner.name), at=NOW)
    mine, stranger, office = client_as(user=owner), client_as("Account Manager"), client_as("Office Administrator")

    assert f"/jobs/{pk}/cancel" in mine.get("/jobs/").text
    assert mine.get(f"/jobs/{pk}").json["status"] == "waiting"
    assert f"/jobs/{pk}/cancel" not in stranger.get("/jobs/").text
    assert stranger.get(f"/jobs/{pk}").status_code == 404
    assert stranger.post(f"/jobs/{pk}/cancel").status_code == 404
    assert mine.post(f"/jobs/{pk}/retry").status_code == 302
    assert mine.post(f"/jobs/{pk}/cancel").status_code == 302
    session.expire_all()
    assert session.get(Job, pk).status is JobStatus.cancelled
    office.post(f"/jobs/{pk}/retry")
    session.expire_all()
    assert session.get(Job, pk).status is JobStatus.waiting


def test_finished_jobs_of_the_clock_do_not_hide_the_others(session, client_as):
    jobs.enqueue(session, "core.seal_audit", {}, by=SYSTEM, at=NOW, unique_key="schedule:core.seal_audit:now")
    session.commit()
    jobs.run_due(NOW)
    office = client_as("Office Administrator")

    assert "封存审计日志" not in office.get("/jobs/").text
    assert "封存审计日志" in office.get("/jobs/?status=done").text
    assert office.get("/jobs/?status=nonsense").status_code == 200
