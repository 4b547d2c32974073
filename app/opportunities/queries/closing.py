"""The board by closing month: what is under development, by the month in which the customer is expected to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from app.core.calendar import WorkingCalendar
from app.core.periods import month_of
from app.opportunities.models import Opportunity
from app.opportunities.queries.board import (
    DEVELOPING,
    Column,
    card,
    chosen,
    first_few,
    first_of_each,
    sees_most,
    step_of,
    sums,
)
from app.opportunities.queries.stages import all_stages

AHEAD = 4
"""Months after the present one that have a column of their own."""
OVERDUE, LATER, NONE = "overdue", "later", "none"


@dataclass
class Period(Column):
    """One column; ``first`` and ``last`` are its days, both inclusive, None where it is open."""

    first: date | None = None
    last: date | None = None


@dataclass
class ClosingBoard:
    """All columns, in their order."""

    columns: list[Period] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(column.count for column in self.columns)

    @property
    def amount(self) -> Decimal:
        return sum((column.amount for column in self.columns), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        return sum((column.weighted for column in self.columns), Decimal(0))


def periods(today: date) -> list[Period]:
    """The empty columns: overdue, this month from today on, the next months by ``2026-12``, later, no day."""
    found = [Period(OVERDUE, last=today - timedelta(days=1))]
    first = today
    for _n in range(AHEAD + 1):
        last = month_of(first)[1]
        found.append(Period(f"{first:%Y-%m}", first=first, last=last))
        first = last + timedelta(days=1)
    return [*found, Period(LATER, first=first), Period(NONE)]


def period_of(day: date | None, columns: Iterable[Period]) -> Period:
    """The column to which ``day`` belongs."""
    for column in columns:
        if column.code == NONE if day is None else column.code != NONE and day <= (column.last or date.max):
            return column
    raise LookupError(day)


def day_in(period: Period, wished: date | None, calendar: WorkingCalendar) -> date:
    """The day of ``period`` with the same number as ``wished``, or else the last working day of its month.

    ``later`` begins with its first month. Where no working day is left, the last day of the month is meant.
    """
    assert period.first is not None
    last = month_of(period.first)[1]
    if wished is not None and period.first.day <= wished.day <= last.day:
        return last.replace(day=wished.day)
    working = calendar.add_working_days(last + timedelta(days=1), -1)
    return working if working >= period.first else last


def closing_board(
    session: Session, conditions: Iterable[ColumnElement[bool]], *, now: datetime, today: date
) -> ClosingBoard:
    """The board of the visible opportunities under development that meet ``conditions``."""
    wanted, columns = list(conditions), {column.code: column for column in periods(today)}
    place = _place(list(columns.values())).label("place")
    counted = select(place, step_of(now).label("step"), *sums()).where(DEVELOPING, *wanted).group_by("place", "step")
    for code, step, count, amount, weighted in session.execute(counted):
        columns[code].add(step, count, amount, weighted)
    stages = {stage.code: stage for stage in all_stages(session)}
    for opportunity in chosen(session, _nearest_first(session, wanted, columns.values())):
        column = period_of(opportunity.expected_close, columns.values())
        column.cards.append(card(opportunity, stages.get(opportunity.stage), now))
    return ClosingBoard(list(columns.values()))


def _place(columns: list[Period]) -> Any:
    close = Opportunity.expected_close
    dated = [(close <= column.last, column.code) for column in columns if column.last is not None]
    return case((close.is_(None), NONE), *dated, else_=LATER)


def _nearest_first(session: Session, wanted: list[ColumnElement[bool]], columns: Collection[Period]) -> Iterator[Any]:
    close, due_at = Opportunity.expected_close, Opportunity.next_due_at
    order = (close, due_at.is_(None), due_at)
    if not sees_most(session):
        yield first_of_each(_place(list(columns)), (DEVELOPING, *wanted), (*order, Opportunity.id))
        return
    for column in columns:
        within: list[ColumnElement[bool]] = [close.is_(None) if column.code == NONE else close.is_not(None)]
        if column.first is not None:
            within.append(close >= column.first)
        if column.last is not None:
            within.append(close <= column.last)
        yield first_few((DEVELOPING, *within, *wanted), order)
