"""Opportunities, the stages they pass through, and how they stood at any moment."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Json, Key, Model, Moment, Money, Numbered, Recyclable, Traced, Versioned, enum_type
from app.core.i18n import current_language
from app.customers.models import Contact, Customer


class OpportunityStatus(StrEnum):
    unassigned = auto()
    developing = auto()
    won = auto()
    lost = auto()


class OpportunityStage(Numbered, Model):
    """One step of development, as an administrator describes it; opportunities store its ``code``."""

    __tablename__ = "opportunity_stage"
    __audited__ = "opportunity_stage"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    label_zh: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(default=0, comment="order of the stages, from 1")
    probability: Mapped[int] = mapped_column(SmallInteger, comment="percent an opportunity gets on entering")
    normal_days: Mapped[int] = mapped_column(comment="days a stage usually takes; longer ones are marked")
    required: Mapped[list[str]] = mapped_column(Json, default=list, comment="fields to be filled before entering")
    active: Mapped[bool] = mapped_column(default=True, comment="inactive ones keep their name on old records")

    __table_args__ = (
        CheckConstraint("probability BETWEEN 0 AND 100", name="opportunity_stage_probability_percent"),
        CheckConstraint("normal_days > 0", name="opportunity_stage_normal_days_positive"),
    )

    def __str__(self) -> str:
        return self.label_zh if current_language() == "zh" else self.label_en


class OpportunityPolicy(Model):
    """How many opportunities one person may hold and claim; one row."""

    __tablename__ = "opportunity_policy"
    __audited__ = "opportunity_policy"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    holding_cap: Mapped[int] = mapped_column(comment="developing opportunities of one person before claiming stops")
    daily_claims: Mapped[int] = mapped_column(comment="claims of one person within 24 hours")

    __table_args__ = (
        CheckConstraint("id = 1", name="opportunity_policy_one_row"),
        CheckConstraint("holding_cap >= 0 AND daily_claims >= 0", name="opportunity_policy_not_negative"),
    )

    def __str__(self) -> str:
        return f"{self.holding_cap} / {self.daily_claims}"


class Opportunity(Numbered, Traced, Versioned, Recyclable, Model):
    """A possible sale to a customer, who may still be a prospect."""

    __tablename__ = "opportunity"
    __audited__ = "opportunity"
    __unaudited__ = ("stage_since", "next_due_at")
    __workflow__ = "opportunity"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(64), unique=True, comment="key in the system of origin")
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    need: Mapped[str | None] = mapped_column(Text, comment="what the customer wants")
    source: Mapped[str | None] = mapped_column(String(32), comment="dictionary: source")
    amount: Mapped[Decimal | None] = mapped_column(Money, comment="incl. VAT, company currency; fixed once won")
    probability: Mapped[int] = mapped_column(SmallInteger, comment="of winning, percent")
    expected_close: Mapped[date | None] = mapped_column(comment="day the customer is expected to decide")
    status: Mapped[OpportunityStatus] = mapped_column(enum_type(OpportunityStatus, "opportunity_status"))
    stage: Mapped[str] = mapped_column(ForeignKey("opportunity_stage.code"), comment="the last one while closed")
    stage_since: Mapped[datetime] = mapped_column(Moment, comment="UTC; entered the stage")
    next_due_at: Mapped[datetime | None] = mapped_column(Moment, comment="kept: earliest open plan, UTC")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: unassigned")
    competitor: Mapped[str | None] = mapped_column(String(32), comment="dictionary: competitor")
    lost_reason: Mapped[str | None] = mapped_column(String(32), comment="dictionary: lost_reason")
    lost_note: Mapped[str | None] = mapped_column(String(500))
    closed_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; won or lost")
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    contact: Mapped[Contact | None] = relationship(Contact, viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)
    stage_row: Mapped[OpportunityStage] = relationship(OpportunityStage, viewonly=True)

    __table_args__ = (
        CheckConstraint("amount >= 0", name="opportunity_amount_not_negative"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="opportunity_probability_percent"),
        CheckConstraint("(status = 'unassigned') = (owner_id IS NULL)", name="opportunity_owned_unless_unassigned"),
        CheckConstraint("(status IN ('won', 'lost')) = (closed_at IS NOT NULL)", name="opportunity_closed_at"),
        CheckConstraint("(status = 'lost') = (lost_reason IS NOT NULL)", name="opportunity_lost_with_reason"),
        Index("ix_opportunity_customer", "customer_id", "status", "id"),
        Index("ix_opportunity_owner_status", "owner_id", "status", "id"),
        # The boards count and choose their cards from these alone.
        Index(
            "ix_opportunity_board",
            "status",
            "stage",
            "next_due_at",
            "stage_since",
            "id",
            "amount",
            "probability",
            "expected_close",
            "deleted_at",
        ),
        Index("ix_opportunity_closed", "status", "closed_at", "id", "amount", "deleted_at"),
        Index("ix_opportunity_closing", "status", "expected_close", "next_due_at", "id"),
        Index("ix_opportunity_expected_close", "expected_close", "id"),
        Index("ix_opportunity_amount", "amount", "id"),
        Index("ix_opportunity_title", "title", "id"),
        Index("ix_opportunity_stage_since", "stage_since", "id"),
        Index("ix_opportunity_created_at", "created_at", "id"),
        Index("ix_opportunity_closed_at", "closed_at", "id"),
    )

    def __str__(self) -> str:
        return self.title


class OpportunityStageLog(Model):
    """How an opportunity stood from ``at`` on, until its next row; never changed, never deleted."""

    __tablename__ = "opportunity_stage_log"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: the system")
    cause: Mapped[str] = mapped_column(String(32), comment="create, update, or the name of the move")
    status: Mapped[OpportunityStatus] = mapped_column(enum_type(OpportunityStatus, "opportunity_stage_log_status"))
    stage: Mapped[str] = mapped_column(ForeignKey("opportunity_stage.code"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    amount: Mapped[Decimal | None] = mapped_column(Money)
    probability: Mapped[int] = mapped_column(SmallInteger, comment="percent")
    expected_close: Mapped[date | None] = mapped_column()

    __table_args__ = (
        Index("ix_opportunity_stage_log_opportunity", "opportunity_id", "at", "id"),
        Index("ix_opportunity_stage_log_at", "at", "opportunity_id"),
        Index("ix_opportunity_stage_log_claims", "actor_id", "cause", "at"),
    )
