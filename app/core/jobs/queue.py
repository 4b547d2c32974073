"""Writing jobs, taking them under a lease, and putting down what became of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.errors import IllegalMove
from app.core.i18n import _l
from app.core.jobs.registry import definition
from app.core.jobs.table import Job, JobStatus

LEASE = timedelta(seconds=60)
"""How long a silent worker keeps a job; a living one renews it three times as often."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
KEPT = timedelta(days=90)
KEPT_BY_CLOCK = timedelta(days=2)

_job = Job.__table__


def enqueue(
    session: Session,
    name: str,
    args: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    unique_key: str | None = None,
    run_at: datetime | None = None,
    tenant: str = "",
) -> int:
    """Write a job in the session's transaction and return its id; with a ``unique_key`` known already, that job's."""
    found = definition(name)
    values = {
        "queue": found.queue if found else "default",
        "name": name,
        "args": dict(args),
        "tenant": tenant,
        "unique_key": unique_key,
        "status": JobStatus.waiting,
        "run_at": run_at or at,
        "created_at": at,
        "created_by_id": by.user_id,
        "progress": 0,
        "state": {},
        "attempts": 0,
        "max_attempts": found.max_attempts if found else 5,
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_job).values(values).on_conflict_do_nothing(index_elements=["unique_key"])
    written = session.scalar(statement.returning(_job.c.id))
    if written is None:
        written = session.scalar(select(_job.c.id).where(_job.c.unique_key == unique_key))
    return int(written)


@dataclass(frozen=True)
class Claim:
    """A job taken under a lease; ``attempt`` tells this lease from an earlier one of the same worker."""

    id: int
    name: str
    args: Mapping[str, Any]
    state: Mapping[str, Any]
    tenant: str
    worker: str
    attempt: int
    max_attempts: int
    created_by_id: int | None

    @property
    def held(self) -> ColumnElement[bool]:
        """The condition under which the lease is still ours."""
        return and_(
            _job.c.id == self.id,
            _job.c.worker == self.worker,
            _job.c.attempts == self.attempt,
            _job.c.status == JobStatus.running,
        )


def _due(now: datetime, queues: Collection[str] | None) -> ColumnElement[bool]:
    free = or_(
        and_(_job.c.status == JobStatus.waiting, _job.c.run_at <= now),
        and_(_job.c.status == JobStatus.running, _job.c.lease_until < now),
    )
    return free if queues is None else and_(free, _job.c.queue.in_(sorted(queues)))


def is_due(session: Session, now: datetime, queues: Collection[str] | None = None) -> bool:
    """Say whether there is something to do; takes no lock."""
    return session.scalar(select(_job.c.id).where(_due(now, queues)).limit(1)) is not None


def claim(session: Session, worker: str, now: datetime, queues: Collection[str] | None = None) -> Claim | None:
    """Take the job that has been due longest, or None; two workers never get the same one."""
    row = session.execute(
        select(_job)
        .where(_due(now, queues))
        .order_by(_job.c.run_at, _job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    taken = Claim(
        id=row.id,
        name=row.name,
        args=row.args,
        state=row.state,
        tenant=row.tenant,
        worker=worker,
        attempt=row.attempts + 1,
        max_attempts=row.max_attempts,
        created_by_id=row.created_by_id,
    )
    session.execute(
        update(_job)
        .where(_job.c.id == row.id)
        .values(
            status=JobStatus.running,
            worker=worker,
            attempts=taken.attempt,
            started_at=now,
            lease_until=now + LEASE,
        )
    )
    return taken


def keep(session: Session, taken: Claim, now: datetime, **values: Any) -> bool:
    """Renew the lease and write ``values``; False if somebody else has the job now, or it was cancelled."""
    result = session.connection().execute(update(_job).where(taken.held).values(lease_until=now + LEASE, **values))
    return bool(result.rowcount)


def put_down(session: Session, taken: Claim, **values: Any) -> bool:
    """End the lease with what became of the job; False if it was not ours any more."""
    result = session.connection().execute(
        update(_job).where(taken.held).values(lease_until=None, worker=None, **values)
    )
    return bool(result.rowcount)


def pause_after(attempt: int) -> timedelta:
    """How long to wait before the attempt after the one numbered ``attempt``: doubling, at most an hour."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempt - 1, 10)
    return min(doubled, LONGEST_PAUSE)


def retry(session: Session, job_id: int, *, at: datetime) -> None:
    """Let a failed or cancelled job run again; it goes on from where it came.

    :raises IllegalMove: if it has not failed.
    """
    changed = session.connection().execute(
        update(_job)
        .where(_job.c.id == job_id, _job.c.status.in_((JobStatus.failed, JobStatus.cancelled)))
        .values(status=JobStatus.waiting, run_at=at, attempts=0, error=None, finished_at=None)
    )
    if not changed.rowcount:
        raise IllegalMove(_l("Only a failed job can be run again."))


def cancel(session: Session, job_id: int, *, at: datetime) -> None:
    """Stop a job that waits, or one that runs at its next step.

    :raises IllegalMove: if it has ended already.
    """
    changed = session.connection().execute(
        update(_job)
        .where(_job.c.id == job_id, _job.c.status.in_((JobStatus.waiting, JobStatus.running)))
        .values(status=JobStatus.cancelled, finished_at=at, lease_until=None, worker=None)
    )
    if not changed.rowcount:
        raise IllegalMove(_l("This job has already ended."))


def purge(session: Session, now: datetime, limit: int = 1_000) -> int:
    """Remove up to ``limit`` ended jobs nobody asks about any more; return how many."""
    ended = (JobStatus.done, JobStatus.failed, JobStatus.cancelled)
    old = or_(
        and_(_job.c.status.in_(ended), _job.c.run_at < now - KEPT),
        and_(
            _job.c.status == JobStatus.done,
            _job.c.unique_key.startswith("schedule:"),
            _job.c.run_at < now - KEPT_BY_CLOCK,
        ),
    )
    doomed = select(_job.c.id).where(old).order_by(_job.c.id).limit(limit)
    return int(session.connection().execute(delete(_job).where(_job.c.id.in_(doomed))).rowcount)
