"""What the core itself does by the clock: sealing the audit log, clearing away old jobs."""

from __future__ import annotations

from typing import Any

from app.core import audit, jobs
from app.core.i18n import _l

# Sealing 500 entries holds the write lock for a few hundredths of a second.
SEALED_AT_ONCE = 500


@jobs.every("core.seal_audit", label=_l("Seal the audit log"), minutes=1)
def seal_audit(job: jobs.JobContext) -> dict[str, Any]:
    """Append every entry of the audit log that is not in the chain yet."""
    total = 0
    while True:
        with job.step() as session:
            sealed = audit.seal(session, SEALED_AT_ONCE)
        total += sealed
        if sealed < SEALED_AT_ONCE:
            return {"sealed": total}


@jobs.every("core.purge_jobs", label=_l("Clean up old jobs"), at="03:40")
def purge_jobs(job: jobs.JobContext) -> dict[str, Any]:
    """Remove jobs that ended long ago."""
    total = 0
    while True:
        with job.step() as session:
            removed = jobs.purge(session, job.now)
        total += removed
        if not removed:
            return {"removed": total}
