"""The page 客户服务."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.core import dictionary
from app.core.i18n import _, format_month, format_number, format_percent
from app.reports.pages import Chart, ReportPage
from app.reports.queries.scope import ReportScope
from app.reports.queries.service import ServiceRow, all_together, service
from app.reports.tables import Cell, Column, ReportTable, cells
from app.reports.views.asked import kept, month_days, person_names, rows_url
from app.service.models import Priority, RequestStatus
from app.service.terms import PRIORITIES
from app.service.workflow import LABELS
from app.theme.widgets import Kpi
from app.web.session import today


def service_page(session: Session, scope: ReportScope, *, limit: int = 0) -> ReportPage:
    """Requests by type, status, specialist, priority or month, with times and ratings."""
    labels = {
        "type": _("Type"),
        "status": _("Status"),
        "specialist": _("Specialist"),
        "priority": _("Priority"),
        "month": _("Month"),
    }
    by = request.args.get("by", "")
    by = by if by in labels else "type"
    rows = [row for row in service(session, scope, by) if not (by == "month" and row.key == -1)]
    months = rows if by == "month" else [row for row in service(session, scope, "month") if row.key != -1]
    name = _namer(session, by, scope, rows)
    page = ReportPage(
        "service",
        _("Customer service"),
        _("Requests received in the period; times by the clock"),
        switch=[(key, label, kept(by=key, page=""), "") for key, label in labels.items()],
        chosen=by,
        count=len(rows),
    )
    every = all_together(session, scope)
    page.kpis = [
        Kpi(_("Requests"), format_number(every.requests), url=_drill(scope, "", None)),
        Kpi(_("Not archived yet"), format_number(every.open), url=_open(scope, "", None)),
        Kpi(_("First answer"), _hours(every.response_hours), _("hours on average")),
        Kpi(_("Solved"), _hours(every.resolution_hours), _("hours on average")),
        Kpi(_("Solved in time"), format_percent(every.in_time, 1) or "–"),
        Kpi(
            _("Satisfaction"),
            format_number(every.satisfaction, 2) if every.rated else _("not rated"),
            _("%(count)d rated", count=every.rated),
        ),
    ]
    table = ReportTable(
        "requests",
        labels[by],
        [
            Column(labels[by]),
            Column(_("Requests"), "number"),
            Column(_("Not archived yet"), "number"),
            Column(_("First answer, hours"), "hours"),
            Column(_("Solved, hours"), "hours"),
            Column(_("Solved in time"), "percent"),
            Column(_("Satisfaction"), "rating"),
        ],
        [
            cells(
                name(row.key),
                Cell(row.requests, _drill(scope, by, row.key)),
                Cell(row.open, _open(scope, by, row.key) if row.open else ""),
                row.response_hours,
                row.resolution_hours,
                row.in_time,
                row.satisfaction,
            )
            for row in rows
        ],
        cells(
            _("Total"),
            Cell(every.requests, _drill(scope, "", None)),
            Cell(every.open, _open(scope, "", None)),
            every.response_hours,
            every.resolution_hours,
            every.in_time,
            every.satisfaction,
        ),
    )
    data = {
        "x": [name(row.key) for row in rows[:15]],
        "series": [
            {
                "name": _("Archived"),
                "y": [row.requests - row.open for row in rows[:15]],
                "tone": "done",
                "links": [_archived(scope, by, row.key) for row in rows[:15]],
            },
            {
                "name": _("Not archived yet"),
                "y": [row.open for row in rows[:15]],
                "tone": "open",
                "links": [_open(scope, by, row.key) for row in rows[:15]],
            },
        ],
    }
    page.charts = [Chart("requests", "bars" if by == "month" else "ranks", labels[by], data | {"stacked": True}, table)]
    if months:
        page.charts.append(_trend(scope, months))
    page.tables = [table]
    return page


def _hours(value: float | None) -> str:
    return format_number(value, 1) if value is not None else "–"


def _namer(session: Session, by: str, scope: ReportScope, rows: list[ServiceRow]) -> Any:
    if by == "specialist":
        users = person_names(session, (row.key for row in rows))
        return lambda key: users.get(key, _("not assigned"))
    if by == "month":
        return lambda key: f"{scope.months()[int(key)]:%Y-%m}"
    if by == "status":
        return lambda key: str(LABELS[RequestStatus[key]])
    if by == "priority":
        return lambda key: str(PRIORITIES[Priority[key]])
    return lambda key: dictionary.label(session, "request_type", key)


def _archived(scope: ReportScope, by: str, key: Any) -> str:
    return _drill(scope, by, key, _flt_0_status=str(RequestStatus.archived))


def _open(scope: ReportScope, by: str, key: Any) -> str:
    """Those that are not archived yet."""
    if by == "status":
        return _drill(scope, by, key)
    return _drill(scope, by, key, _flt_1_status=str(RequestStatus.archived))


def _drill(scope: ReportScope, by: str, key: Any, **more: Any) -> str:
    first, last = scope.first, scope.last
    args: dict[str, Any] = {}
    if by == "month":
        first, last = month_days(scope, int(key))
    elif by == "specialist":
        args = {"_flt_0_owner_id": key} if key is not None else {"_flt_4_owner_id": "y"}
    elif by:
        args = {f"_flt_0_{by}": key}
    args |= {"_flt_1_received_at": first.isoformat(), "_flt_2_received_at": last.isoformat()}
    return rows_url("ServiceRequestView.list", scope, **(args | more))


def _trend(scope: ReportScope, months: list[ServiceRow]) -> Chart:
    found = {int(row.key): row for row in months}
    starts = scope.months()
    table = ReportTable(
        "months",
        _("By month"),
        [Column(_("Month")), Column(_("Requests"), "number"), Column(_("Satisfaction"), "rating")],
        [
            cells(
                f"{start:%Y-%m}",
                Cell(found[number].requests if number in found else 0, _drill(scope, "month", number)),
                found[number].satisfaction if number in found else None,
            )
            for number, start in enumerate(starts)
        ],
    )
    data = {
        "x": [format_month(start, today(), short=True) for start in starts],
        "y": [found[number].requests if number in found else 0 for number in range(len(starts))],
        "name": _("Requests"),
        "links": [_drill(scope, "month", number) for number in range(len(starts))],
    }
    return Chart("months", "months", _("Requests by month"), data, table)
