"""The six-month rule, and the order histories it judges: one function for the nightly job, the command and the pages.

Histories are read from the orders themselves, never from what is kept at the customer: a judgement as of a day in the
past sees no order after that day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from statistics import stdev
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.orders.models import COUNTED, Order, OrderKind

SILENCE_DAYS = 183
"""Silent for more days than this: no order on any of the last 184 days, the day of judgement included."""

YEAR_DAYS = 365
# Customers read together: bounds the memory, and how long a reading transaction lasts.
READ_AT_ONCE = 20_000

NOTHING = Decimal("0.00")
Occasion = tuple[date, Decimal]


def is_silent(last_order_on: date, asof: date) -> bool:
    """Say whether a customer who ordered last on ``last_order_on`` is flagged on the day ``asof``: s > 183."""
    return (asof - last_order_on).days > SILENCE_DAYS


@dataclass(frozen=True, slots=True)
class History:
    """What one customer ordered until the day of judgement; all rows of one day are one order."""

    customer_id: int
    first_on: date
    last_on: date
    orders: int
    value: Decimal
    """Of the 365 days that end on the day of judgement, returns taken off."""

    @property
    def repeats(self) -> int:
        """Orders after the first one."""
        return self.orders - 1

    @property
    def span(self) -> int:
        """Days from the first to the last order."""
        return (self.last_on - self.first_on).days

    def usual_gap(self, mean_gap: float) -> float:
        """Days between two orders of this customer, drawn towards everybody's ``mean_gap`` when there are few."""
        return max((self.span + mean_gap) / self.orders, 1.0)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A history order by order."""

    history: History
    occasions: tuple[Occasion, ...]

    @property
    def gaps(self) -> list[int]:
        """Days between one order and the next."""
        return [(later - earlier).days for (earlier, _), (later, _) in pairwise(self.occasions)]

    @property
    def spread(self) -> float | None:
        """How much the gaps differ (standard deviation); None with fewer than two."""
        gaps = self.gaps
        return stdev(gaps) if len(gaps) > 1 else None


def net_of_returns(rows: Iterable[tuple[date, Decimal]]) -> list[Occasion]:
    """Return the purchase occasions of one customer, oldest first; ``rows`` are (day, amount), returns below zero.

    A return cancels the latest earlier or same-day order of exactly its amount; without one it is taken off the latest
    orders before it, one after the other. What is left over belongs to orders before the data and is dropped. An order
    brought to zero is none; one that was entered with zero (free goods) is.
    """
    standing: list[list[Any]] = []  # day, amount left, oldest first
    for day, amount in sorted(rows, key=lambda row: (row[0], row[1] < 0)):
        if amount >= 0:
            standing.append([day, amount])
        else:
            _take_back(standing, -amount)
    return [
        (day, sum((amount for _, amount in rows_of_day), NOTHING))
        for day, rows_of_day in groupby(standing, key=lambda row: row[0])
    ]


def _take_back(standing: list[list[Any]], amount: Decimal) -> None:
    for place in range(len(standing) - 1, -1, -1):
        if standing[place][1] == amount:
            del standing[place]
            return
    for place in range(len(standing) - 1, -1, -1):
        if not amount:
            return
        taken = min(standing[place][1], amount)
        if not taken:
            continue  # free goods
        amount -= taken
        standing[place][1] -= taken
        if not standing[place][1]:
            del standing[place]


def history_of(customer_id: int, occasions: list[Occasion], asof: date) -> History:
    """Sum up the occasions of one customer; there must be one."""
    since = asof - timedelta(days=YEAR_DAYS)
    value = sum((amount for day, amount in occasions if day > since), NOTHING)
    return History(customer_id, occasions[0][0], occasions[-1][0], len(occasions), value)


def rhythms(session: Session, customer_ids: Collection[int], asof: date) -> dict[int, Rhythm]:
    """The histories of a few customers order by order; those without an order are missing."""
    found: dict[int, Rhythm] = {}
    for pk, rows in _rows_of(session, customer_ids, asof):
        occasions = net_of_returns(rows)
        if occasions:
            found[pk] = Rhythm(history_of(pk, occasions, asof), tuple(occasions))
    return found


def ranges(session: Session) -> Iterator[range]:
    """Cover the keys of all customers with ranges that are read together."""
    last = session.scalar(select(func.max(Customer.id))) or 0
    for first in range(0, last + 1, READ_AT_ONCE):
        yield range(first, first + READ_AT_ONCE)


def histories(session: Session, asof: date, keys: range) -> Iterator[History]:
    """The history of each of the customers ``keys`` with an order until ``asof``; internal ones are left out."""
    with_returns = []
    for row in session.execute(_sums(asof, Order.customer_id.between(keys.start, keys.stop - 1))):
        if row.returns:
            with_returns.append(row.customer_id)
        else:
            yield History(row.customer_id, row.first_on, row.last_on, row.orders, round(Decimal(row.value), 2))
    for place in range(0, len(with_returns), 500):
        for rhythm in rhythms(session, with_returns[place : place + 500], asof).values():
            yield rhythm.history


def judged_orders(asof: date) -> ColumnElement[bool]:
    """The orders a judgement as of ``asof`` knows: confirmed or later, of that day or before."""
    return Order.status.in_(COUNTED) & (Order.ordered_on <= asof)


def _sums(asof: date, some: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    in_year = Order.ordered_on > asof - timedelta(days=YEAR_DAYS)
    return (
        select(
            Order.customer_id,
            func.min(Order.ordered_on).label("first_on"),
            func.max(Order.ordered_on).label("last_on"),
            func.count(Order.ordered_on.distinct()).label("orders"),
            func.sum(case((in_year, Order.value), else_=NOTHING)).label("value"),
            func.sum(case((Order.kind == OrderKind.return_, 1), else_=0)).label("returns"),
        )
        .join(Customer, Customer.id == Order.customer_id)
        .where(some, judged_orders(asof), Customer.is_internal.is_(False))
        .group_by(Order.customer_id)
        .order_by(Order.customer_id)
    )


def _rows_of(
    session: Session, customer_ids: Collection[int], asof: date
) -> Iterator[tuple[int, list[tuple[date, Decimal]]]]:
    statement = (
        select(Order.customer_id, Order.ordered_on, Order.value)
        .where(Order.customer_id.in_(sorted(customer_ids)), judged_orders(asof))
        .order_by(Order.customer_id, Order.ordered_on, Order.id)
    )
    for pk, rows in groupby(session.execute(statement), key=lambda row: row.customer_id):
        yield pk, [(row.ordered_on, row.value) for row in rows]
