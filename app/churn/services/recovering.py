"""Cases that an order has ended without anybody noticing: by import, or with a later date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnStatus
from app.churn.rule import SILENCE_DAYS, is_silent, judged_orders, rhythms
from app.churn.services.deciding import ending_order
from app.churn.workflow import workflow
from app.core.actors import Actor
from app.orders.models import Order, OrderKind


def recover_returned(session: Session, asof: date, *, by: Actor, at: datetime) -> Iterator[int]:
    """Close the cases of customers who are not silent any more, whatever way the order came; yield after each portion.

    Yields how many were closed so far.
    """
    later = (
        select(ChurnCase.id)
        .join(Order, Order.customer_id == ChurnCase.customer_id)
        .where(
            ChurnCase.status != ChurnStatus.recovered,
            Order.kind == OrderKind.sale,
            Order.ordered_on > ChurnCase.last_order_on,
            Order.ordered_on >= asof - timedelta(days=SILENCE_DAYS),
            judged_orders(asof),
        )
        .distinct()
    )
    keys = sorted(session.scalars(later))
    closed = 0
    for place in range(0, len(keys), 50):
        cases = session.scalars(select(ChurnCase).where(ChurnCase.id.in_(keys[place : place + 50]))).all()
        exact = rhythms(session, {case.customer_id for case in cases}, asof)
        for case in cases:
            rhythm = exact.get(case.customer_id)
            if rhythm is None or is_silent(rhythm.history.last_on, asof):
                continue  # what was ordered has been given back, or was long ago
            order_id = ending_order(session, case, asof)
            workflow.cause("recover", case, by=by, at=at, order_id=order_id)
            closed += 1
        yield closed
