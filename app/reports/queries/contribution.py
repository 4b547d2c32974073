"""客户贡献: what each customer ordered in a period, its share, and the ABC classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import CTE, Select, func, literal, null, select, true, union_all
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


def _sums(session: Session, scope: ReportScope) -> CTE:
    return (
        select(
            OrderDay.customer_id.label("customer_id"),
            func.sum(OrderDay.gross).label("value"),
            func.sum(OrderDay.orders).label("orders"),
        )
        .where(*scope.order_days_by_customer(session))
        .group_by(OrderDay.customer_id)
        .cte("sums")
    )


def _classes(sums: CTE) -> Any:
    """One row: customers, orders and value of all, then the same down to each limit of the classes."""
    running = func.sum(sums.c.value).over(order_by=sums.c.value.desc(), rows=(None, 0))
    total = select(func.sum(sums.c.value)).scalar_subquery()
    one = select(sums.c.value, sums.c.orders, (running - sums.c.value).label("before"), total.label("total")).subquery()
    parts = {"": true()} | {
        letter: (one.c.value > 0) & (one.c.before < one.c.total * limit)
        for limit, letter in zip(CLASS_LIMITS, "ab", strict=True)
    }
    columns = [
        figure.filter(within).label(f"{letter}{name}")
        for letter, within in parts.items()
        for name, figure in (
            ("customers", func.count()),
            ("orders", func.sum(one.c.orders)),
            ("value", func.sum(one.c.value)),
        )
    ]
    return select(null().label("customer_id"), *columns).select_from(one)


def _page(sums: CTE, limit: int, offset: int) -> Select[Any]:
    """(customer, value of all larger ones, orders, value) of the customers from place ``offset``, counted from 0."""
    largest = select(sums).order_by(sums.c.value.desc(), sums.c.customer_id)
    page = largest.limit(limit).offset(offset).subquery()
    above = select(func.sum(largest.limit(offset).subquery().c.value)).scalar_subquery() if offset else literal(0)
    return select(page.c.customer_id, above.label("customers"), page.c.orders, page.c.value)


def contribution(
    session: Session, scope: ReportScope, *, limit: int = 20, offset: int = 0, class_name: str = ""
) -> Contribution:
    """The customers of a period by value, the largest first, with the classes of all of them.

    ``class_name`` narrows the rows to those of one class; the figures stay those of all.
    """
    sums = _sums(session, scope)
    if class_name:
        # Where a class begins is known only once the classes are.
        every = session.execute(_classes(sums)).one()
        first, last = _places(every)[class_name]
        offset += first
        rows = session.execute(_page(sums, max(0, min(limit, last - offset)), offset)).all()
    else:
        page = _page(sums, limit, offset)
        # One statement for both: adding up every customer is what takes the time.
        found = session.execute(union_all(_classes(sums), page.add_columns(*[null()] * 6))).all()
        (every,) = (row for row in found if row.customer_id is None)
        rows = [row for row in found if row.customer_id is not None]
    rows = sorted(rows, key=lambda row: (-row.value, row.customer_id))
    return Contribution(
        value=money(every.value),
        customers=every.customers,
        orders=int(every.orders or 0),
        classes=tuple(_class_rows(every)),
        rows=tuple(_with_customers(session, rows, every.value, offset)),
    )


def _places(every: Any) -> dict[str, tuple[int, int]]:
    """The places of each class, from the first (inclusive) to the last (exclusive), counted from 0."""
    ends = (0, every.acustomers, every.bcustomers, every.customers)
    return dict(zip("ABC", pairwise(ends), strict=True))


def _class_rows(every: Any) -> Iterator[ClassRow]:
    """The classes that have customers."""
    down_to = [
        (row[0], money(row[1]), int(row[2] or 0))
        for row in (
            (0, 0, 0),
            (every.acustomers, every.avalue, every.aorders),
            (every.bcustomers, every.bvalue, every.borders),
            (every.customers, every.value, every.orders),
        )
    ]
    for name, (before, after) in zip("ABC", pairwise(down_to), strict=True):
        if after[0] > before[0]:
            yield ClassRow(name, after[0] - before[0], after[1] - before[1], after[2] - before[2])


def _letter(value: Decimal, before: Decimal, total: Decimal) -> str:
    if value <= 0:
        return "C"
    return next((letter for limit, letter in zip(CLASS_LIMITS, "AB", strict=True) if before < total * limit), "C")


def _with_customers(session: Session, page: Sequence[Any], total: Any, offset: int) -> Iterator[CustomerRow]:
    ids = [row.customer_id for row in page]
    known = (
        {customer.id: customer for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}
        if ids
        else {}
    )
    running, every = money(page[0].customers if page else 0), money(total)
    for rank, row in enumerate(page, start=offset + 1):
        value = money(row.value)
        letter = _letter(value, running, every)
        running += value
        yield CustomerRow(rank, known[row.customer_id], letter, int(row.orders or 0), value, running)


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
