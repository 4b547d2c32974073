"""Running one job: taking it, calling its function, putting down the outcome."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.core.actors import acting_as
from app.core.database import db, only_reading, unit_of_work, utc_now
from app.core.errors import DomainError
from app.core.i18n import LANGUAGES, _, in_language
from app.core.jobs import queue
from app.core.jobs.context import Interrupted, JobContext, LeaseLost
from app.core.jobs.queue import Claim, claim, is_due, keep, pause_after, put_down
from app.core.jobs.registry import Definition, definition, fill_slots
from app.core.jobs.table import JobStatus
from app.core.notifications import notify

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def worker_name() -> str:
    """This thread, told apart from every other one on any machine."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident() % 100_000}"


def run_next(
    clock: Clock = utc_now,
    *,
    queues: Collection[str] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    heartbeat: bool = False,
) -> bool:
    """Run the job that has been due longest; False if there was none.

    Needs an application context. With ``heartbeat`` a thread renews the lease while the function runs.
    """
    taken = _take(clock(), queues)
    if taken is None:
        return False
    job = JobContext(taken, clock, interrupted)
    found = definition(taken.name)
    if taken.attempt > taken.max_attempts:
        # Nobody put the last attempt down: its process died each time.
        _fail(taken, clock(), _sentences(lambda: _("The job was started several times and never came to its end.")))
    elif found is None:
        _fail(taken, clock(), _sentences(lambda: _("This installation does not know such a job.")))
    else:
        with _renewed(taken, clock) if heartbeat else _as_it_is():
            _call(found, job, taken, clock)
    return True


def run_due(now: datetime, *, scheduled: bool = False) -> int:
    """Run everything that is due at ``now`` in this thread; return how many jobs. For tests and ``--once``."""
    if scheduled:
        fill_slots(db.session, now)
    count = 0
    while run_next(lambda: now):
        count += 1
    return count


def _take(now: datetime, queues: Collection[str] | None) -> Claim | None:
    session: Session = db.session
    session.rollback()
    # Looking takes no lock, so an idle worker never makes a save wait.
    token = only_reading.set(True)
    try:
        due = is_due(session, now, queues)
    finally:
        session.rollback()
        only_reading.reset(token)
    if not due:
        return None
    with unit_of_work():
        return claim(session, worker_name(), now, queues)


def _call(found: Definition, job: JobContext, taken: Claim, clock: Clock) -> None:
    session = job.session
    try:
        with acting_as(job.actor):
            session.info["now"] = job.now
            result = found.function(job, **taken.args)
            _end(taken, clock(), result)
    except LeaseLost:
        session.rollback()
        log.warning("job %s %s: the lease was lost or the job cancelled", taken.name, taken.id)
    except Interrupted:
        session.rollback()
        with unit_of_work():
            put_down(session, taken, status=JobStatus.waiting, attempts=taken.attempt - 1)
    except DomainError as refusal:
        session.rollback()
        sentence = refusal.sentence
        _fail(taken, clock(), _sentences(lambda: str(sentence)))
    except Exception:
        session.rollback()
        _try_again(taken, clock())
    finally:
        session.info.pop("now", None)


def _end(taken: Claim, now: datetime, result: dict[str, Any] | None) -> None:
    # What the function changed outside a step is committed together with its being done.
    with unit_of_work() as session:
        values = {"status": JobStatus.done, "progress": 100, "result": result or {}, "error": None, "finished_at": now}
        if not put_down(session, taken, **values):
            raise LeaseLost


def _try_again(taken: Claim, now: datetime) -> None:
    error_id = secrets.token_hex(4)
    log.exception("job %s %s, attempt %s failed (%s)", taken.name, taken.id, taken.attempt, error_id)
    error = _sentences(lambda: _("Something went wrong. Tell your administrator this number: %(id)s.", id=error_id))
    error["id"] = error_id
    if taken.attempt >= taken.max_attempts:
        _fail(taken, now, error)
        return
    with unit_of_work() as session:
        again = now + pause_after(taken.attempt)
        put_down(session, taken, status=JobStatus.waiting, run_at=again, error=error)


def _fail(taken: Claim, now: datetime, error: dict[str, Any]) -> None:
    with unit_of_work() as session:
        ended = put_down(session, taken, status=JobStatus.failed, finished_at=now, error=error)
        if ended and taken.created_by_id is not None:
            notify(session, taken.created_by_id, "job.failed", at=now, record_id=taken.id, job=taken.name, error=error)


def _sentences(say: Callable[[], str]) -> dict[str, Any]:
    """The sentence in every language, because whoever reads it later may speak another one."""
    found = {}
    for language in LANGUAGES:
        with in_language(language):
            found[language] = say()
    return found


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _renewed(taken: Claim, clock: Clock) -> Iterator[None]:
    """Renew the lease from a thread of its own until the block ends."""
    ended = threading.Event()
    engine: Engine = db.engine
    thread = threading.Thread(target=_renew, args=(engine, taken, clock, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew(engine: Engine, taken: Claim, clock: Clock, ended: threading.Event) -> None:
    while not ended.wait(queue.LEASE.total_seconds() / 3):
        try:
            with Session(engine) as session:
                held = keep(session, taken, clock())
                session.commit()
        except Exception:
            # The database may be away for a moment; the lease lasts two more tries.
            log.exception("job %s %s: the lease could not be renewed", taken.name, taken.id)
            continue
        if not held:
            return
