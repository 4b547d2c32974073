"""The people at a customer, and what happens with them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import (
    Json,
    Model,
    Moment,
    Numbered,
    Recyclable,
    Traced,
    Versioned,
    enum_type,
    sort_key,
)
from app.customers.models.customers import Customer


class Gender(StrEnum):
    female = auto()
    male = auto()


class FollowUpKind(StrEnum):
    phone = auto()
    visit = auto()
    meeting = auto()
    mail = auto()
    wechat = auto()
    exhibition = auto()


class Contact(Numbered, Traced, Versioned, Recyclable, Model):
    """A person at a customer."""

    __tablename__ = "contact"
    __audited__ = "contact"
    __unaudited__ = ("name_key",)

    external_id: Mapped[str | None] = mapped_column(String(64), unique=True, comment="key in the system of origin")
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(sort_key(200), comment="pinyin of the name")
    gender: Mapped[Gender | None] = mapped_column(enum_type(Gender, "contact_gender"))
    title: Mapped[str | None] = mapped_column(String(80))
    department: Mapped[str | None] = mapped_column(String(80))
    mobile: Mapped[str | None] = mapped_column(String(32))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    wechat: Mapped[str | None] = mapped_column(String(64))
    birthday: Mapped[date | None] = mapped_column()
    is_primary: Mapped[bool] = mapped_column(default=False)
    decision_role: Mapped[str | None] = mapped_column(String(32), comment="dictionary: decision_role")
    category: Mapped[str | None] = mapped_column(String(32), comment="dictionary: contact_category")
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    consent: Mapped[list[str]] = mapped_column(Json, default=list, comment="channels the person agreed to")
    notes: Mapped[str | None] = mapped_column(Text)
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)

    __table_args__ = (
        Index("ix_contact_customer", "customer_id", "is_primary", "id"),
        Index("ix_contact_name_key", "name_key", "id"),
        Index("ix_contact_created_at", "created_at", "id"),
    )

    def __str__(self) -> str:
        return self.name


class FollowUp(Numbered, Traced, Versioned, Model):
    """What was said and done with a customer, and the next step."""

    __tablename__ = "follow_up"
    __audited__ = "follow_up"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="who followed up")
    kind: Mapped[FollowUpKind] = mapped_column(enum_type(FollowUpKind, "follow_up_kind"))
    at: Mapped[datetime] = mapped_column(Moment, comment="when it took place, UTC")
    place: Mapped[str | None] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200))
    content: Mapped[str | None] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(String(300))
    next_step: Mapped[str | None] = mapped_column(String(300))

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    contact: Mapped[Contact | None] = relationship(Contact, viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)

    __table_args__ = (
        Index("ix_follow_up_customer_at", "customer_id", "at"),
        Index("ix_follow_up_owner_at", "owner_id", "at"),
        Index("ix_follow_up_at", "at", "id"),
    )

    def __str__(self) -> str:
        return self.summary


class Plan(Numbered, Traced, Versioned, Model):
    """What is to be done by when; the ordered plans of an opportunity are its development plan."""

    __tablename__ = "plan"
    __audited__ = "plan"
    __unaudited__ = ("reminded_at",)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    position: Mapped[int | None] = mapped_column(comment="place in the opportunity's development plan, from 1")
    what: Mapped[str] = mapped_column(String(200))
    kind: Mapped[FollowUpKind] = mapped_column(enum_type(FollowUpKind, "plan_kind"))
    due_at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    remind_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC")
    reminded_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; set by the reminder job")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    expected_result: Mapped[str | None] = mapped_column(String(300))
    done_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; empty: open")
    result: Mapped[str | None] = mapped_column(String(300))

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)

    __table_args__ = (
        Index("ix_plan_owner_open", "owner_id", "done_at", "due_at"),
        Index("ix_plan_customer_open", "customer_id", "done_at", "due_at"),
        Index("ix_plan_opportunity", "opportunity_id", "position"),
        Index("ix_plan_due", "due_at", "id"),
        Index("ix_plan_done_at", "done_at", "id"),
        Index("ix_plan_remind", "remind_at", "reminded_at"),
    )

    def __str__(self) -> str:
        return self.what
