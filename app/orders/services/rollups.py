"""What is kept about orders elsewhere: the sums per customer and day, and three columns of the customer.

Both are computed anew from the orders, never added to, under a lock on the customer: two people who confirm orders of
one customer at the same moment cannot both miss the other's. Bare tables are used on purpose: what is kept must be
right for everybody, whoever acts and whatever they may see; and a kept column must not count as an edit of the row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from app.core.among import among, pairs_among
from app.core.database import Money
from app.customers.models import Customer
from app.orders.models import COUNTED, Order, OrderDay, OrderKind
from app.orders.queries import year_until

_order = Order.__table__
_day = OrderDay.__table__
_customer = Customer.__table__

KEPT = ("last_order_on", "orders_12m", "value_12m")


def keep(session: Session, days: Collection[tuple[int, date]], today: date) -> None:
    """Bring the sums of the given (customer, day) pairs and the roll-ups of their customers up to date.

    The orders have been flushed.
    """
    pairs = sorted(set(days))
    customer_ids = sorted({customer_id for customer_id, _on in pairs})
    lock_customers(session, customer_ids)
    _rebuild_days(session, pairs)
    rebuild_customers(session, customer_ids, today)


def lock_customers(session: Session, customer_ids: Sequence[int]) -> None:
    """Let nobody else change what is kept about these customers until the commit; in one order, so nobody waits in a
    circle."""
    if session.get_bind().dialect.name != "sqlite":  # whose transaction holds the only write lock
        mine = select(_customer.c.id).where(among(_customer.c.id, customer_ids))
        session.execute(mine.order_by(_customer.c.id).with_for_update(key_share=True)).all()


def day_sums() -> Select[Any]:
    """What :class:`OrderDay` holds, computed from the orders."""
    sale = _order.c.kind == OrderKind.sale
    sign = case((sale, 1), else_=-1)
    return (
        select(
            _order.c.customer_id,
            _order.c.ordered_on.label("day"),
            func.sum(case((sale, 1), else_=0)).label("orders"),
            func.sum(case((sale, 0), else_=1)).label("returns"),
            rounded(func.sum(_order.c.value)).label("gross"),
            rounded(func.sum(case((sale, 0), else_=_order.c.gross))).label("returned"),
            rounded(func.sum(sign * _order.c.net)).label("net"),
            rounded(func.sum(sign * _order.c.cost)).label("cost"),
        )
        # As an expression, so that no index of statuses seems worth using: most orders count.
        .where(type_coerce(_order.c.status, String).concat("").in_([status.value for status in COUNTED]))
        .group_by(_order.c.customer_id, _order.c.ordered_on)
    )


def rounded(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """A sum in cents: SQLite adds floating point numbers."""
    return type_coerce(func.coalesce(func.round(amount, 2), 0), Money)


def _rebuild_days(session: Session, pairs: Sequence[tuple[int, date]]) -> None:
    session.execute(delete(_day).where(pairs_among(_day.c.customer_id, _day.c.day, pairs)))
    true = day_sums().where(pairs_among(_order.c.customer_id, _order.c.ordered_on, pairs))
    session.execute(insert(_day).from_select([column.name for column in _day.c], true))


def rebuild_customers(session: Session, customer_ids: Sequence[int], today: date) -> None:
    """Set the roll-ups of these customers from their sums per day."""
    first, last = year_until(today)
    mine = _day.c.customer_id == _customer.c.id
    year = _day.c.day.between(first, last)

    def of_days(what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
        return select(what).where(mine, *conditions).correlate(_customer).scalar_subquery()

    statement = update(_customer).values(
        last_order_on=of_days(func.max(_day.c.day), _day.c.orders > 0, _day.c.day <= last),
        orders_12m=of_days(func.coalesce(func.sum(_day.c.orders), 0), year),
        value_12m=of_days(rounded(func.sum(_day.c.gross)), year),
    )
    session.execute(statement.where(among(_customer.c.id, customer_ids)))
    touched = set(customer_ids)
    for row in session.identity_map.values():
        if isinstance(row, Customer) and row.id in touched:
            session.expire(row, KEPT)


def out_of_date(today: date) -> Select[Any]:
    """The customers whose roll-ups of 12 months are not those of ``today``: time alone moves the window."""
    first, last = year_until(today)
    sums = (
        select(
            _day.c.customer_id,
            func.sum(_day.c.orders).label("orders"),
            rounded(func.sum(_day.c.gross)).label("gross"),
        )
        .where(_day.c.day.between(first, last))
        .group_by(_day.c.customer_id)
        .subquery()
    )
    return (
        select(_customer.c.id)
        .outerjoin(sums, sums.c.customer_id == _customer.c.id)
        .where(
            or_(
                _customer.c.orders_12m != func.coalesce(sums.c.orders, 0),
                rounded(_customer.c.value_12m) != func.coalesce(sums.c.gross, 0),
            )
        )
        .order_by(_customer.c.id)
    )


def stale_customers(session: Session, today: date) -> list[int]:
    """The keys of the customers that :func:`rebuild_customers` would change because time has passed."""
    return list(session.scalars(out_of_date(today)))


def move_on(session: Session, customer_ids: Sequence[int], today: date) -> None:
    """Bring the 12 months of these customers up to ``today``."""
    lock_customers(session, customer_ids)
    rebuild_customers(session, customer_ids, today)


def refresh(session: Session, today: date) -> int:
    """Move the 12 months of every customer on to ``today``, in one go; return how many changed.

    A job that must not hold other writers up calls :func:`move_on` for one piece after the other instead.
    """
    stale = stale_customers(session, today)
    move_on(session, stale, today)
    return len(stale)
