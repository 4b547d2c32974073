"""Messages to a person, reminders of plans, and the page of background jobs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import jobs, notifications
from app.core.actors import Actor
from app.core.database import utc_now
from app.core.i18n import format_moment
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


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh", "后台任务“流失评估”失败：文件读不了。"),
        ("en", "The background job “Churn judgement” failed: It cannot be read."),
    ],
)
def test_whose_job_failed_reads_which_and_why(session, make_user, client_as, language, sentence):
    owner = make_user(language=language)
    error = {"zh": "文件读不了。", "en": "It cannot be read."}
    notifications.notify(session, owner.id, "job.failed", at=NOW, record_id=1, job="churn.judge", error=error)
    session.commit()

    assert sentence in client_as(user=owner).get("/notifications/").text


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

    assert "封存审计日志" not in office.get("/jobs/").text.partition('id="clock-h"')[0]
    assert "封存审计日志" in office.get("/jobs/?status=done").text
    assert office.get("/jobs/?status=nonsense").status_code == 200


def test_an_administrator_reads_why_a_job_failed_runs_it_again_and_stops_one_that_runs(session, client_as):
    failed, running = (jobs.enqueue(session, "churn.judge", {}, by=SYSTEM, at=NOW) for _ in range(2))
    one = session.get(Job, failed)
    one.status, one.error = JobStatus.failed, {"id": "ab12", "zh": "客户文件已删除。", "en": "The file is gone."}
    session.get(Job, running).status = JobStatus.running
    session.commit()
    admin = client_as("Admin")

    page = admin.get("/jobs/").text
    again = admin.post(f"/jobs/{failed}/retry", follow_redirects=True)
    stopped = admin.post(f"/jobs/{running}/cancel", follow_redirects=True)
    ended = admin.post(f"/jobs/{running}/cancel", follow_redirects=True)

    assert "客户文件已删除。" in page
    assert (f"/jobs/{failed}/retry" in page, f"/jobs/{running}/cancel" in page) == (True, True)
    assert ("任务将重新运行。" in again.text, "任务已取消。" in stopped.text) == (True, True)
    assert "这个任务已经结束。" in ended.text
    session.expire_all()
    assert (session.get(Job, failed).status, session.get(Job, running).status) == (
        JobStatus.waiting,
        JobStatus.cancelled,
    )


def test_the_timetable_shows_the_last_and_the_next_run_of_every_job_of_the_clock(session, client_as):
    at = utc_now()
    done = jobs.enqueue(session, "churn.judge", {}, by=SYSTEM, at=at - timedelta(days=1))
    failed = jobs.enqueue(session, "orders.move_on", {}, by=SYSTEM, at=at - timedelta(hours=2))
    session.get(Job, done).status = JobStatus.done
    session.get(Job, failed).status, session.get(Job, failed).error = (
        JobStatus.failed,
        {"zh": "磁盘已满。", "en": "Disk full."},
    )
    session.commit()

    told = timetable_of(client_as("Admin").get("/jobs/").text)

    assert set(told) == {jobs.label_of(cadence.name) for cadence in jobs.schedule()}
    assert told["流失评估"][1:4] == ["每天 02:10", format_moment(at - timedelta(days=1)), "已完成"]
    assert told["流失评估"][4].endswith(" 02:10")
    assert told["近 12 个月订单"][0] == "近 12 个月订单 磁盘已满。"
    assert told["近 12 个月订单"][3] == "失败"
    assert told["封存审计日志"][1:4] == ["每分钟", "尚未运行", ""]
    assert "流失评估" not in timetable_of(client_as("Account Manager").get("/jobs/").text)


def timetable_of(page: str) -> dict[str, list[str]]:
    """The cells of each line of the timetable, by the name of the job."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition('id="clock-h"')[2], re.DOTALL)
    cells = [[text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for row in rows]
    return {row[0].split(" 磁盘")[0]: row for row in cells if row}


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize(("minutes", "asked"), [(3, False), (20, True)])
def test_the_page_asks_for_the_job_process_when_nothing_has_been_done_for_a_while(session, client_as, minutes, asked):
    at = utc_now()
    for cadence in jobs.schedule():
        pk = jobs.enqueue(session, cadence.name, {}, by=SYSTEM, at=at - timedelta(minutes=minutes))
        session.get(Job, pk).status = JobStatus.done
    session.commit()

    assert ("请确认任务进程已启动" in client_as("Admin").get("/jobs/").text) is asked
