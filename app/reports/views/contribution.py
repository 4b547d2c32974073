"""The page 客户贡献."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from app.core.i18n import _, format_money, format_month, format_number, format_percent, ngettext
from app.customers.names import spoken
from app.customers.workflow import LABELS
from app.reports.pages import Chart, ReportPage
from app.reports.queries.contribution import ClassRow, by_month, contribution, total, value_by_day
from app.reports.queries.scope import ReportScope
from app.reports.tables import Cell, Column, ReportTable, cells
from app.reports.views.asked import kept, rows_url
from app.theme.widgets import Kpi
from app.web.session import today

ON_PAGE = 20
CLASSES = ("A", "B", "C")


def contribution_page(session: Session, scope: ReportScope, *, limit: int = ON_PAGE) -> ReportPage:
    """Value per customer, ABC classes and the trend."""
    asked = request.args.get("page", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 and limit == ON_PAGE else 0
    chosen = request.args.get("abc", "")
    chosen = chosen if chosen in CLASSES else ""
    found = contribution(session, scope, limit=limit, offset=number * limit, class_name=chosen)
    shown = next((part.customers for part in found.classes if part.name == chosen), 0) if chosen else found.customers
    earlier = scope.before()
    days = value_by_day(session, replace(scope, first=earlier.first))
    before = total(earlier, days)
    page = ReportPage(
        "contribution",
        _("Customer contribution"),
        _("By order value, VAT included, returns deducted"),
        count=found.customers,
        page=number,
        pages=max(1, -(-shown // ON_PAGE)),
    )
    first = found.classes[0] if found.classes else None
    page.kpis = [
        Kpi(_("Order value"), format_money(found.value), _change(found.value, before), url=_orders(scope)),
        Kpi(_("Customers with orders"), format_number(found.customers), url="#table-customers" if found.rows else ""),
        Kpi(_("Orders"), format_number(found.orders), url=_orders(scope, _flt_0_kind="sale")),
        Kpi(
            _("Share of class A"),
            format_percent(_share(first.value, found.value) if first and first.name == "A" else None, 1),
            ngettext("%(num)d customer", "%(num)d customers", first.customers) if first else "",
        ),
    ]
    table = _table(found, scope, chosen)
    if found.rows and number == 0 and not chosen:
        page.charts.append(_pareto(found, table))
    page.charts.append(_months(scope, days))
    page.tables = [_classes(found, scope), table]
    return page


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole > 0 else None


def _change(value: Decimal, before: Decimal) -> str:
    if before <= 0:
        return ""
    change = format_percent(value / before - 1, 1)
    return _("%(change)s vs. before", change=change if change.startswith("-") else f"+{change}")


def _table(found: Any, scope: ReportScope, chosen: str) -> ReportTable:
    columns = [
        Column(_("Customer")),
        Column(_("ABC class")),
        Column(_("Status")),
        Column(_("Orders"), "number"),
        Column(_("Order value"), "money"),
        Column(_("Share of value"), "percent"),
        Column(_("Running share"), "percent"),
    ]
    rows = [
        cells(
            Cell(row.customer.name, url_for("CustomerView.show", pk=row.customer.id)),
            row.class_name,
            str(LABELS[row.customer.status]),
            Cell(row.orders, _orders(scope, _flt_0_customer_id=row.customer.id, _flt_0_kind="sale")),
            Cell(row.value, _orders(scope, _flt_0_customer_id=row.customer.id)),
            _share(row.value, found.value),
            _share(row.running, found.value),
        )
        for row in found.rows
    ]
    if chosen:
        part = next((part for part in found.classes if part.name == chosen), ClassRow(chosen, 0, Decimal(0)))
        total = cells(_("Total"), "", "", part.orders, part.value, _share(part.value, found.value), None)
        title = _("Customers of class %(name)s", name=chosen)
        back = kept(abc="", page="") + "#table-customers"
        return ReportTable("customers", title, columns, rows, total, all_url=back)
    orders, value = Cell(found.orders, _orders(scope, _flt_0_kind="sale")), Cell(found.value, _orders(scope))
    total = cells(_("Total"), "", "", orders, value, Decimal(1) if found.value else None, None)
    return ReportTable("customers", _("Customers"), columns, rows, total)


def _orders(scope: ReportScope, **more: Any) -> str:
    """The orders of the period that count, narrowed by ``more``."""
    days = {"_flt_1_ordered_on": scope.first.isoformat(), "_flt_2_ordered_on": scope.last.isoformat()}
    return rows_url("OrderView.list", scope, **(days | more))


def _classes(found: Any, scope: ReportScope) -> ReportTable:
    columns = [
        Column(_("ABC class")),
        Column(_("Customers"), "number"),
        Column(_("Order value"), "money"),
        Column(_("Share of value"), "percent"),
    ]
    rows = [
        cells(
            row.name,
            Cell(row.customers, kept(abc=row.name, page="") + "#table-customers"),
            Cell(row.value, kept(abc=row.name, page="") + "#table-customers"),
            _share(row.value, found.value),
        )
        for row in found.classes
    ]
    everybody = kept(abc="", page="") + "#table-customers"
    value = Cell(found.value, _orders(scope))
    total = cells(_("Total"), Cell(found.customers, everybody), value, Decimal(1) if found.value else None)
    note = _("A: the customers that make the first 70 percent of the value; B: up to 90 percent; C: the rest")
    return ReportTable("classes", _("ABC classes"), columns, rows, total, note)


def _pareto(found: Any, table: ReportTable) -> Chart:
    data = {
        "x": [row.customer.short_name or spoken(row.customer.name) for row in found.rows],
        "y": [float(row.value) for row in found.rows],
        "cls": [row.class_name for row in found.rows],
        "cum": [round(float((_share(row.running, found.value) or 0) * 100), 1) for row in found.rows],
        "legend": {"A": _("Class A"), "B": _("Class B"), "C": _("Class C"), "cum": _("Running share")},
        "links": [row[0].url for row in table.rows],
        "money": True,
    }
    rest = found.value - sum((row.value for row in found.rows), Decimal(0))
    note = _("all others together %(value)s", value=format_money(rest)) if rest else ""
    return Chart("pareto", "pareto", _("The largest customers and their running share"), data, table, note, "l")


def _months(scope: ReportScope, days: dict[date, Decimal]) -> Chart:
    months, values = scope.months(), by_month(scope, days)
    table = ReportTable("months", _("By month"), [Column(_("Month")), Column(_("Order value"), "money")])
    ends = [*months[1:], None]
    for month, end, value in zip(months, ends, values, strict=True):
        first, last = max(month, scope.first), scope.last if end is None else end
        url = rows_url(
            "OrderView.list",
            scope,
            _flt_1_ordered_on=first.isoformat(),
            _flt_2_ordered_on=(last if end is None else _day_before(end)).isoformat(),
        )
        table.rows.append(cells(f"{month:%Y-%m}", Cell(value, url)))
    data = {
        "x": [format_month(month, today(), short=True) for month in months],
        "y": [float(value) for value in values],
        "name": _("Order value"),
        "money": True,
        "links": [row[1].url for row in table.rows],
    }
    return Chart("months", "months", _("Order value by month"), data, table)


def _day_before(day: Any) -> Any:
    return day - timedelta(days=1)
