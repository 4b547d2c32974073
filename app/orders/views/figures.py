"""What is behind the figures of a customer that orders keep, for the strip on its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.core.actors import Actor
from app.core.database import db
from app.core.i18n import _, format_number, format_percent
from app.customers.models import Customer
from app.customers.panels import Figure
from app.orders import queries
from app.orders.models import COUNTED
from app.web.session import today


def figures_of(customer: Customer, actor: Actor) -> Mapping[str, Figure]:
    """The orders of the last 12 months, and how they compare with the 12 months before."""
    if not actor.may("order.see"):
        return {}
    first, last = queries.year_until(today())
    before = first - timedelta(days=1)
    orders, value = db.session.execute(queries.sums_of_customer(customer.id, *queries.year_until(before))).one()
    note, tone = _change(customer.value_12m, round(Decimal(value), 2))
    figures = {
        "value_12m": Figure(rows_url(customer.id, first, last), note, tone),
        "orders_12m": Figure(
            rows_url(customer.id, first, last, kind="sale"),
            _("before: %(count)s", count=format_number(orders)) if orders or customer.orders_12m else "",
        ),
    }
    if customer.last_order_on is not None:
        day = customer.last_order_on
        figures["last_order_on"] = Figure(rows_url(customer.id, day, day, kind="sale"))
    return figures


def rows_url(customer_id: int, first: date, last: date, kind: str = "") -> str:
    """The list of the customer's orders that count between two days, both inclusive."""
    return url_for(
        "OrderView.list",
        _flt_0_customer_id=customer_id,
        _flt_1_ordered_on=first.isoformat(),
        _flt_2_ordered_on=last.isoformat(),
        _flt_3_status=",".join(COUNTED),
        _flt_0_kind=kind or None,
    )


def _change(value: Decimal, before: Decimal) -> tuple[Any, str]:
    """By which share a value changed, with its colour; nothing when there is nothing to compare with."""
    if before <= 0 or value < 0:
        return "", ""
    share = (value - before) / before
    if not round(share, 2):
        return "", ""
    title = _("Compared with the 12 months before")
    icon, tone = ("ti-trending-up", "good") if share > 0 else ("ti-trending-down", "bad")
    sign = "+" if share > 0 else "\N{MINUS SIGN}"
    return (
        Markup('<span class="nowrap" title="{}"><i class="ti {}" aria-hidden="true"></i>{}{}</span>').format(
            title, icon, sign, format_percent(abs(share))
        ),
        tone,
    )
