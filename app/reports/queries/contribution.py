"""客户贡献: what each customer ordered in a period, its share, and the ABC classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, case, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.orders.models import OrderDay
from app.reports.queries.scope import ReportScope

CLASS_LIMITS = (Decimal("0.7"), Decimal("0.9"))
"""A: customers that together make the first 70 % of the value; B: up to 90 %; C: the rest."""


@dataclass(frozen=True)
class ClassRow:
    name: str
    customers: int
    value: Decimal
    orders: int = 0


@dataclass(frozen=True)
class CustomerRow:
    rank: int
    customer: Customer
    class_name: str
    orders: int
    value: Decimal
    running: Decimal


@dataclass(frozen=True)
class Contribution:
    """``value`` is gross, net of returns; ``customers`` those with an order or return in the period."""

    value: Decimal
    customers: int
    orders: int
    classes: tuple[ClassRow, ...]
    rows: tuple[CustomerRow, ...]


def _ranked(session: Session, scope: ReportScope) -> CTE:
    sums = (
        select(
            OrderDay.customer_id.label("customer_id"),
            func.sum(OrderDay.gross).label("value"),
            func.sum(OrderDay.orders).label("orders"),
        )
        .where(*scope.order_days_by_customer(session))
        .group_by(OrderDay.customer_id)
        .cte("sums")
    )
    order = (sums.c.value.desc(), sums.c.customer_id)
    return select(
        sums,
        func.row_number().over(order_by=order).label("rank"),
        func.sum(sums.c.value).over(order_by=order, rows=(None, 0)).label("running"),
        select(func.sum(sums.c.value)).scalar_subquery().label("total"),
    ).cte("ranked")


def _class(ranked: CTE) -> Any:
    before = ranked.c.running - ranked.c.value
    first, second = CLASS_LIMITS
    return case(
        (ranked.c.value <= 0, literal("C")),
        (before < ranked.c.total * first, literal("A")),
        (before < ranked.c.total * second, literal("B")),
        else_=literal("C"),
    )


def contribution(
    session: Session, scope: ReportScope, *, limit: int = 20, offset: int = 0, class_name: str = ""
) -> Contribution:
    """The customers of a period by value, the largest first, with the classes of all of them.

    ``class_name`` narrows the rows to those of one class; the figures stay those of all.
    """
    ranked = _ranked(session, scope)
    letter = _class(ranked).label("class_name")
    classes = select(
        null().label("customer_id"),
        letter,
        func.count().label("rank"),
        func.sum(ranked.c.orders).label("orders"),
        func.sum(ranked.c.value).label("value"),
        null().label("running"),
    ).group_by(letter)
    wanted = select(ranked.c.customer_id, letter, ranked.c.rank, ranked.c.orders, ranked.c.value, ranked.c.running)
    if class_name:
        narrowed = wanted.where(_class(ranked) == class_name).order_by(ranked.c.rank).limit(limit).offset(offset)
        wanted = select(*narrowed.subquery().c)
    else:
        wanted = wanted.where(ranked.c.rank.between(offset + 1, offset + limit))
    # One statement for both: adding up and ranking every customer is what takes the time.
    found = session.execute(union_all(wanted, classes)).all()
    totals = sorted((row for row in found if row.customer_id is None), key=lambda row: row.class_name)
    page = sorted((row for row in found if row.customer_id is not None), key=lambda row: row.rank)
    return Contribution(
        value=sum((money(row.value) for row in totals), Decimal(0)),
        customers=sum(row.rank for row in totals),
        orders=sum(int(row.orders or 0) for row in totals),
        classes=tuple(ClassRow(row.class_name, row.rank, money(row.value), int(row.orders or 0)) for row in totals),
        rows=tuple(_with_customers(session, page)),
    )


def _with_customers(session: Session, page: Sequence[Any]) -> Iterator[CustomerRow]:
    ids = [row.customer_id for row in page]
    known = (
        {customer.id: customer for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}
        if ids
        else {}
    )
    for row in page:
        yield CustomerRow(
            row.rank,
            known[row.customer_id],
            row.class_name,
            int(row.orders or 0),
            money(row.value),
            money(row.running),
        )


def value_by_day(session: Session, scope: ReportScope) -> dict[date, Decimal]:
    """The value of each day of the period with an order or return."""
    statement = select(OrderDay.day, func.sum(OrderDay.gross)).where(*scope.order_days(session)).group_by(OrderDay.day)
    return {day: money(value) for day, value in session.execute(statement)}


def by_month(scope: ReportScope, days: dict[date, Decimal]) -> list[Decimal]:
    """The value of each month of :meth:`ReportScope.months`, of the days within the period."""
    months = {month: Decimal(0) for month in scope.months()}
    for day, value in days.items():
        month = day.replace(day=1)
        if month in months and scope.first <= day <= scope.last:
            months[month] += value
    return list(months.values())


def total(scope: ReportScope, days: dict[date, Decimal]) -> Decimal:
    """The value of the days within the period."""
    return sum((value for day, value in days.items() if scope.first <= day <= scope.last), Decimal(0))


def money(value: Any) -> Decimal:
    # SQLite sums in binary floating point; cents are exact again after rounding.
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
