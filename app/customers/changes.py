"""What was changed at a customer and its contacts, read from the audit log."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select, union_all
from sqlalchemy.orm import Session

from app.core.audit import AuditEntry
from app.customers.models import Contact

CHANGES = ("create", "update", "delete", "restore", "merge", "hand_over")
"""The actions that change something; looks, exports and checks stay in the administrator's log."""


def changes(session: Session, customer_id: int, *, before: int | None = None, limit: int = 30) -> list[AuditEntry]:
    """The newest changes of a visible customer and of those of its contacts whom the actor sees, newest first."""
    contacts = select(Contact.id).where(Contact.customer_id == customer_id)
    about = [
        (AuditEntry.kind == "customer") & (AuditEntry.record_id == customer_id),
        (AuditEntry.kind == "contact") & AuditEntry.record_id.in_(contacts),
    ]
    keys = union_all(
        # Each part has the newest of its own by the index of records; a list of both reads the whole log.
        *(
            select(
                select(AuditEntry.id)
                .where(one, _changing(), *(() if before is None else (AuditEntry.id < before,)))
                .order_by(AuditEntry.id.desc())
                .limit(limit)
                .subquery()
                .c.id
            )
            for one in about
        )
    )
    wanted = select(AuditEntry).where(AuditEntry.id.in_(keys)).order_by(AuditEntry.id.desc()).limit(limit)
    return list(session.scalars(wanted))


def _changing() -> ColumnElement[bool]:
    return or_(AuditEntry.action.in_(CHANGES), AuditEntry.action.startswith("move:"))
