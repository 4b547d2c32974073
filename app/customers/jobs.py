"""What happens by the clock: reminders of plans."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core import jobs, notifications
from app.core.i18n import _, _l, format_moment
from app.customers.models import Customer, Plan

# 200 messages hold the write lock for about a hundredth of a second.
AT_ONCE = 200


@jobs.every("customers.remind_of_plans", label=_l("Reminders of plans"), minutes=1)
def remind_of_plans(job: jobs.JobContext) -> dict[str, Any]:
    """Tell the owner of every open plan whose reminder has come, once."""
    total = 0
    while True:
        with job.step() as session:
            told = remind(session, job.now, AT_ONCE)
        total += told
        if told < AT_ONCE:
            return {"reminded": total}


def remind(session: Session, now: datetime, limit: int) -> int:
    """Write up to ``limit`` messages, together with the mark that they were written; return how many."""
    due = session.execute(
        select(Plan.id, Plan.owner_id, Plan.what, Plan.due_at, Customer.name)
        .join(Customer, Customer.id == Plan.customer_id)
        .where(Plan.remind_at <= now, Plan.reminded_at.is_(None), Plan.done_at.is_(None), Plan.owner_id.is_not(None))
        .order_by(Plan.remind_at, Plan.id)
        .limit(limit)
        .with_for_update(of=Plan, skip_locked=True)
    ).all()
    rows = [
        notifications.row(
            owner_id, "plan.due", at=now, record_id=pk, what=what, customer=customer, due_at=due_at.isoformat()
        )
        for pk, owner_id, what, due_at, customer in due
        if owner_id is not None
    ]
    notifications.write(session.connection(), rows)
    # Past the row's version: a reminder is no edit that somebody at the form should be told of.
    plans = Plan.__table__
    session.execute(update(plans).where(plans.c.id.in_([row.id for row in due])).values(reminded_at=now))
    return len(due)


@notifications.notice("plan.due", icon="calendar-event", colour="wait", endpoint="PlanView.show")
def _plan_due(words: dict[str, Any]) -> str:
    return _(
        "Due %(when)s: %(what)s (%(customer)s)",
        when=format_moment(datetime.fromisoformat(words["due_at"])),
        what=words["what"],
        customer=words["customer"],
    )
