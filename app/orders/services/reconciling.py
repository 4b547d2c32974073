"""Compare everything that is kept about orders with the orders themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from app.core.database import Money
from app.core.kept import Difference, proved_by
from app.customers.models import Customer
from app.orders.models import COUNTED, Order, OrderDay, OrderKind, OrderLine
from app.orders.queries import year_until
from app.orders.services import rollups
from app.orders.services.known import in_chunks

_order = Order.__table__
_line = OrderLine.__table__
_day = OrderDay.__table__
_customer = Customer.__table__


def differences(session: Session, today: date) -> list[Difference]:
    """Return every kept sum that differs from what it sums: order totals, sums per day, roll-ups of customers."""
    return [*_of_totals(session), *_of_days(session), *_of_customers(session, today)]


def _compare(kind: str, key: Any, kept: dict[str, Any], true: dict[str, Any]) -> Iterator[Difference]:
    for name, value in true.items():
        if kept[name] != value:
            yield Difference(kind, key, name, kept[name], value)


def _of_totals(session: Session) -> Iterator[Difference]:
    sums = _line_sums().subquery()
    statement = (
        select(_order.c.id, _order.c.gross, _order.c.net, sums.c.gross, sums.c.net)
        .outerjoin(sums, sums.c.order_id == _order.c.id)
        .where(
            or_(
                _order.c.gross != func.coalesce(sums.c.gross, 0),
                _order.c.net != func.coalesce(sums.c.net, 0),
            )
        )
    )
    for pk, gross, net, true_gross, true_net in session.execute(statement):
        kept = {"gross": gross, "net": net}
        yield from _compare("order", pk, kept, {"gross": true_gross or 0, "net": true_net or 0})


def _line_sums() -> Select[Any]:
    return select(
        _line.c.order_id,
        rollups.rounded(func.sum(_line.c.gross)).label("gross"),
        rollups.rounded(func.sum(_line.c.net)).label("net"),
    ).group_by(_line.c.order_id)


def _of_days(session: Session) -> Iterator[Difference]:
    true = rollups.day_sums().subquery()
    names = [column.name for column in _day.c if not column.primary_key]
    same_day = and_(true.c.customer_id == _day.c.customer_id, true.c.day == _day.c.day)
    differs = or_(*(_day.c[name] != true.c[name] for name in names))
    columns = (true.c.customer_id, true.c.day, *(_day.c[name] for name in names), *(true.c[name] for name in names))
    missing_or_wrong = (
        select(*columns).select_from(true).outerjoin(_day, same_day).where(or_(_day.c.day.is_(None), differs))
    )
    for customer_id, day, *values in session.execute(missing_or_wrong):
        kept, wanted = values[: len(names)], values[len(names) :]
        yield from _compare(
            "order_day",
            (customer_id, day),
            dict(zip(names, kept, strict=True)),
            dict(zip(names, wanted, strict=True)),
        )
    extra = select(_day.c.customer_id, _day.c.day, _day.c.gross).outerjoin(true, same_day).where(true.c.day.is_(None))
    for customer_id, day, gross in session.execute(extra):
        yield Difference("order_day", (customer_id, day), "gross", gross, None)


def _of_customers(session: Session, today: date) -> Iterator[Difference]:
    """Compared with the orders, not with the sums per day, so that one mistake cannot hide another."""
    first, last = year_until(today)
    sale = _order.c.kind == OrderKind.sale
    year = _order.c.ordered_on.between(first, last)
    true = (
        select(
            _order.c.customer_id,
            func.max(case((and_(sale, _order.c.ordered_on <= last), _order.c.ordered_on))).label("last_order_on"),
            func.sum(case((and_(sale, year), 1), else_=0)).label("orders_12m"),
            rollups.rounded(func.sum(case((year, _order.c.value), else_=0))).label("value_12m"),
        )
        .where(_order.c.status.in_(COUNTED))
        .group_by(_order.c.customer_id)
        .subquery()
    )
    kept = [_customer.c[name] for name in rollups.KEPT]
    wanted = [
        true.c.last_order_on,
        func.coalesce(true.c.orders_12m, 0),
        type_coerce(func.coalesce(true.c.value_12m, 0), Money),
    ]
    statement = (
        select(_customer.c.id, *kept, *wanted)
        .outerjoin(true, true.c.customer_id == _customer.c.id)
        .where(or_(*(column.is_distinct_from(value) for column, value in zip(kept, wanted, strict=True))))
    )
    for pk, *values in session.execute(statement):
        yield from _compare(
            "customer",
            pk,
            dict(zip(rollups.KEPT, values[:3], strict=True)),
            dict(zip(rollups.KEPT, values[3:], strict=True)),
        )


def repair(session: Session, found: list[Difference], today: date) -> None:
    """Set every kept value of orders among those ``found`` to what the orders say."""
    orders = sorted({difference.key for difference in found if difference.kind == "order"})
    days = {difference.key for difference in found if difference.kind == "order_day"}
    for chunk in in_chunks(orders):
        _repair_totals(session, chunk)
        on_day = select(_order.c.customer_id, _order.c.ordered_on).where(_order.c.id.in_(chunk))
        days |= {(customer_id, day) for customer_id, day in session.execute(on_day)}
    rollups.keep(session, days, today)
    customers = sorted(
        {difference.key for difference in found if difference.kind == "customer" and difference.field in rollups.KEPT}
    )
    rollups.lock_customers(session, customers)
    rollups.rebuild_customers(session, customers, today)


def _repair_totals(session: Session, orders: Any) -> None:
    def of_lines(what: Any) -> Any:
        total = select(rollups.rounded(func.sum(what))).where(_line.c.order_id == _order.c.id)
        return total.correlate(_order).scalar_subquery()

    gross = of_lines(_line.c.gross)
    session.execute(
        update(_order)
        .where(_order.c.id.in_(orders))
        .values(
            gross=gross,
            net=of_lines(_line.c.net),
            value=case((_order.c.kind == OrderKind.return_, -gross), else_=gross),
        )
    )
    session.expire_all()


proved_by(differences, repair)
