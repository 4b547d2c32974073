"""The catalogue: products and the history of their prices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Model, Moment, Money, Numbered, Traced, Versioned, sort_key

VatRate = Numeric(5, 4)

VAT_RATES = tuple(Decimal(rate) for rate in ("0.13", "0.09", "0.06", "0.03", "0.01", "0.00"))
"""The rates in force, as shares; the first is the usual one."""


class Product(Numbered, Traced, Versioned, Model):
    """Something the company sells: goods or a service."""

    __tablename__ = "product"
    __audited__ = "product"
    __unaudited__ = ("name_key",)

    code: Mapped[str] = mapped_column(String(32), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(64), unique=True, comment="key in the system of origin")
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(sort_key(400), comment="pinyin of the name; sorts lists on both databases")
    model: Mapped[str | None] = mapped_column(String(80), comment="the maker's designation")
    category: Mapped[str | None] = mapped_column(String(32), comment="dictionary: product_category")
    unit: Mapped[str | None] = mapped_column(String(32), comment="dictionary: product_unit")
    list_price: Mapped[Decimal] = mapped_column(Money, comment="for one unit, incl. VAT, company currency")
    vat_rate: Mapped[Decimal] = mapped_column(VatRate, comment="share: 0.13 is 13 %")
    cost_price: Mapped[Decimal | None] = mapped_column(Money, comment="for one unit, excl. VAT, company currency")
    active: Mapped[bool] = mapped_column(default=True, comment="may be put on new orders")
    description: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("list_price >= 0", name="product_list_price_not_negative"),
        CheckConstraint("cost_price >= 0", name="product_cost_price_not_negative"),
        CheckConstraint("vat_rate >= 0 AND vat_rate < 1", name="product_vat_rate_is_a_share"),
        Index("ix_product_name_key_id", "name_key", "id"),
        Index("ix_product_category_id", "category", "name_key", "id"),
        Index("ix_product_active_id", "active", "name_key", "id"),
        Index("ix_product_list_price_id", "list_price", "id"),
    )

    def __str__(self) -> str:
        return self.name


class ProductPrice(Numbered, Model):
    """The prices of a product from a moment on, until the next row of the product."""

    __tablename__ = "product_price"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    list_price: Mapped[Decimal] = mapped_column(Money, comment="incl. VAT")
    vat_rate: Mapped[Decimal] = mapped_column(VatRate, comment="share")
    cost_price: Mapped[Decimal | None] = mapped_column(Money, comment="excl. VAT")
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC; in force from here")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: the system")

    changed_by: Mapped[User | None] = relationship(User, viewonly=True)

    __table_args__ = (Index("ix_product_price_product_at", "product_id", "at", "id"),)
