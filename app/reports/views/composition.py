"""The page 客户构成."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.core import dictionary
from app.core.i18n import _, format_money, format_number
from app.core.region_names import region_name
from app.customers.models import CustomerStatus
from app.customers.workflow import LABELS
from app.reports.pages import Chart, ReportPage
from app.reports.queries.composition import DIMENSIONS, Part, composition
from app.reports.queries.scope import ReportScope
from app.reports.tables import Cell, Column, ReportTable, cells
from app.reports.views.asked import customers_url, kept, rows_url
from app.theme.widgets import Kpi

TERMS = {"level": "customer_level", "industry": "industry", "source": "source"}
ON_CHART = 12


def composition_page(session: Session, scope: ReportScope, *, limit: int = 0) -> ReportPage:
    """Customers by level, industry, region, credit, satisfaction, source or status."""
    labels = {
        "level": _("Level"),
        "industry": _("Industry"),
        "region": _("Region"),
        "credit": _("Credit"),
        "satisfaction": _("Satisfaction"),
        "source": _("Source"),
        "status": _("Status"),
    }
    by = request.args.get("by", "")
    by = by if by in DIMENSIONS else "level"
    parts = composition(session, scope, by)
    customers = sum(part.customers for part in parts)
    value = sum((part.value for part in parts), Decimal(0))
    entered = sum(part.customers for part in parts if part.key)
    page = ReportPage(
        "composition",
        _("Customer composition"),
        _("Customers as of today; order value of the period"),
        switch=[(name, label, kept(by=name, page=""), "") for name, label in labels.items()],
        chosen=by,
        count=len(parts),
    )
    page.kpis = [
        Kpi(_("Customers"), format_number(customers), url=customers_url(scope)),
        Kpi(_("Order value"), format_money(value), url=_orders(scope)),
        Kpi(_("Number of groups"), format_number(sum(1 for part in parts if part.key))),
        Kpi(
            _("Not entered"),
            format_number(customers - entered),
            labels[by],
            url=next((_drill(scope, by, part) for part in parts if not part.key), ""),
        ),
    ]
    table = ReportTable(
        "parts",
        labels[by],
        [
            Column(labels[by]),
            Column(_("Customers"), "number"),
            Column(_("Share of customers"), "percent"),
            Column(_("Order value"), "money"),
            Column(_("Share of value"), "percent"),
        ],
        [
            cells(
                _label(session, by, part),
                Cell(part.customers, _drill(scope, by, part)),
                Decimal(part.customers) / customers if customers else None,
                Cell(part.value, _orders(scope, by, part)),
                part.value / value if value > 0 else None,
            )
            for part in parts
        ],
        cells(
            _("Total"),
            Cell(customers, customers_url(scope)),
            Decimal(1) if customers else None,
            Cell(value, _orders(scope)),
            Decimal(1) if value > 0 else None,
        ),
    )
    shown = parts[:ON_CHART]
    data = {
        "x": [_label(session, by, part) for part in shown],
        "series": [{"name": _("Customers"), "y": [part.customers for part in shown]}],
        "links": [_drill(scope, by, part) for part in shown],
    }
    worth = {
        "x": data["x"],
        "series": [{"name": _("Order value"), "y": [float(part.value) for part in shown], "tone": "good"}],
        "links": [_orders(scope, by, part) for part in shown],
        "money": True,
    }
    page.charts = [
        Chart("customers", "ranks", _("Customers"), data, table),
        Chart("value", "ranks", _("Order value"), worth, table),
    ]
    page.tables = [table]
    return page


def _orders(scope: ReportScope, by: str = "", part: Part | None = None) -> str:
    """The orders of the period, of all customers or those of one part."""
    args = {"_flt_1_ordered_on": scope.first.isoformat(), "_flt_2_ordered_on": scope.last.isoformat()}
    if part is not None and not part.key:
        args["c_without"] = by
    elif part is not None and not (by == "region" and scope.region):
        args[f"c_{by}"] = part.key[:1] if by == "satisfaction" else part.key
    return rows_url("OrderView.list", scope, **args)


def _label(session: Session, by: str, part: Part) -> str:
    if not part.key:
        return _("not entered")
    if by in TERMS:
        return dictionary.label(session, TERMS[by], part.key)
    if by == "region":
        return region_name(f"{part.key}0000")
    if by == "status":
        return str(LABELS[CustomerStatus[part.key]])
    if by == "credit":
        return _("%(value)s out of 5", value=part.key)
    return part.key


def _drill(scope: ReportScope, by: str, part: Part) -> str:
    """The customers of one part; an empty one is asked for as such."""
    more: dict[str, Any]
    if by == "satisfaction":
        low = part.key[:1]
        more = {"_flt_1_satisfaction": low} if part.key else {"_flt_4_satisfaction": "y"}
        # The highest band includes the best mark.
        more |= {"satisfaction_below": str(int(low) + 1)} if low and not part.key.endswith("5") else {}
    elif by == "region" and part.key:
        more = {"_flt_2_region": part.key}
    elif not part.key:
        more = {f"_flt_4_{by}": "y"}
    else:
        more = {f"_flt_0_{by}": part.key}
    return customers_url(scope, **more)
