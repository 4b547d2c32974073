"""Questions about orders."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy.orm import Session, joinedload

from app.core import search
from app.core.actors import Actor, current_actor
from app.core.visibility import scoped, scoped_relations
from app.customers.queries import through_customer, within_reach
from app.orders.models import COUNTED, Order, OrderDay, OrderKind, OrderLine, OrderStatus

YEAR_DAYS = 365
RETURNABLE = (OrderStatus.shipped, OrderStatus.completed)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The orders of the customers within the actor's reach."""
    return through_customer(actor, "order", Order.customer_id)


def visible_lines(actor: Actor) -> ColumnElement[bool]:
    """The lines of visible orders."""
    if actor.sees_all("order"):
        return true()
    return OrderLine.order_id.in_(select(Order.id).where(visible_to(actor)))


def year_until(today: date) -> tuple[date, date]:
    """First and last day of the 365 days that end on ``today``, both inclusive."""
    return today - timedelta(days=YEAR_DAYS - 1), today


def counted() -> ColumnElement[bool]:
    """Orders that are one: confirmed or later."""
    return Order.status.in_(COUNTED)


def of_customer(customer_id: int) -> Select[Order]:
    """The orders of one customer, newest first."""
    return select(Order).where(Order.customer_id == customer_id).order_by(Order.ordered_on.desc(), Order.id.desc())


def matching(session: Session, text: str) -> Select[Order]:
    """The orders whose number begins with ``text`` or whose customer is found by it; all for an empty text."""
    statement = select(Order)
    return statement.where(matches(session, text)) if text else statement


def matches(session: Session, text: str) -> ColumnElement[bool]:
    """The condition of :func:`matching`."""
    actor = current_actor(session)
    within = within_reach(actor, "order") if actor and not actor.sees_most("order") else None
    return or_(numbered(text), search.narrowed(session, "customer", Order.customer_id, text, within))


def numbered(text: str) -> ColumnElement[bool]:
    """The orders whose number begins with ``text``, which is not empty; the range lets the index of numbers serve it."""
    number = text.upper()
    following = number[:-1] + chr(min(ord(number[-1]) + 1, 0x10FFFF))
    return and_(Order.number >= number, Order.number < following, Order.number.startswith(number, autoescape=True))


def found_by_number(session: Session, text: str, limit: int) -> list[Order]:
    """The newest orders whose number begins with ``text``, or whose number elsewhere is ``text``."""
    # Each by its own index: with OR, all orders would be walked from the newest on.
    arms = [
        select(select(Order.id).where(condition).order_by(falling).limit(limit).subquery())
        for condition, falling in ((numbered(text), Order.number.desc()), (Order.external_id == text, Order.id.desc()))
    ]
    wanted = select(Order).where(Order.id.in_(union_all(*arms))).order_by(Order.id.desc())
    return list(session.scalars(wanted.limit(limit)))


def lines_of(order_id: int) -> Select[OrderLine]:
    """The lines of one order with their products, in their order."""
    return (
        select(OrderLine)
        .where(OrderLine.order_id == order_id)
        .options(joinedload(OrderLine.product))
        .execution_options(eager_tables=tuple(scoped_relations(OrderLine, ("product",))))
        .order_by(OrderLine.position)
    )


def lines_without_cost(order_id: int) -> Select[int]:
    """How many lines of an order have an amount but no known cost; the caller has checked that it is visible."""
    unknown = (OrderLine.order_id == order_id, OrderLine.unit_cost.is_(None), OrderLine.gross != 0)
    return select(func.count(OrderLine.id)).where(*unknown)


def returns_of(order_id: int) -> Select[Order]:
    """The returns of one order, newest first."""
    return select(Order).where(Order.original_id == order_id).order_by(Order.ordered_on.desc(), Order.id.desc())


def given_back(
    session: Session, line_ids: Collection[int], *, apart_from: int | None = None
) -> dict[int, tuple[Decimal, Decimal]]:
    """(quantity, gross) that returns took back of each sold line, cancelled returns and ``apart_from`` left out."""
    statement = (
        select(OrderLine.original_line_id, func.sum(OrderLine.quantity), func.sum(OrderLine.gross))
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.original_line_id.in_(sorted(line_ids)), Order.status != OrderStatus.cancelled)
        .group_by(OrderLine.original_line_id)
    )
    if apart_from is not None:
        statement = statement.where(Order.id != apart_from)
    return {
        pk: (round(Decimal(quantity), 3), round(Decimal(gross), 2))
        for pk, quantity, gross in session.execute(statement)
        if pk is not None
    }


def left_to_return(session: Session, order: Order, *, apart_from: int | None = None) -> list[tuple[OrderLine, Decimal]]:
    """The lines of ``order``, each with how many units of it can still be returned."""
    lines = list(session.scalars(lines_of(order.id)))
    back = given_back(session, [line.id for line in lines], apart_from=apart_from)
    nothing = (Decimal(0), Decimal(0))
    return [(line, line.quantity - back.get(line.id, nothing)[0]) for line in lines]


def months_of_customer(customer_id: int, first: date, last: date) -> Select[date, int, Decimal]:
    """(day, orders, gross net of returns) of each day with an order; for the small chart of a customer's page."""
    return (
        select(OrderDay.day, OrderDay.orders, OrderDay.gross)
        .where(OrderDay.customer_id == customer_id, OrderDay.day.between(first, last))
        .order_by(OrderDay.day)
    )


def sums_of_customer(customer_id: int, first: date, last: date) -> Select[int, Decimal]:
    """(orders, gross net of returns) of one customer between two days, both inclusive."""
    return select(func.coalesce(func.sum(OrderDay.orders), 0), func.coalesce(func.sum(OrderDay.gross), 0)).where(
        OrderDay.customer_id == customer_id, OrderDay.day.between(first, last)
    )


def refer_to_opportunity(session: Session, opportunity_id: int) -> bool:
    """Say whether an order, seen or not, that is not cancelled came of the opportunity."""
    statement = (
        select(Order.id).where(Order.opportunity_id == opportunity_id, Order.status != OrderStatus.cancelled).limit(1)
    )
    return session.scalar(statement) is not None


def sales_of(customer_id: int) -> Select[Order]:
    """The sales of one customer of which something may be returned, newest first."""
    return of_customer(customer_id).where(Order.kind == OrderKind.sale, Order.status.in_(RETURNABLE))


scoped(Order, "order", visible_to)
scoped(OrderLine, "order", visible_lines)
scoped(OrderDay, "order", lambda actor: through_customer(actor, "order", OrderDay.customer_id))
