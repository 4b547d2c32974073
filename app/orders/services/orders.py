"""Orders are made, changed and deleted here; their moves have their effects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.core import audit, timeline
from app.core.actors import Actor
from app.core.doing import done_by
from app.core.errors import IllegalMove, NotFound
from app.core.i18n import _l, local_day
from app.core.numbering import next_number
from app.core.visibility import find
from app.orders import queries
from app.orders.models import COUNTED, Order, OrderKind, OrderLine, OrderStatus
from app.orders.services import rollups, telling
from app.orders.services.entering import HEADER, LINE, Draft, draft
from app.orders.services.known import Known, known_to
from app.orders.services.welcoming import welcome
from app.orders.workflow import workflow

LATER = {
    OrderStatus.draft: HEADER | {"lines"},
    OrderStatus.confirmed: frozenset({"contact_id", "promised_on", "delivered_on", "address", "notes"}),
    OrderStatus.shipped: frozenset({"contact_id", "delivered_on", "notes"}),
    OrderStatus.completed: frozenset({"delivered_on", "notes"}),
    OrderStatus.cancelled: frozenset({"notes"}),
}
"""What may still be changed; prices are fixed once an order is confirmed."""


def create_order(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Order:
    """Make a draft; ``values["lines"]`` are its lines, without a day it is of today.

    :raises Invalid: with a sentence for each wrong field; those of lines are called ``lines-0-quantity``.
    """
    with done_by(by, at, "order.add") as session:
        return _write(session, {"ordered_on": local_day(at), **values}, OrderStatus.draft, by, at, history=False)


def enter_order(values: Mapping[str, Any], status: OrderStatus, *, by: Actor, at: datetime) -> Order:
    """Record an order that another system took, in the state it has there.

    It may have a line that is nothing but a total, and a return may lack its original.

    :raises Invalid: with a sentence for each wrong field.
    """
    with done_by(by, at, "order.import") as session:
        order = _write(session, values, status, by, at, history=True)
        if status in COUNTED:
            timeline.write(session.connection(), [telling.entered(order, by, at)])
            rollups.keep(session, [(order.customer_id, order.ordered_on)], local_day(at))
            if order.kind is OrderKind.sale:
                welcome({order.customer_id: order.ordered_on}, by=by, at=at)
    return order


def owner_of(header: Mapping[str, Any], known: Known, by: Actor) -> int | None:
    """Who sold it: the owner of the opportunity, else of the customer, else whoever enters it."""
    _customer, owner_id = known.opportunities.get(header.get("opportunity_id") or 0, (0, None))
    return owner_id or known.customers.get(header["customer_id"]) or by.user_id


def _write(
    session: Session, values: Mapping[str, Any], status: OrderStatus, by: Actor, at: datetime, *, history: bool
) -> Order:
    known = known_to(session, [values], local_day(at))
    new = draft(values, known, history=history)
    order = Order(
        **new.header,
        number=next_number(session, "order", at),
        status=status,
        owner_id=owner_of(new.header, known, by),
    )
    _set_totals(order, new)
    session.add(order)
    session.flush()
    _set_lines(session, order, new)
    return order


def _set_totals(order: Order, new: Draft) -> None:
    order.gross, order.net, order.cost = new.totals.gross, new.totals.net, new.totals.cost
    order.value = -order.gross if order.kind is OrderKind.return_ else order.gross


def _set_lines(session: Session, order: Order, new: Draft) -> None:
    session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
    session.add_all(OrderLine(order_id=order.id, **line) for line in new.lines)
    session.flush()
    session.expire(order, ["lines"])


def update_order(order: Order, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Order:
    """Change what ``values`` names; ``lines`` replaces all lines.

    :raises IllegalMove: for a field that the order's status does not let anyone change any more.
    :raises Invalid: with a sentence for each wrong field.
    """
    with done_by(by, at, "order.edit") as session:
        order = _locked(session, order)
        open_to_change = LATER[order.status]
        changed = {name: value for name, value in values.items() if _differs(order, name, value)}
        if not set(changed) <= open_to_change:
            raise IllegalMove(_fixed(order))
        return _rewrite(session, order, changed, by, at, history=False)


def correct_order(order: Order, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Order:
    """Change an imported order to what the system of origin says now, whatever its status.

    :raises Invalid: with a sentence for each wrong field.
    """
    with done_by(by, at, "order.import") as session:
        order = _locked(session, order)
        before = (order.customer_id, order.ordered_on)
        changed = {name: value for name, value in values.items() if _differs(order, name, value)}
        order = _rewrite(session, order, changed, by, at, history=True)
        if order.is_counted:
            rollups.keep(session, {before, (order.customer_id, order.ordered_on)}, local_day(at))
    return order


def _locked(session: Session, order: Order) -> Order:
    session.flush()
    locked: Order | None = find(session, Order, order.id, lock=True)
    if locked is None:
        raise NotFound
    return locked


def _differs(order: Order, name: str, value: Any) -> bool:
    if name == "lines":
        return True
    return name not in HEADER or getattr(order, name) != (value or None)


def _fixed(order: Order) -> Any:
    return _l(
        "This order is now “%(status)s”: its lines and prices can no longer be changed.",
        status=workflow.labels[order.status],
    )


def _rewrite(
    session: Session, order: Order, changed: Mapping[str, Any], by: Actor, at: datetime, *, history: bool
) -> Order:
    if "lines" in changed:
        _refuse_if_returned(session, order)
    lines = list(session.scalars(queries.lines_of(order.id)))
    complete = {name: getattr(order, name) for name in HEADER} | {"lines": [_entered(order, line) for line in lines]}
    complete |= changed
    known = known_to(session, [complete], local_day(at), apart_from=order.id)
    kept = frozenset(line.product_id for line in lines if line.product_id)
    # A line that is nothing but a total stays possible where one was imported.
    imported = any(line.product_id is None and not line.text for line in lines)
    new = draft(complete, known, history=history or imported, kept=kept)
    for name, value in new.header.items():
        if getattr(order, name) != value:
            setattr(order, name, value)
    if "lines" in changed or _reprice(lines, new):
        before = [_told(line) for line in lines]
        _set_totals(order, new)
        # Lines may change without a change of the sums: the order's version must move all the same.
        order.changed_at, order.changed_by_id = at, by.user_id
        flag_modified(order, "changed_at")
        session.flush()
        _set_lines(session, order, new)
        after = [_told(line) for line in session.scalars(queries.lines_of(order.id))]
        if before != after:
            audit.record(session, "update", "order", order, {"lines": [before, after]}, by=by, at=at)
    session.flush()
    return order


def _reprice(lines: list[OrderLine], new: Draft) -> bool:
    return [line.gross for line in lines] != [line["gross"] for line in new.lines]


def _entered(order: Order, line: OrderLine) -> dict[str, Any]:
    """A line as somebody would enter it again."""
    if order.original_id is not None:
        return {"original_line_id": line.original_line_id, "quantity": line.quantity}
    return {name: getattr(line, name) for name in LINE - {"original_line_id"}}


def _told(line: OrderLine) -> list[Any]:
    """A line as the audit log keeps it."""
    return [line.product_id or line.text, line.quantity, line.unit_price, line.discount, line.vat_rate, line.gross]


def delete_order(order: Order, *, by: Actor, at: datetime) -> None:
    """Remove a draft or a cancelled order; an administrator may remove any.

    :raises IllegalMove: when it counts already, or a return refers to it.
    """
    with done_by(by, at, "order.delete") as session:
        order = _locked(session, order)
        if order.is_counted and not by.everything:
            raise IllegalMove(_l("Only a draft or a cancelled order can be deleted. Cancel this one instead."))
        _refuse_if_returned(session, order)
        day: tuple[int, date] = (order.customer_id, order.ordered_on)
        session.execute(delete(OrderLine).where(OrderLine.order_id == order.id))
        session.expire(order, ["lines"])
        session.delete(order)
        session.flush()
        rollups.keep(session, [day], local_day(at))


def _refuse_if_returned(session: Session, order: Order) -> None:
    """Keep the lines that a return, also a cancelled one, refers to."""
    if session.scalar(select(Order.id).where(Order.original_id == order.id).limit(1)) is not None:
        raise IllegalMove(_l("Something of this order was returned. Delete the return first."))
