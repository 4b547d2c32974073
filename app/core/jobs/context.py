"""What a job function is given: the session, who acts, the clock, and its lease."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.database import db, only_reading, unit_of_work
from app.core.jobs.queue import Claim, keep


class LeaseLost(Exception):
    """Somebody else runs this job now, or it was cancelled: what is not committed must not be."""


class Interrupted(Exception):
    """The process is to end: the job goes back to the queue and continues where it was."""


class JobContext:
    """The job being run; ``state`` is what an earlier attempt had put down."""

    def __init__(
        self, taken: Claim, clock: Callable[[], datetime], interrupted: Callable[[], bool] = lambda: False
    ) -> None:
        self.claim, self.clock, self._interrupted = taken, clock, interrupted
        self.id = taken.id
        self.now = clock()
        self.actor = Actor.system(taken.name)
        self.created_by_id = taken.created_by_id
        self.state: dict[str, Any] = dict(taken.state)

    @property
    def session(self) -> Session:
        """The session the job works on; it is filtered for the job as actor, which sees everything."""
        session: Session = db.session
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads and makes no writer wait; what is loaded expires at its end."""
        session = self.session
        session.rollback()
        token = only_reading.set(True)
        try:
            yield session
        finally:
            session.rollback()
            only_reading.reset(token)

    @contextmanager
    def step(self, progress: int | None = None, state: Mapping[str, Any] | None = None) -> Iterator[Session]:
        """One short write transaction, committed only if the lease is still held.

        ``progress`` (percent) and ``state`` are written with it: after a crash the next attempt finds in
        ``self.state`` exactly what was committed.

        :raises LeaseLost: if the job is somebody else's by now; nothing of the step is kept.
        :raises Interrupted: before the step, if the process is to end.
        """
        if self._interrupted():
            raise Interrupted
        values: dict[str, Any] = {}
        if progress is not None:
            values["progress"] = min(max(progress, 0), 100)
        with unit_of_work() as session:
            yield session
            # Read late: the step itself may have put more into the mapping it passed.
            if state is not None:
                values["state"] = dict(state)
            if not keep(session, self.claim, self.clock(), **values):
                raise LeaseLost
        if state is not None:
            self.state = dict(state)

    def progress(self, percent: int) -> None:
        """Show how far the job is; in a transaction of its own."""
        with self.step(progress=percent):
            pass
