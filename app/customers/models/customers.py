"""Customers, who sees them, and what marks them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import (
    Json,
    Model,
    Moment,
    Money,
    Numbered,
    Recyclable,
    Traced,
    Versioned,
    enum_type,
    sort_key,
)
from app.core.secrets import Encrypted


class CustomerStatus(StrEnum):
    prospect = auto()
    active = auto()
    lost = auto()


class CustomerKind(StrEnum):
    company = auto()
    person = auto()


class AccessReason(StrEnum):
    collaborator = auto()
    opportunity = auto()
    service_request = auto()


class ChurnBand(StrEnum):
    on_track = auto()
    watch = auto()
    at_risk = auto()
    probably_lost = auto()


class Customer(Numbered, Traced, Versioned, Recyclable, Model):
    """A company or a person that buys or may buy."""

    __tablename__ = "customer"
    __audited__ = "customer"
    __workflow__ = "customer"
    __secret__ = frozenset({"bank_account"})
    __unaudited__ = (
        "name_key",
        "last_contact_at",
        "next_plan_at",
        "last_order_on",
        "orders_12m",
        "value_12m",
        "churn_band",
        "churn_probability",
        "churn_reason",
        "rfm_class",
    )

    code: Mapped[str] = mapped_column(String(32), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(64), unique=True, comment="key in the system of origin")
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(sort_key(400), comment="pinyin of the name; sorts lists on both databases")
    short_name: Mapped[str | None] = mapped_column(String(80))
    english_name: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[CustomerKind] = mapped_column(enum_type(CustomerKind, "customer_kind"), default=CustomerKind.company)
    uscc: Mapped[str | None] = mapped_column(String(18), comment="统一社会信用代码, 18 characters")
    industry: Mapped[str | None] = mapped_column(String(32), comment="dictionary: industry")
    region: Mapped[str | None] = mapped_column(String(6), comment="GB/T 2260")
    region_name: Mapped[str | None] = mapped_column(String(120), comment="as entered")
    level: Mapped[str | None] = mapped_column(String(32), comment="dictionary: customer_level")
    credit: Mapped[int | None] = mapped_column(SmallInteger, comment="1 to 5, 5 is best")
    source: Mapped[str | None] = mapped_column(String(32), comment="dictionary: source")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: nobody's yet")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    status: Mapped[CustomerStatus] = mapped_column(
        enum_type(CustomerStatus, "customer_status"), default=CustomerStatus.prospect
    )
    is_internal: Mapped[bool] = mapped_column(default=False, comment="internal or test: left out of analysis")

    phone: Mapped[str | None] = mapped_column(String(32))
    fax: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    website: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(300))
    postcode: Mapped[str | None] = mapped_column(String(6))
    legal_representative: Mapped[str | None] = mapped_column(String(80))
    registered_capital: Mapped[Decimal | None] = mapped_column(Money, comment="company currency")
    annual_revenue: Mapped[Decimal | None] = mapped_column(Money, comment="company currency, a year")
    staff: Mapped[int | None] = mapped_column(comment="people employed")
    bank: Mapped[str | None] = mapped_column(String(120))
    bank_account: Mapped[str | None] = mapped_column(Encrypted)
    notes: Mapped[str | None] = mapped_column(Text)
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    last_contact_at: Mapped[datetime | None] = mapped_column(Moment, comment="kept: newest follow-up")
    next_plan_at: Mapped[datetime | None] = mapped_column(Moment, comment="kept: earliest open plan")
    last_order_on: Mapped[date | None] = mapped_column(comment="kept: newest order, confirmed or later")
    orders_12m: Mapped[int] = mapped_column(default=0, comment="kept: orders of the last 365 days")
    value_12m: Mapped[Decimal] = mapped_column(Money, default=Decimal(0), comment="kept: gross, net of returns")
    satisfaction: Mapped[Decimal | None] = mapped_column(Numeric(3, 2), comment="1 to 5; mean of the last five rated")
    churn_band: Mapped[ChurnBand | None] = mapped_column(enum_type(ChurnBand, "customer_churn_band"))
    churn_probability: Mapped[Decimal | None] = mapped_column(Numeric(7, 6), comment="of no order in the horizon")
    churn_reason: Mapped[dict[str, Any] | None] = mapped_column(Json)
    rfm_class: Mapped[str | None] = mapped_column(String(16))

    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)
    parent: Mapped[Customer | None] = relationship("Customer", remote_side="Customer.id", viewonly=True)
    tags: Mapped[list[Tag]] = relationship("Tag", secondary="customer_tag", order_by="Tag.name")

    __table_args__ = (
        CheckConstraint("credit BETWEEN 1 AND 5", name="customer_credit_1_to_5"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="customer_satisfaction_1_to_5"),
        CheckConstraint("staff >= 0", name="customer_staff_not_negative"),
        Index(
            "ix_customer_uscc_in_use",
            "uscc",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_customer_not_counted",
            "id",
            sqlite_where=text("is_internal IS 1 OR deleted_at IS NOT NULL"),
            postgresql_where=text("is_internal IS true OR deleted_at IS NOT NULL"),
        ),
        # What the analysis pages group and narrow by, so that none of them reads whole customers.
        Index(
            "ix_customer_counted",
            "id",
            "level",
            "industry",
            "region",
            "credit",
            "satisfaction",
            "source",
            "status",
            "owner_id",
            "is_internal",
            "deleted_at",
            sqlite_where=text("is_internal IS 0 AND deleted_at IS NULL"),
            postgresql_where=text("is_internal IS false AND deleted_at IS NULL"),
        ),
    )

    def __str__(self) -> str:
        return self.name


class CustomerAccess(Model):
    """Who may see a customer besides its owner: collaborators, and whoever was given work on it."""

    __tablename__ = "customer_access"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[AccessReason] = mapped_column(enum_type(AccessReason, "customer_access_reason"), primary_key=True)

    __table_args__ = (Index("ix_customer_access_user", "user_id", "customer_id"),)


class CustomerKey(Model):
    """Keys under which a customer is compared with new ones: parts of its name, phones, code of credit."""

    __tablename__ = "customer_key"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)

    __table_args__ = (Index("ix_customer_key_key", "key"),)


class Tag(Numbered, Model):
    """A word people put on customers."""

    __tablename__ = "tag"
    __audited__ = "tag"

    name: Mapped[str] = mapped_column(String(40), unique=True)

    def __str__(self) -> str:
        return self.name


class CustomerTag(Model):
    """A tag on a customer."""

    __tablename__ = "customer_tag"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True)


for _columns in (
    ("name_key", "id"),
    ("owner_id", "name_key"),
    ("owner_id", "value_12m", "id"),
    ("value_12m", "id"),
    ("last_order_on", "id"),
    ("last_contact_at", "id"),
    ("next_plan_at", "id"),
    ("created_at", "id"),
    ("status", "level", "id"),
    ("level", "value_12m", "id"),
    ("industry", "id"),
    ("region", "id"),
):
    Index(f"ix_customer_{'_'.join(_columns)}", *(getattr(Customer, name) for name in _columns))
