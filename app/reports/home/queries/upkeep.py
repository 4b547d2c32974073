"""What an administrator looks after."""

from __future__ import annotations

from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.jobs import Job, JobStatus
from app.reports.home.asked import Asked, start_of
from app.reports.home.queries.shared import ROWS, Conditions, Rows


def newest_failed_jobs() -> Rows:
    return select(Job).where(Job.status == JobStatus.failed).order_by(Job.id.desc()).limit(ROWS)


def failed_sign_ins(asked: Asked) -> Conditions:
    """Refused sign-ins of yesterday and today."""
    return AuditEntry.action == "sign_in_failed", AuditEntry.at >= start_of(asked.yesterday)


def newest_failed_sign_ins(asked: Asked) -> Rows:
    return (
        select(AuditEntry)
        .where(*failed_sign_ins(asked))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(ROWS)
    )
