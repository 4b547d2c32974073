"""Service requests, what happened to them, the hours promised for them, and the links customers rate them by."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.core.database import Json, Model, Moment, Numbered, Recyclable, Traced, Versioned, enum_type
from app.customers.models import Contact, Customer
from app.products.models import Product

LOWEST, HIGHEST, SATISFIED = 1, 5, 3
"""The scale of satisfaction, and the least rating with which a request may be archived."""


class RequestStatus(StrEnum):
    created = auto()
    assigned = auto()
    processed = auto()
    reviewed = auto()
    archived = auto()


class Priority(StrEnum):
    low = auto()
    normal = auto()
    high = auto()
    urgent = auto()


class Severity(StrEnum):
    minor = auto()
    serious = auto()


class FeedbackSource(StrEnum):
    specialist = auto()
    customer = auto()


class ServiceRequest(Numbered, Traced, Versioned, Recyclable, Model):
    """What a customer asked, suggested, complained about or wants repaired, and what was done about it."""

    __tablename__ = "service_request"
    __audited__ = "service_request"
    __workflow__ = "service_request"

    number: Mapped[str] = mapped_column(String(32), unique=True)
    type: Mapped[str] = mapped_column(String(32), comment="dictionary: request_type")
    priority: Mapped[Priority] = mapped_column(enum_type(Priority, "service_request_priority"), default=Priority.normal)
    channel: Mapped[str | None] = mapped_column(String(32), comment="dictionary: request_channel")
    status: Mapped[RequestStatus] = mapped_column(
        enum_type(RequestStatus, "service_request_status"), default=RequestStatus.created
    )
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"), index=True)
    serial_number: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, comment="what the customer said")
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), comment="specialist; empty: not assigned yet"
    )
    responsible_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id"), index=True, comment="who caused what is complained about"
    )

    upheld: Mapped[bool | None] = mapped_column(comment="empty: not judged")
    severity: Mapped[Severity | None] = mapped_column(enum_type(Severity, "service_request_severity"))
    cause: Mapped[str | None] = mapped_column(Text)
    solution: Mapped[str | None] = mapped_column(Text)
    compensation: Mapped[str | None] = mapped_column(String(300))
    improvement: Mapped[str | None] = mapped_column(Text, comment="what is changed so that it does not happen again")

    received_at: Mapped[datetime] = mapped_column(Moment, comment="UTC; deadlines run from here")
    response_due_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; empty: nothing promised")
    resolution_due_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; of the present round")
    assigned_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; to the present specialist")
    responded_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; first answer to the customer")
    processed_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; last time; empty while sent back")
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; last rating")
    archived_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; empty while open")

    satisfaction: Mapped[int | None] = mapped_column(SmallInteger, comment="1 to 5, the last rating")
    feedback: Mapped[str | None] = mapped_column(Text, comment="what the customer said about the solution")
    feedback_source: Mapped[FeedbackSource | None] = mapped_column(
        enum_type(FeedbackSource, "service_request_feedback_source")
    )
    archive_note: Mapped[str | None] = mapped_column(String(300))
    custom: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)

    customer: Mapped[Customer] = relationship(Customer, viewonly=True)
    contact: Mapped[Contact | None] = relationship(Contact, viewonly=True)
    product: Mapped[Product | None] = relationship(Product, viewonly=True)
    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)
    responsible: Mapped[User | None] = relationship(User, foreign_keys=[responsible_id], viewonly=True)

    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="service_request_satisfaction_1_to_5"),
        CheckConstraint("owner_id IS NOT NULL OR status = 'created'", name="service_request_has_owner_once_assigned"),
        Index("ix_service_request_customer", "customer_id", "received_at", "id"),
        Index("ix_service_request_customer_rated", "customer_id", "reviewed_at"),
        Index("ix_service_request_owner_status", "owner_id", "status", "resolution_due_at"),
        # The board counts and chooses its cards from these alone.
        Index("ix_service_request_status_due", "status", "resolution_due_at", "id", "deleted_at"),
        Index("ix_service_request_status_archived", "status", "archived_at", "id"),
        Index("ix_service_request_received", "received_at", "id"),
        Index("ix_service_request_resolution_due", "resolution_due_at", "id"),
        Index("ix_service_request_priority", "priority", "id"),
        Index("ix_service_request_satisfaction", "satisfaction", "id"),
        Index("ix_service_request_created_by", "created_by_id", "id"),
        Index("ix_service_request_type", "type", "received_at", "id"),
    )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Work is still to be done: neither solved nor archived."""
        return self.status in (RequestStatus.created, RequestStatus.assigned)

    @property
    def is_complaint(self) -> bool:
        return self.type == "complaint"

    def due_at(self) -> datetime | None:
        """The deadline whose clock runs now: the response until there was one, then the solution; None when solved."""
        if not self.is_open:
            return None
        return self.resolution_due_at if self.responded_at else (self.response_due_at or self.resolution_due_at)

    def is_overdue(self, at: datetime) -> bool:
        due = self.due_at()
        return due is not None and due < at


class ServiceRequestLog(Numbered, Model):
    """One change of status or specialist with its time; reports and evaluations rebuild the past from these."""

    __tablename__ = "service_request_log"

    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    move: Mapped[str] = mapped_column(String(32), comment="name of the move; create for the entry")
    status_before: Mapped[RequestStatus | None] = mapped_column(
        enum_type(RequestStatus, "service_request_log_status_before")
    )
    status: Mapped[RequestStatus] = mapped_column(enum_type(RequestStatus, "service_request_log_status"))
    owner_before_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    satisfaction: Mapped[int | None] = mapped_column(SmallInteger, comment="of a rating")
    note: Mapped[str | None] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), comment="empty: the system or the customer")

    owner: Mapped[User | None] = relationship(User, foreign_keys=[owner_id], viewonly=True)
    actor: Mapped[User | None] = relationship(User, foreign_keys=[actor_id], viewonly=True)

    __table_args__ = (
        Index("ix_service_request_log_request", "request_id", "id"),
        Index("ix_service_request_log_owner", "owner_id", "move", "at"),
        Index("ix_service_request_log_at", "at"),
    )


class ServiceLevel(Numbered, Model):
    """Working hours promised for requests of one type and priority; an empty type stands for any other type."""

    __tablename__ = "service_level"
    __audited__ = "service_level"

    type: Mapped[str] = mapped_column(String(32), default="", comment="dictionary: request_type; empty: any other")
    priority: Mapped[Priority] = mapped_column(enum_type(Priority, "service_level_priority"))
    response_hours: Mapped[int] = mapped_column(comment="working hours until the first answer")
    resolution_hours: Mapped[int] = mapped_column(comment="working hours until the solution")

    __table_args__ = (
        UniqueConstraint("type", "priority"),
        CheckConstraint(
            "response_hours > 0 AND resolution_hours >= response_hours", name="service_level_response_before_resolution"
        ),
    )

    def __str__(self) -> str:
        return f"{self.type or '*'}/{self.priority}"


class FeedbackLink(Numbered, Model):
    """A link by which the customer rates one solution once; only the digest of its token is stored."""

    __tablename__ = "feedback_link"

    request_id: Mapped[int] = mapped_column(ForeignKey("service_request.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256 of the token, hexadecimal")
    created_at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    expires_at: Mapped[datetime] = mapped_column(Moment, comment="UTC, exclusive")
    closed_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; used, or replaced by a newer one")
