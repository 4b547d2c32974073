"""How far the opportunities of a year came, for the marketing director's home page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.i18n import _, format_number, format_percent
from app.opportunities.queries.reached import funnel
from app.reports.home import links
from app.reports.home.asked import start_of
from app.reports.pages import Chart
from app.reports.tables import Cell, Column, ReportTable

DAYS = 365


def funnel_chart(session: Session, today: date) -> Chart | None:
    """The chart with its table; nothing where nobody took an opportunity in a year."""
    first = today - timedelta(days=DAYS - 1)
    steps = funnel(session, start_of(first))
    if not steps[0].count:
        return None
    labels = [str(step.stage) if step.stage else _("Won") for step in steps]
    urls = [links.opportunities(reached=step.code, _flt_1_created_at=first.isoformat()) for step in steps]
    table = ReportTable(
        "funnel",
        _("Opportunity funnel"),
        [
            Column(_("Stage")),
            Column(_("Reached this stage"), "number"),
            Column(_("From the previous stage"), "percent"),
        ],
        [
            [Cell(label), Cell(step.count, url), Cell(step.share)]
            for label, step, url in zip(labels, steps, urls, strict=True)
        ],
    )
    data: dict[str, Any] = {
        "x": labels,
        "n": [step.count for step in steps],
        "label": [
            format_number(step.count)
            if step.share is None
            else f"{format_number(step.count)} · {format_percent(step.share)}"
            for step in steps
        ],
        "links": urls,
    }
    note = _("last 12 months")
    return Chart("funnel", "funnel", table.title, data, table, note=note, height="s")
