"""What the rows of orders refer to, read once through the eyes of whoever acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core.among import among
from app.customers.models import Contact, Customer
from app.opportunities.models import Opportunity
from app.orders.models import Order, OrderLine
from app.orders.queries import given_back, lines_of
from app.products.models import Product


@dataclass
class SoldLine:
    """A line that may be given back, with what is left of it: (units, gross)."""

    line: OrderLine
    left: tuple[Decimal, Decimal]


@dataclass
class Original:
    """A sale that something is returned of."""

    order: Order
    lines: dict[int, SoldLine]


@dataclass
class Known:
    """What the rows refer to and whoever acts may see; keys of what they may not are not in here."""

    today: date
    customers: dict[int, int | None] = field(default_factory=dict)  # owner
    contacts: dict[int, int] = field(default_factory=dict)  # customer
    opportunities: dict[int, tuple[int, int | None]] = field(default_factory=dict)  # customer, owner
    products: dict[int, Product] = field(default_factory=dict)
    originals: dict[int, Original] = field(default_factory=dict)
    external_ids: dict[str, int] = field(default_factory=dict)  # order


def in_chunks(keys: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """Yield ``keys`` in pieces that fit into one statement."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def known_to(
    session: Session, rows: Sequence[Mapping[str, Any]], today: date, *, apart_from: int | None = None
) -> Known:
    """Read what ``rows`` refer to, in a few statements however many rows there are."""
    known = Known(today)
    lines = [line for row in rows for line in _lines_of(row)]
    for pk in _keys(rows, "original_id"):
        original = session.scalar(select(Order).where(Order.id == pk).with_for_update(of=Order, key_share=True))
        if original is not None:
            known.originals[pk] = _original(session, original, apart_from)
    buyers = {original.order.customer_id for original in known.originals.values()}
    for pk, owner_id in _read(
        session, Customer.id, sorted(buyers.union(_keys(rows, "customer_id"))), Customer.owner_id
    ):
        known.customers[pk] = owner_id
    for pk, customer_id in _read(session, Contact.id, _keys(rows, "contact_id"), Contact.customer_id):
        known.contacts[pk] = customer_id
    for pk, customer_id, owner_id in _read(
        session, Opportunity.id, _keys(rows, "opportunity_id"), Opportunity.customer_id, Opportunity.owner_id
    ):
        known.opportunities[pk] = (customer_id, owner_id)
    if product_ids := _keys(lines, "product_id"):
        of_lines = select(Product).where(among(Product.id, product_ids))
        known.products = {product.id: product for product in session.scalars(of_lines)}
    external = {value for row in rows if isinstance(value := row.get("external_id"), str) and value.isprintable()}
    for pk, external_id in _read(session, Order.external_id, sorted(external), Order.id, swap=True):
        if pk != apart_from:
            known.external_ids[external_id] = pk
    return known


def _original(session: Session, order: Order, apart_from: int | None) -> Original:
    sold = {line.id: line for line in session.scalars(lines_of(order.id))}
    back = given_back(session, sold, apart_from=apart_from)
    nothing = (Decimal(0), Decimal(0))
    return Original(
        order,
        {
            pk: SoldLine(line, (line.quantity - back.get(pk, nothing)[0], line.gross - back.get(pk, nothing)[1]))
            for pk, line in sold.items()
        },
    )


def _lines_of(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    lines = row.get("lines")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else ()


def _keys(rows: Iterable[Mapping[str, Any]], name: str) -> list[int]:
    entered = {key for row in rows if isinstance(key := row.get(name), int) and not isinstance(key, bool)}
    return sorted(key for key in entered if 0 < key < 2**63)


def _read(
    session: Session, key: InstrumentedAttribute[Any], keys: Sequence[Any], *columns: Any, swap: bool = False
) -> Iterable[Any]:
    if keys:
        wanted = (*columns, key) if swap else (key, *columns)
        yield from session.execute(select(*wanted).where(among(key, keys)))
