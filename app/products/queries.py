"""Questions about the catalogue."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import joinedload

from app.core.actors import Actor
from app.core.visibility import scoped
from app.products.models import Product, ProductPrice


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The whole catalogue, for whoever may see it: a product has no owner."""
    return true() if actor.may("product.see") else false()


def on_sale() -> Select[Product]:
    """The products that may be put on a new order, in the order of the catalogue."""
    return select(Product).where(Product.active.is_(True)).order_by(Product.name_key, Product.id)


def price_history(product_id: int) -> Select[ProductPrice]:
    """The prices of one product, newest first, with who set them."""
    return (
        select(ProductPrice)
        .where(ProductPrice.product_id == product_id)
        .options(joinedload(ProductPrice.changed_by))
        .order_by(ProductPrice.at.desc(), ProductPrice.id.desc())
    )


def price_at(product_id: int, at: datetime) -> Select[ProductPrice]:
    """The price in force at a moment."""
    return (
        select(ProductPrice)
        .where(ProductPrice.product_id == product_id, ProductPrice.at <= at)
        .order_by(ProductPrice.at.desc(), ProductPrice.id.desc())
        .limit(1)
    )


scoped(Product, "product", visible_to)
