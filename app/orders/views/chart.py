"""The small chart of a customer's orders: 24 months as bars, and the customer's own rhythm drawn in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core.i18n import _, format_day, format_money, format_month, ngettext
from app.customers.models import Customer
from app.orders import queries
from app.orders.views.figures import rows_url

MONTHS = 24
HEIGHT = 48
STEP = 10
"""Between two bars, in the units of the drawing."""
FEWEST_DAYS = 3
"""Days with orders from which a rhythm can be read."""


@dataclass(frozen=True)
class Bar:
    """One month: what it came to, and how it is drawn."""

    title: str
    month: str
    orders: int
    gross: Decimal
    url: str
    x: int
    height: float


@dataclass(frozen=True)
class Tick:
    """A day with an order, or one on which an order was to be expected and did not come."""

    title: str
    x: float
    missing: bool


def months(session: Session, customer: Customer, today: date) -> dict[str, Any]:
    """What the card shows: a bar for each month up to ``today``, a tick for each day with orders, and the usual month."""
    first = _earlier(today, MONTHS - 1)
    days = session.execute(queries.months_of_customer(customer.id, first, today)).all()
    starts = [_earlier(today, back) for back in range(MONTHS - 1, -1, -1)]
    sums: dict[date, Decimal] = dict.fromkeys(starts, Decimal(0))
    counts: dict[date, int] = dict.fromkeys(starts, 0)
    for day, count, gross in days:
        sums[day.replace(day=1)] += gross
        counts[day.replace(day=1)] += count
    ordered = [day for day, count, _gross in days if count]
    usual = usual_month(sums, ordered)
    expected = missing_days(ordered, today)
    top = max([*sums.values(), usual or Decimal(0), Decimal(1)])
    return {
        "bars": [
            _bar(customer, start, number, counts[start], sums[start], top, today) for number, start in enumerate(starts)
        ],
        "ticks": [
            *(_tick(day, first, _("%(day)s: ordered", day=format_day(day)), missing=False) for day in ordered),
            *(
                _tick(day, first, _("%(day)s: an order was expected", day=format_day(day)), missing=True)
                for day in expected
            ),
        ],
        "usual": usual,
        "usual_y": round(HEIGHT + 1 - float(usual / top) * HEIGHT, 1) if usual else None,
        "missing": missing_words(len(expected)) if expected else "",
        "orders": sum(counts.values()),
        "total": sum(sums.values(), Decimal(0)),
        "first": format_month(starts[0], today),
        "last": format_month(starts[-1], today),
        "height": HEIGHT,
        "width": MONTHS * STEP,
    }


def usual_month(sums: dict[date, Decimal], ordered: Sequence[date]) -> Decimal | None:
    """The mean of the months from the first order to the last: silence before and after says nothing about them."""
    if len(ordered) < FEWEST_DAYS:
        return None
    first, last = ordered[0].replace(day=1), ordered[-1].replace(day=1)
    lived = [gross for start, gross in sums.items() if first <= start <= last]
    mean = sum(lived, Decimal(0)) / len(lived)
    return round(mean, 2) if mean > 0 else None


def missing_days(ordered: Sequence[date], today: date) -> list[date]:
    """The days since the last order on which, at the mean distance of the orders before, one was to be expected."""
    if len(ordered) < FEWEST_DAYS:
        return []
    gap = (ordered[-1] - ordered[0]).days / (len(ordered) - 1)
    count = int((today - ordered[-1]).days / gap)
    return [ordered[-1] + timedelta(days=round(gap * number)) for number in range(1, count + 1)]


def _bar(customer: Customer, start: date, number: int, orders: int, gross: Decimal, top: Decimal, today: date) -> Bar:
    month = format_month(start, today)
    return Bar(
        title=_("%(month)s: %(amount)s", month=month, amount=format_money(gross)),
        month=month,
        orders=orders,
        gross=gross,
        url=rows_url(customer.id, start, start.replace(day=monthrange(start.year, start.month)[1])),
        x=number * STEP,
        height=round(float(max(gross, Decimal(0)) / top) * HEIGHT, 1),
    )


def _tick(day: date, first: date, title: str, *, missing: bool) -> Tick:
    month = (day.year - first.year) * 12 + day.month - first.month
    share = (day.day - 1) / monthrange(day.year, day.month)[1]
    return Tick(title, round((month + share) * STEP, 1), missing)


def missing_words(count: int) -> str:
    """How many orders were to be expected and did not come."""
    return ngettext("%(num)d expected order missing", "%(num)d expected orders missing", count)


def _earlier(day: date, months_back: int) -> date:
    """The first day of the month that lies ``months_back`` before the month of ``day``."""
    number = day.year * 12 + day.month - 1 - months_back
    return date(number // 12, number % 12 + 1, 1)
