"""The small chart of a customer's orders: what was bought in each of 24 months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core.i18n import _, format_money, format_month
from app.customers.models import Customer
from app.orders import queries

MONTHS = 24
HEIGHT = 48


@dataclass(frozen=True)
class Bar:
    """One month: what it came to, and how it is drawn."""

    title: str
    gross: Decimal
    x: int
    height: float


def months(session: Session, customer: Customer, today: date) -> dict[str, Any]:
    """What the card shows: one bar for each month up to ``today``, and the figures above them."""
    first = _earlier(today, MONTHS - 1)
    sums: dict[tuple[int, int], Decimal] = {}
    orders = 0
    for day, count, gross in session.execute(queries.months_of_customer(customer.id, first, today)):
        sums[day.year, day.month] = sums.get((day.year, day.month), Decimal(0)) + gross
        orders += count
    starts = [_earlier(today, back) for back in range(MONTHS - 1, -1, -1)]
    top = max([*sums.values(), Decimal(1)])
    bars = []
    for number, start in enumerate(starts):
        gross = sums.get((start.year, start.month), Decimal(0))
        title = _("%(month)s: %(amount)s", month=format_month(start, today), amount=format_money(gross))
        bars.append(Bar(title, gross, number * 10, round(float(max(gross, Decimal(0)) / top) * HEIGHT, 1)))
    return {
        "bars": bars,
        "orders": orders,
        "total": sum(sums.values(), Decimal(0)),
        "first": format_month(starts[0], today),
        "last": format_month(starts[-1], today),
        "height": HEIGHT,
    }


def _earlier(day: date, months_back: int) -> date:
    """The first day of the month that lies ``months_back`` before the month of ``day``."""
    number = day.year * 12 + day.month - 1 - months_back
    return date(number // 12, number % 12 + 1, 1)
