"""What jobs there are, and when the clock starts one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.i18n import to_local

Function = Callable[..., dict[str, Any] | None]
MINUTE = 60


@dataclass(frozen=True)
class Definition:
    """A job function ``(job: JobContext, **args)``, idempotent: run again after a crash it doubles nothing."""

    name: str
    function: Function
    queue: str
    max_attempts: int
    label: Any = ""


@dataclass(frozen=True)
class Cadence:
    """When a job starts by itself: each day at a time of the company's zone, or every so many minutes."""

    name: str
    at: time | None = None
    minutes: int = 0

    def slot(self, now: datetime) -> datetime:
        """The newest start that is due at ``now``; one that was missed while the machine was off is made up."""
        if self.at is None:
            size = self.minutes * MINUTE
            return datetime.fromtimestamp(now.timestamp() // size * size, UTC)
        local = to_local(now)
        start = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return (start if start <= local else start - timedelta(days=1)).astimezone(UTC)

    def next(self, now: datetime) -> datetime:
        """The first start after ``now``."""
        if self.at is None:
            return self.slot(now) + timedelta(minutes=self.minutes)
        return (to_local(self.slot(now)) + timedelta(days=1)).astimezone(UTC)


_definitions: dict[str, Definition] = {}
_schedule: dict[str, Cadence] = {}


def job(name: str, *, label: Any = "", queue: str = "default", max_attempts: int = 5) -> Callable[[Function], Function]:
    """Register what jobs called ``name`` do; long ones belong into the queue ``bulk`` and hold nobody up.

    ``label`` is what people read.

    :raises ValueError: if another function has the name.
    """

    def register(function: Function) -> Function:
        known = _definitions.get(name)
        if known is not None and known.function is not function:
            raise ValueError(f"there is a job called {name} already")
        _definitions[name] = Definition(name, function, queue, max_attempts, label)
        return function

    return register


def every(
    name: str, *, label: Any = "", at: str | None = None, minutes: int = 0, queue: str = "default"
) -> Callable[[Function], Function]:
    """Register a job that the clock starts: daily ``at`` "02:10" in the company's time zone, or every ``minutes``."""
    if (at is None) == (minutes < 1):
        raise ValueError("a schedule has either a time of day or a number of minutes")
    _schedule[name] = Cadence(name, time.fromisoformat(at) if at else None, minutes)
    # Tried once: the next slot is the retry of something this frequent.
    return job(name, label=label, queue=queue, max_attempts=5 if at else 2)


def definition(name: str) -> Definition | None:
    """What a job called ``name`` does."""
    return _definitions.get(name)


def label_of(name: str) -> str:
    """What people read for the job ``name``."""
    found = _definitions.get(name)
    return str(found.label or name) if found else name


def schedule() -> Iterable[Cadence]:
    """Every job the clock starts."""
    return tuple(_schedule.values())


_filled: dict[tuple[object, str], datetime] = {}


def fill_slots(session: Session, now: datetime, *, tenant: str = "") -> int:
    """Write the jobs that are due by the clock at ``now``; return how many this process had not written before.

    Any number of processes may look at the clock: a slot is one row under a unique key. What this process wrote is
    remembered, so that looking costs nothing between two slots.
    """
    from app.core.jobs.queue import enqueue  # noqa: PLC0415 - the queue asks this module what a name means

    written = 0
    for cadence in schedule():
        slot = cadence.slot(now)
        place = (session.get_bind().engine.url, cadence.name)
        if _filled.get(place) == slot:
            continue
        key = f"schedule:{cadence.name}:{slot:%Y-%m-%dT%H:%M}"
        enqueue(session, cadence.name, {}, by=Actor.system("schedule"), at=now, unique_key=key, tenant=tenant)
        session.commit()
        _filled[place] = slot
        written += 1
    return written
