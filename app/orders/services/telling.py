"""What the customer's timeline tells about an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from app.core import timeline
from app.core.actors import Actor
from app.core.i18n import local_day, time_zone
from app.orders.models import Order, OrderKind


def words(number: str, kind: OrderKind, gross: Any) -> dict[str, str]:
    """What the sentences are made of."""
    return {"number": number, "kind": kind.value, "amount": f"{gross:.2f}"}


def moment_of(day: date, at: datetime) -> datetime:
    """The moment an order of ``day`` stands at in the timeline: ``at`` itself, or noon of an earlier day."""
    return at if day == local_day(at) else datetime.combine(day, time(12), time_zone())


def entered(order: Order | Mapping[str, Any], by: Actor, at: datetime) -> dict[str, Any]:
    """The entry about an order that came from another system, at the day of the order."""
    of = order if isinstance(order, Mapping) else vars(order)
    return timeline.row(
        of["customer_id"],
        "order.enter",
        moment_of(of["ordered_on"], at),
        record_id=of["id"],
        actor_id=by.user_id,
        **words(of["number"], of["kind"], of["gross"]),
    )
