"""Everything one can do with the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.core import dictionary, search
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.doing import done_by
from app.core.errors import DomainError, NotFound, invalid
from app.core.i18n import _l
from app.core.kept import KeptName
from app.core.numbering import keep_ahead, next_number
from app.core.pinyin import name_key
from app.core.visibility import find
from app.products.models import VAT_RATES, Product, ProductPrice

FIELDS = frozenset(
    {
        "code",
        "external_id",
        "name",
        "model",
        "category",
        "unit",
        "list_price",
        "vat_rate",
        "cost_price",
        "active",
        "description",
    }
)
_PRICES = ("list_price", "vat_rate", "cost_price")

_references: list[InstrumentedAttribute[Any]] = []


class InUse(DomainError):
    """Something refers to the record, so it cannot be deleted."""

    status = HTTPStatus.CONFLICT


def register(column: InstrumentedAttribute[Any]) -> None:
    """Say that ``column`` of a later feature refers to a product, which then cannot be deleted."""
    if column not in _references:
        _references.append(column)


def create_product(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Product:
    """Add a product to the catalogue; without a code it gets the next number.

    :raises Invalid: with a sentence for each wrong field.
    """
    with done_by(by, at, "product.add") as session:
        clean = _checked(session, values, None, by)
        _keep_numbers_ahead(session, clean, at)
        clean["code"] = clean.get("code") or next_number(session, "product", at)
        product = Product(**({"vat_rate": VAT_RATES[0], "active": True} | clean))
        product.name_key = name_key(product.name)
        session.add(product)
        session.flush()
        _note_price(session, product, by, at)
        _index(session, product)
    return product


def update_product(product: Product, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Product:
    """Change what ``values`` names; a new price is added to the history, orders keep theirs.

    :raises Invalid: with a sentence for each wrong field.
    """
    with done_by(by, at, "product.edit") as session:
        clean = _checked(session, values, product, by)
        _keep_numbers_ahead(session, clean, at)
        priced = any(name in clean and clean[name] != getattr(product, name) for name in _PRICES)
        for name, value in clean.items():
            setattr(product, name, value)
        product.name_key = name_key(product.name)
        session.flush()
        if priced:
            _note_price(session, product, by, at)
        _index(session, product)
    return product


def _keep_numbers_ahead(session: Session, clean: Mapping[str, Any], at: datetime) -> None:
    """A code somebody typed may read like a number to come, which could not be given then, nor any after it."""
    if clean.get("code"):
        keep_ahead(session, "product", at, [clean["code"]])


def delete_product(product: Product, *, by: Actor, at: datetime) -> None:
    """Remove a product that nothing refers to.

    :raises InUse: when something does.
    """
    with done_by(by, at, "product.delete") as session:
        locked = find(session, Product, product.id, lock=True)
        if locked is None:
            raise NotFound
        if _is_referred_to(session, locked.id, at):
            raise InUse(_l("This product is on orders. Take it off sale instead of deleting it."))
        search.unindex(session, "product", locked.id)
        session.delete(locked)


def _is_referred_to(session: Session, product_id: int, at: datetime) -> bool:
    # Anywhere, not only where the actor may look.
    with done_by(Actor.system("references"), at):
        return any(
            session.scalar(select(column).where(column == product_id).limit(1)) is not None for column in _references
        )


def _checked(session: Session, values: Mapping[str, Any], product: Product | None, by: Actor) -> dict[str, Any]:
    allowed = FIELDS if by.may("product.see_private") else FIELDS - {"cost_price"}
    checks = Checks(values, allowed, creating=product is None)
    checks.text("code", 32, required=product is not None)
    checks.text("external_id", 64)
    checks.text("name", 200, required=True)
    checks.text("model", 80)
    checks.code("category", dictionary.codes(session, "product_category"), keep=product.category if product else None)
    checks.code("unit", dictionary.codes(session, "product_unit"), keep=product.unit if product else None)
    checks.money("list_price", required=True)
    checks.money("cost_price")
    if "active" in values:
        checks.flag("active")
    checks.text("description", 4000, lines=True)
    _check_vat_rate(checks, product)
    clean = checks.done()
    for name, column in (("code", Product.code), ("external_id", Product.external_id)):
        _keep_unique(session, name, column, clean.get(name), product)
    return clean


def _check_vat_rate(checks: Checks, product: Product | None) -> None:
    if "vat_rate" not in checks.values:
        return
    checks.number("vat_rate", places=4, below=VAT_RATES[0] + 1)
    rate = checks.clean.get("vat_rate")
    if rate is not None and rate not in VAT_RATES and not (product and rate == product.vat_rate):
        checks.refuse("vat_rate", NO_CHOICE)


def _keep_unique(
    session: Session, name: str, column: InstrumentedAttribute[Any], value: str | None, product: Product | None
) -> None:
    if value is None:
        return
    other = session.scalar(select(Product.id).where(column == value))
    if other is not None and (product is None or other != product.id):
        raise invalid(name, _l("Another product already has “%(value)s”.", value=value))


def _note_price(session: Session, product: Product, by: Actor, at: datetime) -> None:
    session.add(
        ProductPrice(
            product_id=product.id,
            list_price=product.list_price,
            vat_rate=product.vat_rate,
            cost_price=product.cost_price,
            at=at,
            changed_by_id=by.user_id,
        )
    )


def _index(session: Session, product: Product) -> None:
    texts = [product.code, product.name, product.model or "", product.external_id or ""]
    search.index(session, "product", product.id, texts)


NAME_KEY = KeptName(Product, "name", found_by=_index)
