"""What somebody who leaves hands over of orders: those that are not done yet; what was sold stays theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.services.leaving import hands_over
from app.core.actors import Actor
from app.orders.models import Order, OrderStatus

_UNFINISHED = (OrderStatus.draft, OrderStatus.confirmed, OrderStatus.shipped)


@hands_over("order", lambda user_id: select(Order).where(Order.owner_id == user_id, Order.status.in_(_UNFINISHED)))
def _give(order: Order, heir_id: int, *, by: Actor, at: datetime) -> None:
    order.owner_id = heir_id
