"""客户贡献: what each customer ordered in a period, its share, and the ABC classes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select
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


def _sums(scope: ReportScope) -> CTE:
    return (
        select(
            OrderDay.customer_id.label("customer_id"),
            func.sum(OrderDay.gross).label("value"),
            func.sum(OrderDay.orders).label("orders"),
        )
        .join(Customer, Customer.id == OrderDay.customer_id)
        .where(OrderDay.day.between(scope.first, scope.last), *scope.customers())
        .group_by(OrderDay.customer_id)
        .cte("sums")
    )


def _ranked(scope: ReportScope) -> CTE:
    sums = _sums(scope)
    order = (sums.c.value.desc(), sums.c.customer_id)
    return select(
        sums,
        func.row_number().over(order_by=order).label("rank"),
        func.sum(sums.c.value).over(order_by=order, rows=(None, 0)).label("running"),
        func.sum(sums.c.value).over().label("total"),
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


def contribution(session: Session, scope: ReportScope, *, limit: int = 20, offset: int = 0) -> Contribution:
    """The customers of a period by value, the largest first, with the classes of all of them."""
    ranked = _ranked(scope)
    letter = _class(ranked).label("class_name")
    grouped = (
        select(
            letter,
            func.count(),
            func.sum(ranked.c.value),
            func.sum(ranked.c.orders),
        )
        .group_by(letter)
        .order_by(letter)
    )
    totals = session.execute(grouped).all()
    page: Select[Any] = (
        select(ranked, letter, Customer)
        .join(Customer, Customer.id == ranked.c.customer_id)
        .order_by(ranked.c.rank)
        .offset(offset)
        .limit(limit)
    )
    rows = tuple(
        CustomerRow(
            row.rank,
            row.Customer,
            row.class_name,
            int(row.orders or 0),
            money(row.value),
            money(row.running),
        )
        for row in session.execute(page)
    )
    return Contribution(
        value=sum((money(row[2]) for row in totals), Decimal(0)),
        customers=sum(row[1] for row in totals),
        orders=sum(int(row[3] or 0) for row in totals),
        classes=tuple(ClassRow(row[0], row[1], money(row[2])) for row in totals),
        rows=rows,
    )


def value_by_month(session: Session, scope: ReportScope) -> list[Decimal]:
    """The value of each month of :meth:`ReportScope.months`."""
    bucket = scope.month_of_day(OrderDay.day).label("month")
    statement = (
        select(bucket, func.sum(OrderDay.gross))
        .join(Customer, Customer.id == OrderDay.customer_id)
        .where(OrderDay.day.between(scope.first, scope.last), *scope.customers())
        .group_by(bucket)
    )
    found = {int(month): money(value) for month, value in session.execute(statement)}
    return [found.get(number, Decimal(0)) for number in range(len(scope.months()))]


def total_value(session: Session, scope: ReportScope) -> Decimal:
    """The value of the whole period."""
    statement = (
        select(func.sum(OrderDay.gross))
        .join(Customer, Customer.id == OrderDay.customer_id)
        .where(OrderDay.day.between(scope.first, scope.last), *scope.customers())
    )
    return money(session.scalar(statement))


def money(value: Any) -> Decimal:
    # SQLite sums in binary floating point; cents are exact again after rounding.
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
