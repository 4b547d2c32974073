"""What the moves of an order do besides its status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session, object_session

from app.core import timeline
from app.core.actors import Actor
from app.core.errors import NotFound, invalid
from app.core.events import on
from app.core.i18n import _l, local_day
from app.core.visibility import find
from app.customers import services as customers
from app.customers.models import Customer
from app.orders import queries
from app.orders.models import COUNTED, Order, OrderKind, OrderStatus
from app.orders.services import rollups, telling
from app.orders.services.amounts import totals
from app.orders.workflow import workflow


def _session_of(order: Order) -> Session:
    session = object_session(order)
    assert session is not None
    return session


@workflow.effect("confirm")
def _fix_prices(order: Order, *, by: Actor, at: datetime) -> None:
    """Keep what the goods cost today; from now on lines and prices stay as they are."""
    session = _session_of(order)
    lines = list(session.scalars(queries.lines_of(order.id)))
    if order.kind is OrderKind.sale:
        for line in lines:
            if line.product is not None:
                line.unit_cost = line.product.cost_price
        order.cost = totals([vars(line) for line in lines]).cost


@workflow.effect("complete")
def _note_delivery(order: Order, *, by: Actor, at: datetime, delivered_on: date | None = None) -> None:
    """Keep the day of delivery: the one given, the one noted before, or today.

    :raises Invalid: for a day before the order or in the future.
    """
    day = delivered_on or order.delivered_on or local_day(at)
    if not order.ordered_on <= day <= local_day(at):
        raise invalid("delivered_on", _l("The day of delivery is between the day of the order and today."))
    order.delivered_on = day


@workflow.effect("cancel")
def _note_reason(order: Order, *, by: Actor, at: datetime, reason: str | None = None) -> None:
    """Keep why, if somebody says so."""
    order.cancel_reason = " ".join((reason or "").split())[:300] or None


@on("order.confirm")
def _count(order: Order, *, by: Actor, at: datetime, **_data: Any) -> None:
    """Count the order, and make who ordered an active customer."""
    session = _session_of(order)
    rollups.keep(session, [(order.customer_id, order.ordered_on)], local_day(at))
    if order.kind is OrderKind.sale:
        customer = find(session, Customer, order.customer_id)
        if customer is None:
            raise NotFound
        customers.activate(customer, by=by, at=at)
    _tell("order.confirm", order, by, at)


@on("order.ship")
def _shipped(order: Order, *, by: Actor, at: datetime, **_data: Any) -> None:
    _tell("order.ship", order, by, at)


@on("order.complete")
def _completed(order: Order, *, by: Actor, at: datetime, **_data: Any) -> None:
    _tell("order.complete", order, by, at)


@on("order.cancel")
def _discount(order: Order, *, by: Actor, at: datetime, before: OrderStatus, **_data: Any) -> None:
    """Count the order no longer; that a draft was thrown away is nobody's news."""
    if before in COUNTED:
        rollups.keep(_session_of(order), [(order.customer_id, order.ordered_on)], local_day(at))
        _tell("order.cancel", order, by, at)


def _tell(event: str, order: Order, by: Actor, at: datetime) -> None:
    timeline.tell(
        _session_of(order),
        order.customer_id,
        event,
        at,
        record_id=order.id,
        actor_id=by.user_id,
        **telling.words(order.number, order.kind, order.gross),
    )
