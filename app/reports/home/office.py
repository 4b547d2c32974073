"""The office's work: orders to ship and to complete, drafts, what was imported lately."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.database import db
from app.core.i18n import _, _l, format_number
from app.customers.models import Customer
from app.orders.models import Order, OrderStatus
from app.orders.views import looks
from app.reports.home import links
from app.reports.home.asked import Asked, start_of
from app.reports.home.numbers import Numbers, Question, counted, whole
from app.reports.home.queries import shared
from app.reports.home.queries import shipping as queries
from app.reports.home.sections import Section
from app.theme.widgets import Kpi

RECENT_DAYS = 7


def questions(asked: Asked) -> list[Question]:
    """What is counted for the strip."""
    found: list[Question] = []
    if asked.may("order.see"):
        late = Order.promised_on < asked.day
        for name, where in (
            ("ship", queries.orders_in(OrderStatus.confirmed)),
            ("late", queries.orders_in(OrderStatus.confirmed, late)),
            ("complete", queries.orders_in(OrderStatus.shipped)),
            ("drafts", queries.orders_in(OrderStatus.draft)),
        ):
            found.append(counted(name, Order.id, *where, amount=Order.value))
    if asked.may("customer.see"):
        since = Customer.created_at >= start_of(asked.day - timedelta(days=RECENT_DAYS))
        found.append(counted("entered", Customer.id, since))
        found.append(counted("imported", Customer.id, since, Customer.external_id.is_not(None)))
    return found


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """The strip and the lists."""
    session, sees, urls = db.session(), asked.may("order.see"), _urls(asked)
    ship, complete = OrderStatus.confirmed, OrderStatus.shipped
    return {
        "strip": _strip(found, urls),
        "urls": urls,
        "found": found,
        "to_ship": session.scalars(queries.orders_to_do(ship, shared.TO_DO)).all() if sees else None,
        "to_complete": session.scalars(queries.orders_to_do(complete, shared.ROWS)).all() if sees else None,
        "drafts": session.scalars(queries.orders_to_do(OrderStatus.draft, shared.ROWS)).all() if sees else None,
        "kind": looks.kind,
        "value": looks.value,
    }


def _urls(asked: Asked) -> dict[str, str]:
    return {
        "ship": links.orders(_flt_0_status="confirmed"),
        "late": links.orders(_flt_0_status="confirmed", _flt_2_promised_on=asked.yesterday.isoformat()),
        "complete": links.orders(_flt_0_status="shipped"),
        "drafts": links.orders(_flt_0_status="draft"),
        "entered": links.customers(_flt_1_created_at=(asked.day - timedelta(days=RECENT_DAYS)).isoformat()),
    }


def _strip(found: Numbers, urls: dict[str, str]) -> list[Kpi]:
    labels = (
        ("ship", _("To ship"), ""),
        ("late", _("Past the promised date"), "bad"),
        ("complete", _("Shipped, to complete"), ""),
        ("drafts", _("Drafts"), ""),
    )
    strip = [
        Kpi(
            label,
            format_number(found[name].count),
            whole(found[name].amount) if found[name].amount else "",
            urls[name],
            tone if found[name].count else "",
        )
        for name, label, tone in labels
        if name in found
    ]
    if "entered" in found:
        imported = found["imported"].count
        note = _("%(count)d imported", count=imported) if imported else ""
        strip.append(
            Kpi(_("Customers entered in the last 7 days"), format_number(found["entered"].count), note, urls["entered"])
        )
    return strip


SECTION = Section("office", _l("Orders"), "Office Administrator", ("order.ship",), questions, page)
