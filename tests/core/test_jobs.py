"""Jobs: written with their cause, run once, and run again when whoever ran them is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.actors import Actor
from app.core.database import Model, db, only_reading, unit_of_work
from app.core.errors import IllegalMove, invalid
from app.core.i18n import _l
from app.core.jobs import Job, JobStatus, queue, registry, running
from app.core.notifications import Notification
from tests.conftest import postgres_server
from tests.support import job_process
from tests.support.job_process import steps

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
BY = Actor.system("test")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/jobs.db"
        return
    server = sa.create_engine(postgres_server(request.config), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    name = f"jobs_{os.getpid()}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def bare(url: str) -> Iterator[Flask]:
    bare = job_process.make_bare_app(url)
    job_process.make_tables(bare)
    with bare.app_context():
        with db.engine.begin() as connection:
            users = Model.metadata.tables["ab_user"]
            columns = {"first_name": "Mei", "last_name": "Lin", "username": "lin", "email": "lin@example.com"}
            connection.execute(users.insert().values(id=7, active=True, **columns))
        yield bare
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(bare: Flask) -> Session:
    return db.session()


@pytest.fixture
def job_called() -> Iterator[Callable[..., str]]:
    """Register a function as a job for one test."""
    names = []

    def register(function: Callable[..., Any], **options: Any) -> str:
        name = f"test.{function.__name__}"
        jobs.job(name, **options)(function)
        names.append(name)
        return name

    yield register
    for name in names:
        del registry._definitions[name]


def put(name: str, at: datetime = NOW, **options: Any) -> int:
    """Write one job in a transaction of its own."""
    with unit_of_work() as session:
        return jobs.enqueue(session, name, options.pop("args", {}), by=options.pop("by", BY), at=at, **options)


def the_job(job_id: int) -> Job:
    """The job as it is now; looking takes no lock, for a process may be inside a step."""
    session = db.session()
    session.rollback()
    token = only_reading.set(True)
    try:
        found = session.get(Job, job_id)
        assert found is not None
        session.refresh(found)
        session.expunge(found)
    finally:
        session.rollback()
        only_reading.reset(token)
    return found


def test_a_job_exists_only_if_its_cause_does(session):
    def cause() -> None:
        with unit_of_work():
            jobs.enqueue(session, "test.count_to", {"last": 1}, by=BY, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()

    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_a_job_runs_once_and_keeps_what_came_out(session):
    job_id = put("test.count_to", args={"last": 3})

    assert jobs.run_due(NOW) == 1
    assert jobs.run_due(NOW) == 0

    done = the_job(job_id)
    assert (done.status, done.progress, done.result) == (JobStatus.done, 100, {"counted": 3})
    assert (done.lease_until, done.worker, done.attempts) == (None, None, 1)
    assert session.scalars(sa.select(steps.c.number).order_by(steps.c.id)).all() == [1, 2, 3]


def test_a_job_waits_for_its_time(session):
    put("test.count_to", args={"last": 1}, run_at=NOW + timedelta(hours=1))

    assert jobs.run_due(NOW + timedelta(minutes=59)) == 0
    assert jobs.run_due(NOW + timedelta(hours=1)) == 1


def test_of_two_jobs_with_one_key_the_first_stays(session):
    first = put("test.count_to", args={"last": 1}, unique_key="import:42")
    second = put("test.count_to", args={"last": 9}, unique_key="import:42")

    assert first == second
    assert jobs.run_due(NOW) == 1
    assert the_job(first).result == {"counted": 1}


def test_two_workers_never_take_the_same_job(session):
    ids = {put("test.count_to", args={"last": 1}) for _ in range(20)}
    engine, taken, ready = db.engine, [], threading.Barrier(4)

    def take(worker: str) -> None:
        ready.wait()
        while True:
            with Session(engine) as own:
                claimed = queue.claim(own, worker, NOW)
                own.commit()
            if claimed is None:
                return
            taken.append(claimed.id)

    threads = [threading.Thread(target=take, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == sorted(ids)


def test_a_failing_job_is_tried_again_after_a_pause_that_doubles(session, job_called, caplog):
    def stumble(job: jobs.JobContext) -> None:
        job.session.execute(steps.insert().values(number=job.claim.attempt))
        raise KeyError("SELECT secret FROM somewhere")

    job_id = put(job_called(stumble, max_attempts=3), by=Actor(user_id=7, name="Lin"))

    assert jobs.run_due(NOW) == 1
    assert jobs.run_due(NOW + timedelta(seconds=29)) == 0
    assert jobs.run_due(NOW + timedelta(seconds=30)) == 1
    assert jobs.run_due(NOW + timedelta(seconds=89)) == 0
    assert the_job(job_id).status == JobStatus.waiting
    assert jobs.run_due(NOW + timedelta(seconds=90)) == 1

    failed = the_job(job_id)
    assert (failed.status, failed.attempts) == (JobStatus.failed, 3)
    assert failed.error["id"] in caplog.text
    assert failed.error["id"] in failed.error["en"]
    assert "secret" not in str(failed.error)
    assert session.scalar(sa.select(sa.func.count()).select_from(steps)) == 0
    told = session.scalars(sa.select(Notification)).one()
    assert (told.user_id, told.kind, told.record_id) == (7, "job.failed", job_id)


def test_a_refusal_is_told_in_both_languages_and_not_tried_again(session, job_called):
    def refuse(job: jobs.JobContext) -> None:
        raise invalid("file", _l("This is not a valid choice."))

    job_id = put(job_called(refuse))

    assert jobs.run_due(NOW) == 1
    assert jobs.run_due(NOW + timedelta(days=1)) == 0

    failed = the_job(job_id)
    assert failed.status == JobStatus.failed
    assert set(failed.error) == {"zh", "en"}
    assert failed.error["en"] == "This is not a valid choice."


def test_a_job_nobody_knows_fails_with_a_sentence(session):
    job_id = put("test.never_written")

    jobs.run_due(NOW)

    assert the_job(job_id).status == JobStatus.failed


def test_a_failed_job_can_be_run_again_and_a_finished_one_cannot(session, job_called):
    outcomes = [RuntimeError("first"), None]

    def flaky(job: jobs.JobContext) -> None:
        if (outcome := outcomes.pop(0)) is not None:
            raise outcome

    job_id = put(job_called(flaky, max_attempts=1))
    jobs.run_due(NOW)
    assert the_job(job_id).status == JobStatus.failed

    with unit_of_work():
        jobs.retry(session, job_id, at=NOW)
    jobs.run_due(NOW)

    assert the_job(job_id).status == JobStatus.done
    with pytest.raises(IllegalMove), unit_of_work():
        jobs.retry(session, job_id, at=NOW)


def test_a_job_cancelled_while_it_runs_stops_at_its_next_step(session, job_called):
    def slow(job: jobs.JobContext) -> None:
        with job.step(progress=50):
            job.session.execute(steps.insert().values(number=1))
        with unit_of_work():
            jobs.cancel(job.session, job.id, at=NOW)
        with job.step(progress=60):
            job.session.execute(steps.insert().values(number=2))

    job_id = put(job_called(slow))
    jobs.run_due(NOW)

    stopped = the_job(job_id)
    assert (stopped.status, stopped.progress) == (JobStatus.cancelled, 50)
    assert session.scalars(sa.select(steps.c.number)).all() == [1]
    with pytest.raises(IllegalMove), unit_of_work():
        jobs.cancel(session, job_id, at=NOW)


def test_a_worker_that_lost_its_lease_keeps_nothing_of_its_step(session, job_called):
    def overtaken(job: jobs.JobContext) -> None:
        with unit_of_work():
            again = queue.claim(job.session, "another", NOW + queue.LEASE + timedelta(seconds=1))
            assert again is not None
        with job.step():
            job.session.execute(steps.insert().values(number=1))

    job_id = put(job_called(overtaken))
    jobs.run_due(NOW)

    assert (the_job(job_id).worker, the_job(job_id).attempts) == ("another", 2)
    assert session.scalars(sa.select(steps.c.number)).all() == []


def test_a_job_whose_workers_all_died_fails_in_the_end(session):
    job_id = put("test.count_to", args={"last": 1})
    later = NOW
    for attempt in range(5):
        with unit_of_work():
            taken = queue.claim(session, f"worker {attempt}", later)
            assert taken is not None
        later += queue.LEASE + timedelta(seconds=1)

    jobs.run_due(later)

    assert the_job(job_id).status == JobStatus.failed


def test_a_worker_asked_to_end_puts_its_job_back_and_it_goes_on_where_it_was(session):
    job_id = put("test.count_to", args={"last": 4})
    answers = iter([False, False, True])

    assert running.run_next(lambda: NOW, interrupted=lambda: next(answers))

    back = the_job(job_id)
    assert (back.status, back.attempts, back.state, back.progress) == (JobStatus.waiting, 0, {"done": 2}, 50)
    jobs.run_due(NOW)
    assert session.scalars(sa.select(steps.c.number).order_by(steps.c.id)).all() == [1, 2, 3, 4]


def test_a_queue_is_served_by_whoever_asks_for_it(session, job_called):
    def heavy(job: jobs.JobContext) -> None:
        pass

    put(job_called(heavy, queue="bulk"))

    assert not running.run_next(lambda: NOW, queues={"default"})
    assert running.run_next(lambda: NOW, queues={"default", "bulk"})


def test_reading_makes_no_writer_wait(session, job_called, database_kind):
    def look(job: jobs.JobContext) -> dict[str, Any]:
        with job.reading() as reader:
            reader.execute(sa.select(Job)).all()
            with db.engine.begin() as writer:  # SQLite has one write lock for everybody
                writer.execute(steps.insert().values(number=1))
        return {}

    job_id = put(job_called(look))
    jobs.run_due(NOW)

    assert the_job(job_id).status == JobStatus.done


@pytest.mark.parametrize(
    ("at", "minutes", "now", "slot", "then"),
    [
        ("02:10", 0, "2026-11-24T18:10:00", "2026-11-24T18:10:00", "2026-11-25T18:10:00"),  # 02:10 in Shanghai
        ("02:10", 0, "2026-11-24T18:09:59", "2026-11-23T18:10:00", "2026-11-24T18:10:00"),
        ("02:10", 0, "2026-11-24T23:00:00", "2026-11-24T18:10:00", "2026-11-25T18:10:00"),
        (None, 5, "2026-11-24T18:09:59", "2026-11-24T18:05:00", "2026-11-24T18:10:00"),
        (None, 1, "2026-11-24T18:09:00", "2026-11-24T18:09:00", "2026-11-24T18:10:00"),
    ],
)
def test_the_clock_names_the_newest_slot_and_the_next(at, minutes, now, slot, then):
    from datetime import time as clock_time

    cadence = registry.Cadence("nightly", clock_time.fromisoformat(at) if at else None, minutes)

    assert cadence.slot(datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(slot + "+00:00")
    assert cadence.next(datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(then + "+00:00")


def test_each_slot_is_one_job_however_many_processes_look(session, job_called, monkeypatch):
    def tick(job: jobs.JobContext) -> None:
        pass

    monkeypatch.setattr(registry, "_schedule", {"test.tick": registry.Cadence("test.tick", minutes=5)})
    job_called(tick)

    for minutes in (0, 1, 4, 5, 6):
        registry._filled.clear()  # another process
        jobs.fill_slots(session, NOW + timedelta(minutes=minutes))

    assert session.scalar(sa.select(sa.func.count()).select_from(Job)) == 2
    assert jobs.run_due(NOW + timedelta(minutes=6)) == 2


def test_a_schedule_needs_one_cadence():
    with pytest.raises(ValueError, match="either"):
        jobs.every("test.both", at="02:10", minutes=5)
    with pytest.raises(ValueError, match="either"):
        jobs.every("test.neither")


def test_old_jobs_are_removed_and_young_ones_stay(session):
    ids = [
        put("test.count_to", args={"last": 1}, at=NOW - age, unique_key=key)
        for age, key in (
            (timedelta(days=91), "a"),
            (timedelta(days=89), "b"),
            (timedelta(days=3), "schedule:x:1"),
            (timedelta(days=1), "schedule:x:2"),
        )
    ]
    waiting = put("test.count_to", args={"last": 1}, at=NOW - timedelta(days=91), run_at=NOW + timedelta(days=1))
    jobs.run_due(NOW)

    with unit_of_work():
        assert jobs.purge(session, NOW) == 2

    assert set(session.scalars(sa.select(Job.id))) == {ids[1], ids[3], waiting}


# --- processes ---


@contextmanager
def job_process_at(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.support.job_process", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_a_job_whose_process_is_killed_runs_again_and_nothing_is_doubled(session, url):
    job_id = put("test.count_to", at=datetime.now(UTC), args={"last": 6, "hang_at": 4})
    with job_process_at(url) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "hanging\n"
        assert the_job(job_id).progress == 50
        first.send_signal(signal.SIGKILL)
        first.wait(10)

    with job_process_at(url) as second:
        wait_until(lambda: the_job(job_id).status == JobStatus.done)
        second.terminate()
        assert second.wait(20) == 0

    done = session.execute(sa.select(steps.c.number, steps.c.process).order_by(steps.c.number)).all()
    assert [row.number for row in done] == [1, 2, 3, 4, 5, 6]
    assert len({row.process for row in done}) == 2
    assert the_job(job_id).attempts == 2


def test_a_job_that_works_longer_than_its_lease_without_a_step_stays_with_its_process(session, url):
    # Two leases long; the process has a second thread that looks for jobs all the while.
    job_id = put("test.count_to", at=datetime.now(UTC), args={"last": 2, "pause": 3})
    with job_process_at(url) as process:
        wait_until(lambda: the_job(job_id).status == JobStatus.done)
        process.terminate()
        assert process.wait(20) == 0

    assert the_job(job_id).attempts == 1
    assert session.scalars(sa.select(steps.c.number)).all() == [1, 2]


def test_a_process_told_to_end_leaves_its_job_to_the_next(session, url):
    job_id = put("test.count_to", at=datetime.now(UTC), args={"last": 1000, "pause": 0.05})
    with job_process_at(url) as process:
        wait_until(lambda: the_job(job_id).state.get("done", 0) > 2)
        process.terminate()
        assert process.wait(20) == 0

    left = the_job(job_id)
    assert (left.status, left.attempts) == (JobStatus.waiting, 0)
    assert session.scalar(sa.select(sa.func.count()).select_from(steps)) == left.state["done"]
