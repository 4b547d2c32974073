"""The order value of twelve months beside that of the twelve before, for the sales director's home page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from app.core.i18n import _, format_month
from app.core.periods import month_of
from app.reports.home.queries.analysis import value_by_day
from app.reports.pages import Chart
from app.reports.queries.contribution import money
from app.reports.queries.scope import ReportScope
from app.reports.tables import Cell, Column, ReportTable

MONTHS = 12


def turnover(session: Session, today: date) -> Chart | None:
    """The chart with its table; nothing where nobody ordered in two years. The last month lasts until today."""
    months = ReportScope(date(today.year - 2, today.month, 1), today).months()[-2 * MONTHS :]
    scope = ReportScope(months[0], today)
    sums = dict.fromkeys(months, Decimal(0))
    for day, value in value_by_day(session, scope):
        sums[day.replace(day=1)] += money(value)
    if not any(sums.values()):
        return None
    before, now = months[:MONTHS], months[MONTHS:]
    labels = [format_month(month, today, short=True) for month in now]
    table = ReportTable(
        "turnover",
        _("Order value, last 12 months"),
        [
            Column(_("Month")),
            Column(_("Order value"), "money"),
            Column(_("A year earlier"), "money"),
            Column(_("Change"), "percent"),
        ],
        [
            [
                Cell(label),
                Cell(sums[month], _url(month, today)),
                Cell(sums[year_ago], _url(year_ago, today)),
                _change(sums[month], sums[year_ago]),
            ]
            for label, month, year_ago in zip(labels, now, before, strict=True)
        ],
    )
    data: dict[str, Any] = {
        "x": labels,
        "series": [
            {"name": _("Order value"), "y": [float(sums[month]) for month in now]},
            {
                "name": _("A year earlier"),
                "y": [float(sums[month]) for month in before],
                "tone": "wait",
                "dashed": True,
            },
        ],
        "links": [_url(month, today) for month in now],
        "money": True,
    }
    note = _("this month until today")
    return Chart("turnover", "bars", table.title, data, table, note=note, height="s")


def _url(month: date, today: date) -> str:
    first, last = month_of(month)
    return url_for("ReportView.contribution", first=first.isoformat(), last=min(last, today).isoformat())


def _change(value: Decimal, before: Decimal) -> Cell:
    return Cell(value / before - 1 if before > 0 else None)
