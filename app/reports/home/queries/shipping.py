"""What the office sends out."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.orders.models import Order, OrderStatus
from app.reports.home.queries.shared import Conditions, Rows, with_customer


def orders_in(status: OrderStatus, *more: ColumnElement[bool]) -> Conditions:
    return Order.status == status, *more


def orders_to_do(status: OrderStatus, limit: int) -> Rows:
    """Orders in one status, the earliest promise first."""
    promised = (Order.promised_on.is_(None), Order.promised_on, Order.ordered_on, Order.id)
    statement = select(Order).where(*orders_in(status)).order_by(*promised).limit(limit)
    return with_customer(statement, Order.customer)
