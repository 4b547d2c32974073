"""What happens by the clock: the last 12 months end a day later every day."""

from __future__ import annotations

from typing import Any

from app.core import jobs
from app.core.i18n import _l, local_day
from app.orders import services

# 200 customers hold the write lock for about a hundredth of a second.
AT_ONCE = 200


@jobs.every("orders.move_on", label=_l("Orders of the last 12 months"), at="00:05", queue="bulk")
def move_on(job: jobs.JobContext) -> dict[str, Any]:
    """Bring orders and value of the last 12 months of every customer up to today."""
    today = local_day(job.now)
    with job.reading() as session:
        stale = services.stale_customers(session, today)
    for start in range(0, len(stale), AT_ONCE):
        with job.step(progress=100 * start // len(stale)) as session:
            services.move_on(session, stale[start : start + AT_ONCE], today)
    return {"customers": len(stale)}
