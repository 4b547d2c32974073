"""What forms of later features may refer to: orders, by number or customer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session, joinedload

from app.core.i18n import _
from app.orders import queries
from app.orders.models import Order
from app.web.lookup import Lookup, register_lookup


def _matching(session: Session, text: str) -> Select[Any]:
    found = queries.matching(session, text)
    return found.options(joinedload(Order.customer)).order_by(Order.ordered_on.desc(), Order.id.desc())


def _hint(order: Order) -> str:
    return _("%(day)s · %(customer)s", day=order.ordered_on.isoformat(), customer=order.customer.name)


def register() -> None:
    """Offer the look-up of this feature."""
    register_lookup(
        "order", Lookup(Order, "order.see", text=lambda order: order.number, hint=_hint, matching=_matching)
    )
