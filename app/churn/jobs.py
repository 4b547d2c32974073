"""What happens by the clock: the nightly judgement, and the cases to be looked at again."""

from __future__ import annotations

from typing import Any

from app.churn import services
from app.core import jobs
from app.core.i18n import _l, local_day

TOLD_AT_ONCE = 200


@jobs.every("churn.judge", label=_l("Churn judgement"), at="02:10", queue="bulk")
def judge_everybody(job: jobs.JobContext) -> dict[str, Any]:
    """Close what an order has ended, and open a case for every new silence."""
    today = local_day(job.now)
    recovered = 0
    for closed in services.recover_returned(job.session, today, by=job.actor, at=job.now):
        job.progress(10)
        recovered = closed
    with job.reading() as session:
        judgement = services.look(session, today, today=today)
    result: dict[str, Any] = {}
    for verdict in services.act_on(job.session, judgement, by=job.actor, at=job.now, recovered=recovered):
        job.progress(50)
        result = vars(verdict)
    return {**result, "recovered": recovered}


@jobs.every("churn.look_again", label=_l("Postponed churn cases"), minutes=30)
def look_again(job: jobs.JobContext) -> dict[str, Any]:
    """Tell owners which postponed cases are due."""
    total = 0
    while True:
        with job.step() as session:
            told = services.tell_due(session, at=job.now, limit=TOLD_AT_ONCE)
        total += told
        if told < TOLD_AT_ONCE:
            return {"told": total}
