"""When the clock starts which job, when it last ran, and whether anybody runs them at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.i18n import _
from app.core.jobs import Cadence, Job, JobStatus

PATIENCE = timedelta(minutes=5)
"""How long a job that is due may wait before the page asks whether the job process runs."""

_RAN = (JobStatus.running, JobStatus.done, JobStatus.failed)


@dataclass(frozen=True)
class Scheduled:
    """One line of the timetable."""

    cadence: Cadence
    last: Job | None
    next_at: datetime

    @property
    def label(self) -> str:
        return jobs.label_of(self.cadence.name)

    @property
    def when(self) -> str:
        if self.cadence.at is not None:
            return _("Every day at %(time)s", time=f"{self.cadence.at:%H:%M}")
        if self.cadence.minutes == 1:
            return _("Every minute")
        return _("Every %(minutes)s minutes", minutes=self.cadence.minutes)


def timetable(session: Session, now: datetime) -> list[Scheduled]:
    """Every job of the clock with its newest run, whoever started that, and its next one."""
    names = [cadence.name for cadence in jobs.schedule()]
    newest = select(func.max(Job.id)).where(Job.name.in_(names), Job.status.in_(_RAN)).group_by(Job.name)
    last = {job.name: job for job in session.scalars(select(Job).where(Job.id.in_(newest)))}
    lines = [Scheduled(cadence, last.get(cadence.name), cadence.next(now)) for cadence in jobs.schedule()]
    return sorted(lines, key=lambda line: line.next_at)


def stands_still(lines: Sequence[Scheduled], now: datetime) -> bool:
    """Say whether what is due every few minutes has not run for longer than one can wait."""
    often = [line for line in lines if line.cadence.at is None]
    return any(line.last is None or line.last.run_at < line.cadence.slot(now - PATIENCE) for line in often)
