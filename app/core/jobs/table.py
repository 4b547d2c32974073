"""The job table."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Json, Key, Model, Moment, enum_type


class JobStatus(StrEnum):
    waiting = auto()
    running = auto()
    done = auto()
    failed = auto()
    cancelled = auto()


class Job(Model):
    """One piece of background work, from its cause to its result.

    Whoever holds the lease (``worker`` and ``attempts`` name it, ``lease_until`` ends it) runs the job; a lease that
    ran out may be taken by anybody, so a killed process loses nothing.
    """

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    queue: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    args: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    tenant: Mapped[str] = mapped_column(String(64), default="", comment="empty: the only one")
    unique_key: Mapped[str | None] = mapped_column(String(160), unique=True, comment="at most one job of this key")
    status: Mapped[JobStatus] = mapped_column(enum_type(JobStatus, "job_status"), default=JobStatus.waiting)
    run_at: Mapped[datetime] = mapped_column(Moment, comment="UTC; not before")
    created_at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: the system")
    started_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; of the newest attempt")
    finished_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC")
    progress: Mapped[int] = mapped_column(default=0, comment="percent")
    state: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="how far it came, kept with its effects")
    lease_until: Mapped[datetime | None] = mapped_column(Moment, comment="UTC")
    worker: Mapped[str | None] = mapped_column(String(80), comment="host, process and thread that hold the lease")
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=5)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json, comment="id in the log, and a sentence per language")

    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="job_progress_is_percent"),
        Index("ix_job_status_run_at", "status", "run_at", "id"),
        Index("ix_job_created_by", "created_by_id", "id"),
        Index("ix_job_name_created_at", "name", "created_at"),
    )

    def __str__(self) -> str:
        return f"{self.name} {self.id}"
