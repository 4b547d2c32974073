"""What forms of later features may refer to: products."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.core import search
from app.core.i18n import _, format_money
from app.products import queries
from app.products.looks import rate_text
from app.products.models import Product
from app.web.lookup import Lookup, register_lookup


def _matching(session: Session, text: str) -> Select[Any]:
    """Products on sale; an old order keeps showing one that no longer is."""
    statement = queries.on_sale()
    return statement.where(Product.id.in_(search.matching_ids("product", text))) if text else statement


def _hint(product: Product) -> str:
    return _("%(code)s · %(price)s", code=product.code, price=format_money(product.list_price))


def register() -> None:
    """Offer the look-up of this feature."""
    register_lookup(
        "product",
        Lookup(
            Product,
            "product.see",
            text=lambda product: product.name,
            hint=_hint,
            matching=_matching,
            more=lambda product: {"price": str(product.list_price), "vat": rate_text(product.vat_rate)},
        ),
    )
