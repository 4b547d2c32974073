"""Orders with their lines, and what was ordered per customer and day.

A return is an order of kind return. Its lines and totals are positive, as on its paper; ``Order.value`` and the sums of
:class:`OrderDay` are signed, so that adding them up nets the returns.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum, auto

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, Numeric, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Model, Money, Numbered, Traced, Versioned, enum_type
from app.core.i18n import _
from app.core.money import cents
from app.customers.models import Contact, Customer
from app.opportunities.models import Opportunity
from app.products.models import Product, VatRate


class OrderStatus(StrEnum):
    draft = auto()
    confirmed = auto()
    shipped = auto()
    completed = auto()
    cancelled = auto()


COUNTED = (OrderStatus.confirmed, OrderStatus.shipped, OrderStatus.completed)
"""The states in which an order is one: sums, reports and the roll-ups of customers count these only."""


class OrderKind(StrEnum):
    sale = "sale"
    return_ = "return"


class Order(Numbered, Traced, Versioned, Model):
    """What a customer bought, or gave back."""

    __tablename__ = "sales_order"
    __audited__ = "order"
    __workflow__ = "order"
    __unaudited__ = ("value", "cost")

    number: Mapped[str] = mapped_column(String(32), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(64), unique=True, comment="key in the system of origin")
    # Not enum_type: "return" cannot be a member's name, so this one is stored by value.
    kind: Mapped[OrderKind] = mapped_column(
        Enum(
            OrderKind,
            native_enum=False,
            create_constraint=True,
            name="order_kind",
            length=32,
            values_callable=lambda kinds: [kind.value for kind in kinds],
        ),
        default=OrderKind.sale,
    )
    status: Mapped[OrderStatus] = mapped_column(enum_type(OrderStatus, "order_status"), default=OrderStatus.draft)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    original_id: Mapped[int | None] = mapped_column(
        ForeignKey("sales_order.id"), index=True, comment="of a return: the order given back; imported ones may lack it"
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="who sold it")
    ordered_on: Mapped[date] = mapped_column(comment="of a return: the day it was taken back; never in the future")
    promised_on: Mapped[date | None] = mapped_column()
    delivered_on: Mapped[date | None] = mapped_column()
    address: Mapped[str | None] = mapped_column(String(300), comment="where to deliver")
    notes: Mapped[str | None] = mapped_column(Text)
    cancel_reason: Mapped[str | None] = mapped_column(String(300))
    gross: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), comment="kept: sum of lines, incl. VAT")
    net: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), comment="kept: sum of lines, excl. VAT")
    cost: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), comment="kept: sum of lines, excl. VAT")
    value: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), comment="kept: gross; of a return, minus gross")

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    contact: Mapped[Contact | None] = relationship(Contact, viewonly=True)
    opportunity: Mapped[Opportunity | None] = relationship(Opportunity, viewonly=True)
    original: Mapped[Order | None] = relationship("Order", remote_side="Order.id", viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)
    lines: Mapped[list[OrderLine]] = relationship(
        "OrderLine", order_by="OrderLine.position", viewonly=True, lazy="select"
    )

    __table_args__ = (
        CheckConstraint("gross >= 0", name="sales_order_gross_not_negative"),
        CheckConstraint(
            "value = CASE WHEN kind = 'return' THEN -gross ELSE gross END", name="sales_order_value_is_signed_gross"
        ),
        CheckConstraint("original_id IS NULL OR kind = 'return'", name="sales_order_original_of_a_return"),
        Index("ix_sales_order_customer", "customer_id", "ordered_on", "id"),
        Index("ix_sales_order_ordered_on", "ordered_on", "id"),
        Index("ix_sales_order_owner", "owner_id", "ordered_on", "id"),
        Index("ix_sales_order_status", "status", "ordered_on", "id"),
        Index("ix_sales_order_value", "value", "id"),
        Index("ix_sales_order_promised_on", "promised_on", "id"),
    )

    @property
    def is_return(self) -> bool:
        return self.kind is OrderKind.return_

    @property
    def is_counted(self) -> bool:
        return self.status in COUNTED

    def __str__(self) -> str:
        return self.number


class OrderLine(Numbered, Model):
    """One product of an order, at the price of that order."""

    __tablename__ = "order_line"

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(SmallInteger, comment="from 1")
    product_id: Mapped[int | None] = mapped_column(
        ForeignKey("product.id"), comment="empty: an imported total, or text"
    )
    original_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("order_line.id"), index=True, comment="of a return: the line given back"
    )
    text: Mapped[str | None] = mapped_column(String(200), comment="what it is, when it is not in the catalogue")
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3), comment="in units of the product, above 0")
    unit_price: Mapped[Decimal] = mapped_column(Money, comment="incl. VAT, before discount")
    discount: Mapped[Decimal] = mapped_column(Numeric(5, 4), default=Decimal(0), comment="share: 0.05 is 5 % off")
    vat_rate: Mapped[Decimal] = mapped_column(VatRate, comment="share: 0.13 is 13 %")
    unit_cost: Mapped[Decimal | None] = mapped_column(Money, comment="excl. VAT, when the order was confirmed")
    gross: Mapped[Decimal] = mapped_column(Money, comment="kept: quantity × price less discount, to the cent")
    net: Mapped[Decimal] = mapped_column(Money, comment="kept: gross / (1 + rate), rounded half up")

    product: Mapped[Product | None] = relationship(Product, viewonly=True)
    order: Mapped[Order] = relationship(Order, viewonly=True)

    __table_args__ = (
        CheckConstraint("quantity > 0", name="order_line_quantity_above_0"),
        CheckConstraint("unit_price >= 0", name="order_line_unit_price_not_negative"),
        CheckConstraint("discount >= 0 AND discount <= 1", name="order_line_discount_is_a_share"),
        CheckConstraint("vat_rate >= 0 AND vat_rate < 1", name="order_line_vat_rate_is_a_share"),
        Index("ix_order_line_order", "order_id", "position"),
        Index("ix_order_line_product", "product_id", "order_id"),
    )

    @property
    def what(self) -> str:
        """What the line is for, as the reader calls it."""
        if self.product is not None:
            return self.product.name
        return self.text or _("Imported total")

    @property
    def cost(self) -> Decimal | None:
        """What the line cost, excl. VAT, as far as it is known."""
        return None if self.unit_cost is None else cents(self.quantity * self.unit_cost)

    def __str__(self) -> str:
        return self.what


class OrderDay(Model):
    """What one customer ordered on one day: orders confirmed or later, returns taken off.

    Kept in the transaction of every change by ``orders.services``, so that a report over millions of lines reads this.
    """

    __tablename__ = "order_day"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    orders: Mapped[int] = mapped_column(comment="sales, returns not counted")
    returns: Mapped[int] = mapped_column(comment="orders of kind return")
    gross: Mapped[Decimal] = mapped_column(Money, comment="incl. VAT, returns taken off; below 0 on a day of returns")
    returned: Mapped[Decimal] = mapped_column(Money, comment="incl. VAT, the returns alone, not below 0")
    net: Mapped[Decimal] = mapped_column(Money, comment="excl. VAT, returns taken off")
    cost: Mapped[Decimal] = mapped_column(Money, comment="excl. VAT, returns taken off")

    __table_args__ = (
        Index("ix_order_day_day", "day", "customer_id", "gross", "orders"),
        # A long period is added up customer by customer.
        Index("ix_order_day_customer", "customer_id", "day", "gross", "orders"),
    )
