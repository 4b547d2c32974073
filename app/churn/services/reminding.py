"""Postponed cases that are to be looked at again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnStatus
from app.churn.queries import take_ownerless
from app.core import notifications
from app.core.i18n import local_day
from app.customers.models import Customer


def tell_due(session: Session, *, at: datetime, limit: int = 200) -> int:
    """Tell the owners of up to ``limit`` cases, once each, that their day has come; return how many."""
    due = session.execute(
        select(ChurnCase.id, ChurnCase.owner_id, ChurnCase.look_again_on, Customer.name)
        .join(Customer, Customer.id == ChurnCase.customer_id)
        .where(
            ChurnCase.status == ChurnStatus.postponed,
            ChurnCase.look_again_on <= local_day(at),
            ChurnCase.told_at.is_(None),
        )
        .order_by(ChurnCase.look_again_on, ChurnCase.id)
        .limit(limit)
        .with_for_update(of=ChurnCase, skip_locked=True)
    ).all()
    if not due:
        return 0
    ownerless = take_ownerless(session)
    rows = [
        notifications.row(user_id, "churn_case.due", at=at, record_id=pk, name=name)
        for pk, owner_id, _day, name in due
        for user_id in ([owner_id] if owner_id is not None else ownerless)
    ]
    notifications.write(session.connection(), rows)
    # Past the row's version: a message is no edit.
    table = ChurnCase.__table__
    session.execute(update(table).where(table.c.id.in_([row.id for row in due])).values(told_at=at))
    return len(due)
