"""Many orders at once, for import and demonstration: the same rows that one after the other would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.core import audit, timeline
from app.core.actors import Actor
from app.core.bulk import creation, reserve_keys
from app.core.doing import done_by
from app.core.errors import Invalid
from app.core.i18n import local_day
from app.core.numbering import reserve
from app.core.rows import insert_rows
from app.orders.models import COUNTED, Order, OrderKind, OrderLine, OrderStatus
from app.orders.services import rollups, telling
from app.orders.services.entering import Draft, draft
from app.orders.services.known import Known, known_to
from app.orders.services.orders import owner_of
from app.orders.services.welcoming import welcome

_order = Order.__table__
_line = OrderLine.__table__
_META = frozenset({"status", "owner_id", "at"})


@dataclass
class Entered:
    """What became of the rows: the keys of the orders made (None for a refused row), and why rows were refused."""

    ids: list[int | None] = field(default_factory=list)
    refusals: dict[int, Invalid] = field(default_factory=dict)


def create_orders(
    rows: Sequence[Mapping[str, Any]], *, by: Actor, at: datetime, status: OrderStatus = OrderStatus.completed
) -> Entered:
    """Record orders that another system took; good rows are written, bad ones are told.

    A row is what :func:`enter_order` takes, and may say its own ``status``, ``owner_id`` and ``at`` (when it was
    entered). Rows of returns that name their original come in a later call than the original.
    """
    with done_by(by, at, "order.import") as session:
        known = known_to(session, rows, local_day(at))
        made, entered = _checked(rows, known, by, at, status)
        _write(session, made, by)
        for new in made:
            entered.ids[new.index] = new.columns["id"]
        _follow_up(session, made, by, at)
    return entered


@dataclass
class _New:
    """One order to be written."""

    index: int
    draft: Draft
    columns: dict[str, Any]
    at: datetime


def _checked(
    rows: Sequence[Mapping[str, Any]], known: Known, by: Actor, at: datetime, status: OrderStatus
) -> tuple[list[_New], Entered]:
    entered = Entered([None] * len(rows))
    made: list[_New] = []
    for index, row in enumerate(rows):
        try:
            new = draft({name: row[name] for name in row if name not in _META}, known, history=True)
        except Invalid as refusal:
            entered.refusals[index] = refusal
            continue
        if new.header.get("external_id"):
            known.external_ids[new.header["external_id"]] = 0
        for line in new.lines:
            _take_off(known, new.header.get("original_id"), line)
        when = row.get("at") or at
        made.append(_New(index, new, _columns(new, row, known, by, when, status), when))
    return made, entered


def _take_off(known: Known, original_id: int | None, line: Mapping[str, Any]) -> None:
    """Remember what a return earlier in the same call took back."""
    if original_id and line["original_line_id"]:
        sold = known.originals[original_id].lines[line["original_line_id"]]
        sold.left = (sold.left[0] - line["quantity"], sold.left[1] - line["gross"])


def _columns(
    new: Draft, row: Mapping[str, Any], known: Known, by: Actor, at: datetime, status: OrderStatus
) -> dict[str, Any]:
    gross, kind = new.totals.gross, new.header["kind"]
    return {
        **new.header,
        "status": OrderStatus(row.get("status") or status),
        "owner_id": row["owner_id"] if "owner_id" in row else owner_of(new.header, known, by),
        "gross": gross,
        "net": new.totals.net,
        "cost": new.totals.cost,
        "value": -gross if kind is OrderKind.return_ else gross,
        "version": 1,
        "created_at": at,
        "changed_at": at,
        "created_by_id": by.user_id,
        "changed_by_id": by.user_id,
    }


def _write(session: Session, made: Sequence[_New], by: Actor) -> None:
    if not made:
        return
    session.flush()
    for new, pk, number in zip(made, reserve_keys(session, _order, len(made)), _numbers(session, made), strict=True):
        new.columns["id"], new.columns["number"] = pk, number
    lines = [{"order_id": new.columns["id"], **line} for new in made for line in new.draft.lines]
    connection = session.connection()
    insert_rows(connection, _order, [new.columns for new in made])
    insert_rows(connection, _line, lines)
    audit.write(connection, [_noted(new, by) for new in made])
    timeline.write(
        connection,
        [telling.entered(new.columns, by, new.at) for new in made if new.columns["status"] in COUNTED],
    )


def _numbers(session: Session, made: Sequence[_New]) -> list[str]:
    """Number the orders by the year they were entered in, in the order of the rows."""
    by_year: dict[int, list[_New]] = {}
    for new in made:
        by_year.setdefault(new.at.year, []).append(new)
    numbers = {year: iter(reserve(session, "order", of[0].at, len(of))) for year, of in by_year.items()}
    return [next(numbers[new.at.year]) for new in made]


def _noted(new: _New, by: Actor) -> dict[str, Any]:
    changes = creation(Order, new.columns)
    return audit.entry("create", "order", new.columns["id"], new.columns["number"], changes, by=by, at=new.at)


def _follow_up(session: Session, made: Sequence[_New], by: Actor, at: datetime) -> None:
    """Bring up to date what is kept about the orders, and the status of their customers."""
    counted = [new.columns for new in made if new.columns["status"] in COUNTED]
    rollups.keep(session, {(order["customer_id"], order["ordered_on"]) for order in counted}, local_day(at))
    newest: dict[int, date] = {}
    for order in counted:
        if order["kind"] is OrderKind.sale:
            day = newest.get(order["customer_id"], date.min)
            newest[order["customer_id"]] = max(day, order["ordered_on"])
    if newest:
        welcome(newest, by=by, at=at)
