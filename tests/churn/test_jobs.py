"""The nightly judgement as a job: in portions, and again after a crash."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.churn import services
from app.churn.models import ChurnCase, ChurnRun, ChurnStatus
from app.churn.services import judging
from app.core import jobs
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.jobs import Job, JobStatus, queue
from app.core.notifications import Notification
from app.core.timeline import TimelineEntry
from tests.support.churn import AT

SYSTEM = Actor.system("test")
LONG_AGO = {"2025-03-01": "100", "2026-01-05": "250.50"}


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


@pytest.fixture
def enqueued(session):
    def make(name: str) -> int:
        pk = jobs.enqueue(session, name, {}, by=SYSTEM, at=AT)
        session.commit()
        return pk

    return make


def test_the_job_warns_and_recovers(session, make_history, make_case, enqueued):
    make_history(LONG_AGO)
    ended = make_case()
    make_history({"2026-11-20": "10"}, customer=ended.customer)
    pk = enqueued("churn.judge")

    assert jobs.run_due(AT) == 1

    session.expire_all()
    done = session.get(Job, pk)
    assert done.status is JobStatus.done
    assert done.result == {"customers": 2, "judged": 2, "warned": 1, "already_open": 0, "recovered": 1}
    assert session.get(ChurnCase, ended.id).status is ChurnStatus.recovered
    assert session.scalars(select(ChurnRun.recovered)).one() == 1


def test_a_judgement_killed_between_two_portions_goes_on_and_doubles_nothing(
    session, make_history, make_user, enqueued, monkeypatch
):
    monkeypatch.setattr(judging, "WRITTEN_AT_ONCE", 2)
    owner = make_user()
    for _ in range(5):
        make_history(LONG_AGO, owner_id=owner.id)
    pk = enqueued("churn.judge")
    real, portions = judging._open, []

    def die_at_the_second(*args, **kwargs):
        portions.append(1)
        if len(portions) == 2:
            raise KeyboardInterrupt  # as a signal would: nobody puts the job down
        return real(*args, **kwargs)

    monkeypatch.setattr(judging, "_open", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due(AT)
    session.rollback()
    assert session.get(Job, pk).status is JobStatus.running
    assert count(session, ChurnCase) == 2

    assert jobs.run_due(AT + queue.LEASE * 2) == 1

    session.expire_all()
    assert session.get(Job, pk).status is JobStatus.done
    assert [count(session, table) for table in (ChurnCase, ChurnRun)] == [5, 1]
    told = session.scalars(select(Notification).where(Notification.user_id == owner.id)).all()
    assert sum(row.words["count"] for row in told) == 5
    warned = select(func.count()).select_from(TimelineEntry).where(TimelineEntry.event == "churn_case.warn")
    assert session.scalar(warned) == 5
    assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == "churn_case")) == 5


def test_the_job_tells_owners_of_postponed_cases_that_are_due(session, make_case, make_user, enqueued, monkeypatch):
    monkeypatch.setattr("app.churn.jobs.TOLD_AT_ONCE", 1)
    owner = make_user()
    for _ in range(3):
        make_case("postponed", owner_id=owner.id, look_again_on=AT.date())
    pk = enqueued("churn.look_again")

    jobs.run_due(AT)

    session.expire_all()
    assert session.get(Job, pk).result == {"told": 3}
    assert services.tell_due(session, at=AT) == 0
