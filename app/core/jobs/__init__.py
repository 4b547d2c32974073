"""Background work: a job is a row written in the transaction of its cause, run by a process that may be killed."""

from app.core.jobs.context import Interrupted, JobContext, LeaseLost
from app.core.jobs.queue import cancel, enqueue, purge, retry
from app.core.jobs.registry import Cadence, every, fill_slots, job, label_of, schedule
from app.core.jobs.running import run_due, run_next
from app.core.jobs.table import Job, JobStatus

__all__ = [
    "Cadence",
    "Interrupted",
    "Job",
    "JobContext",
    "JobStatus",
    "LeaseLost",
    "cancel",
    "enqueue",
    "every",
    "fill_slots",
    "job",
    "label_of",
    "purge",
    "retry",
    "run_due",
    "run_next",
    "schedule",
]
