"""Churn cases: a customer's silence that somebody has to judge, and what was done about it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Json, Key, Model, Moment, Money, Numbered, Traced, Versioned, enum_type
from app.customers.models import Customer


class ChurnStatus(StrEnum):
    warned = auto()
    postponed = auto()
    lost = auto()
    recovered = auto()


OPEN = (ChurnStatus.warned, ChurnStatus.postponed)
"""The states in which somebody still has to decide."""


class ChurnMethod(StrEnum):
    rule = auto()
    model = auto()


class ChurnCase(Numbered, Traced, Versioned, Model):
    """One silence of one customer, judged once; ``evidence`` is what was known on the day it was opened."""

    __tablename__ = "churn_case"
    __audited__ = "churn_case"
    __workflow__ = "churn_case"
    __unaudited__ = ("evidence",)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    status: Mapped[ChurnStatus] = mapped_column(enum_type(ChurnStatus, "churn_case_status"), default=ChurnStatus.warned)
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), comment="who decides; empty: the marketing director"
    )
    last_order_on: Mapped[date] = mapped_column(comment="the order the silence began with")
    opened_on: Mapped[date] = mapped_column(comment="the day of judgement")
    method: Mapped[ChurnMethod] = mapped_column(enum_type(ChurnMethod, "churn_case_method"), default=ChurnMethod.rule)
    evidence: Mapped[dict[str, Any]] = mapped_column(Json, comment="first order, orders, usual gap, days silent …")
    value_12m: Mapped[Decimal] = mapped_column(Money, comment="incl. VAT, net of returns, 365 days before opened_on")
    look_again_on: Mapped[date | None] = mapped_column(comment="of a postponed case")
    told_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; the owner was told that it is due")
    reason: Mapped[str | None] = mapped_column(String(32), comment="dictionary: churn_reason; of a lost case")
    note: Mapped[str | None] = mapped_column(Text, comment="of the last decision")
    decided_on: Mapped[date | None] = mapped_column(comment="the day it was lost or recovered")
    recovered_by_order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"), index=True)

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)

    __table_args__ = (
        UniqueConstraint("customer_id", "last_order_on"),
        Index("ix_churn_case_last_order_on", "last_order_on", "id"),
        Index("ix_churn_case_look_again_on", "look_again_on", "id"),
        Index("ix_churn_case_decided_on", "decided_on", "id"),
        Index("ix_churn_case_status_value", "status", "value_12m", "id"),
        Index("ix_churn_case_value", "value_12m", "id"),
        Index("ix_churn_case_owner_status", "owner_id", "status", "value_12m", "id"),
        Index("ix_churn_case_look_again", "status", "look_again_on", "id"),
        Index("ix_churn_case_status_decided", "status", "decided_on"),
        Index("ix_churn_case_opened_on", "opened_on", "id"),
    )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def __str__(self) -> str:
        return self.customer.name if self.customer else f"{self.customer_id}"


class ChurnMeasure(Numbered, Model):
    """One postponement: what is done to keep the customer, and when to look again."""

    __tablename__ = "churn_measure"

    case_id: Mapped[int] = mapped_column(ForeignKey("churn_case.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    measures: Mapped[list[str]] = mapped_column(Json, comment="dictionary: churn_measure")
    text: Mapped[str | None] = mapped_column(Text)
    look_again_on: Mapped[date] = mapped_column()

    by: Mapped[User | None] = relationship(User, viewonly=True)

    __table_args__ = (Index("ix_churn_measure_case", "case_id", "id"),)

    def __str__(self) -> str:
        return self.text or str(self.look_again_on)


class ChurnRun(Model):
    """One judgement of everybody: with what, on which day, and what came out."""

    __tablename__ = "churn_run"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC; when it was made")
    asof: Mapped[date] = mapped_column(comment="no order after this day was looked at")
    method: Mapped[ChurnMethod] = mapped_column(enum_type(ChurnMethod, "churn_run_method"))
    silence_days: Mapped[int] = mapped_column(comment="silent for more days than this: warned")
    mean_gap: Mapped[Decimal | None] = mapped_column(Numeric(8, 2), comment="days between two orders, over everybody")
    customers: Mapped[int] = mapped_column()
    judged: Mapped[int] = mapped_column(comment="with at least one order")
    warned: Mapped[int] = mapped_column(comment="cases opened")
    already_open: Mapped[int] = mapped_column(comment="silent, but judged before")
    recovered: Mapped[int] = mapped_column(default=0, comment="cases closed because an order had come")

    __table_args__ = (
        CheckConstraint("warned + already_open <= judged", name="churn_run_judged_counts_all"),
        Index("ix_churn_run_at", "at"),
    )
