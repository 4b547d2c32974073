"""The page 客户流失."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.churn.models import ChurnStatus
from app.churn.workflow import LABELS
from app.core import dictionary
from app.core.i18n import _, format_money, format_month, format_number
from app.reports.pages import Chart, ReportPage
from app.reports.queries.churn import ChurnRow, churn
from app.reports.queries.scope import ReportScope
from app.reports.tables import Cell, Column, ReportTable, cells
from app.reports.views.asked import kept, month_days, person_names, rows_url
from app.theme.widgets import Kpi
from app.web.session import today

TONES = {"warned": "wait", "postponed": "open", "lost": "bad", "recovered": "good"}


def churn_page(session: Session, scope: ReportScope, *, limit: int = 0) -> ReportPage:
    """Warnings of the period by what became of them, by reason, person, level or month."""
    labels = {
        "status": _("Status"),
        "reason": _("Reason"),
        "owner": _("Owner"),
        "level": _("Level"),
        "month": _("Month"),
    }
    by = request.args.get("by", "")
    by = by if by in labels else "status"
    states = {row.key: row for row in churn(session, scope, "status")}
    lost_only = str(ChurnStatus.lost) if by == "reason" else ""
    rows = [row for row in churn(session, scope, by, status=lost_only) if not (by == "month" and row.key == -1)]
    name = _namer(session, by, scope, rows)
    page = ReportPage(
        "churn",
        _("Customer churn"),
        _("Warnings opened in the period; value of the 12 months before each warning"),
        switch=[(key, label, kept(by=key, page=""), "") for key, label in labels.items()],
        chosen=by,
        count=len(rows),
    )
    page.kpis = [_state(states, status, scope) for status in ChurnStatus]
    table = ReportTable(
        "cases",
        labels[by],
        [Column(labels[by]), Column(_("Cases"), "number"), Column(_("Order value, 12 months before"), "money")],
        [
            cells(
                name(row.key), Cell(row.cases, _drill(scope, by, row.key)), Cell(row.value, _drill(scope, by, row.key))
            )
            for row in rows
        ],
        cells(
            _("Total"),
            Cell(sum(row.cases for row in rows), _all(scope, by)),
            Cell(sum((row.value for row in rows), Decimal(0)), _all(scope, by)),
        ),
        _("Lost customers only") if by == "reason" else "",
    )
    data = {
        "x": [name(row.key) for row in rows[:15]],
        "series": [
            {"name": _("Order value, 12 months before"), "y": [float(row.value) for row in rows[:15]], "tone": "wait"}
        ],
        "links": [_drill(scope, by, row.key) for row in rows[:15]],
        "money": True,
    }
    page.charts = [
        Chart("cases", "ranks", labels[by], data, table),
        _trend(scope, churn(session, scope, "month"), churn(session, scope, "month", status=str(ChurnStatus.lost))),
    ]
    page.tables = [table]
    return page


def _state(states: dict[Any, ChurnRow], status: ChurnStatus, scope: ReportScope) -> Kpi:
    row = states.get(str(status))
    return Kpi(
        LABELS[status],
        format_number(row.cases if row else 0),
        format_money(row.value if row else Decimal(0)),
        url=_drill(scope, "status", str(status)) if row else "",
        tone={"wait": "wait", "bad": "bad", "good": "good"}.get(TONES[str(status)], ""),
    )


def _namer(session: Session, by: str, scope: ReportScope, rows: list[ChurnRow]) -> Any:
    if by == "owner":
        users = person_names(session, (row.key for row in rows))
        return lambda key: users.get(key, _("nobody"))
    if by == "month":
        return lambda key: f"{scope.months()[int(key)]:%Y-%m}"
    if by == "status":
        return lambda key: str(LABELS[ChurnStatus[key]])
    term_list = {"reason": "churn_reason", "level": "customer_level"}[by]
    return lambda key: dictionary.label(session, term_list, key) if key else _("not entered")


def _all(scope: ReportScope, by: str) -> str:
    """The cases of all rows of the table."""
    lost = {"_flt_0_status": str(ChurnStatus.lost)} if by == "reason" else {}
    return rows_url("ChurnView.list", scope, **lost, **_days(scope.first, scope.last))


def _drill(scope: ReportScope, by: str, key: Any, **more: str) -> str:
    first, last = scope.first, scope.last
    args: dict[str, Any] = {}
    if by == "month":
        first, last = month_days(scope, int(key))
    elif by == "reason":
        args = {"_flt_0_reason": key} if key else {"_flt_4_reason": "y"}
        args["_flt_0_status"] = str(ChurnStatus.lost)
    elif by == "level":
        args = {} if key else {"c_without": "level"}
        return rows_url("ChurnView.list", replace(scope, level=key or ""), **args, **_days(first, last))
    else:
        column = {"owner": "owner_id"}.get(by, by)
        args = {f"_flt_0_{column}": key} if key is not None else {f"_flt_4_{column}": "y"}
    return rows_url("ChurnView.list", scope, **args, **more, **_days(first, last))


def _days(first: date, last: date) -> dict[str, str]:
    return {"_flt_1_opened_on": first.isoformat(), "_flt_2_opened_on": last.isoformat()}


def _trend(scope: ReportScope, opened: list[ChurnRow], lost: list[ChurnRow]) -> Chart:
    starts = scope.months()
    every = {int(row.key): row.cases for row in opened}
    gone = {int(row.key): row.cases for row in lost}
    numbers = range(len(starts))
    table = ReportTable(
        "months",
        _("By month of the warning"),
        [Column(_("Month")), Column(_("Warnings"), "number"), Column(_("of which lost"), "number")],
        [
            cells(
                f"{starts[number]:%Y-%m}",
                Cell(every.get(number, 0), _drill(scope, "month", number)),
                Cell(gone.get(number, 0), _drill(scope, "month", number, _flt_0_status=str(ChurnStatus.lost))),
            )
            for number in numbers
        ],
    )
    data = {
        "x": [format_month(start, today(), short=True) for start in starts],
        "series": [
            {
                "name": _("Other warnings"),
                "y": [every.get(n, 0) - gone.get(n, 0) for n in numbers],
                "tone": "wait",
                "links": [_drill(scope, "month", n, _flt_1_status=str(ChurnStatus.lost)) for n in numbers],
            },
            {
                "name": str(LABELS[ChurnStatus.lost]),
                "y": [gone.get(n, 0) for n in numbers],
                "tone": "bad",
                "links": [_drill(scope, "month", n, _flt_0_status=str(ChurnStatus.lost)) for n in numbers],
            },
        ],
    }
    return Chart("months", "stacked", _("Warnings by month"), data, table)
