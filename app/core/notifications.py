"""Messages to one person inside the application, written in the transaction of their cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, Select, String, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.database import Json, Key, Model, Moment
from app.core.i18n import _, current_language


class Notification(Model):
    """One message to one person, told in words made at display from ``words``."""

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    kind: Mapped[str] = mapped_column(String(48), comment="kind.what, for instance plan.due")
    record_id: Mapped[int | None] = mapped_column(Key, comment="what the kind's page shows")
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    read_at: Mapped[datetime | None] = mapped_column(Moment, comment="UTC; empty: unread")

    __table_args__ = (
        Index("ix_notification_user_read_at", "user_id", "read_at", "id"),
        Index("ix_notification_user_id", "user_id", "id"),
    )


@dataclass(frozen=True)
class Notice:
    """How messages of one kind are shown: icon, colour, the page of their record, and the sentence."""

    icon: str
    colour: str
    sentence: Callable[[dict[str, Any]], str]
    endpoint: str = ""
    key: str = "pk"


_notices: dict[str, Notice] = {}


def notice(kind: str, icon: str, colour: str, endpoint: str = "", key: str = "pk") -> Callable[[Any], Any]:
    """Register a function ``(words) -> sentence`` in the current language; ``endpoint`` takes the record's ``key``."""

    def register(sentence: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
        _notices[kind] = Notice(icon, colour, sentence, endpoint, key)
        return sentence

    return register


def notice_of(kind: str) -> Notice:
    """How ``kind`` is shown; an unknown one shows as its code, so that nothing disappears."""
    return _notices.get(kind) or Notice("point", "done", lambda _words: kind)


def notify(
    session: Session, user_id: int, kind: str, *, at: datetime, record_id: int | None = None, **words: Any
) -> None:
    """Tell one person something in the session's transaction."""
    write(session.connection(), [row(user_id, kind, at=at, record_id=record_id, **words)])


def row(user_id: int, kind: str, *, at: datetime, record_id: int | None = None, **words: Any) -> dict[str, Any]:
    """Return one message as a row, for bulk writers together with :func:`write`."""
    return {"user_id": user_id, "at": at, "kind": kind, "record_id": record_id, "words": words, "read_at": None}


def write(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows made by :func:`row`."""
    rows = list(rows)
    if rows:
        connection.execute(insert(Notification.__table__), rows)


def unread_count(session: Session, user_id: int) -> int:
    """How many messages ``user_id`` has not read; more than 99 count as 100."""
    return session.scalar(count_unread(user_id)) or 0


def count_unread(user_id: int | None) -> Select[int]:
    """The statement of :func:`unread_count`."""
    unread = select(Notification.id).where(Notification.user_id == user_id, Notification.read_at.is_(None)).limit(100)
    return select(func.count()).select_from(unread.subquery())


def page(session: Session, user_id: int, *, before: int | None = None, limit: int = 50) -> list[Notification]:
    """The newest messages to ``user_id`` before the one called ``before`` (exclusive), newest first."""
    statement = select(Notification).where(Notification.user_id == user_id)
    if before is not None:
        statement = statement.where(Notification.id < before)
    return list(session.scalars(statement.order_by(Notification.id.desc()).limit(limit)))


def mark_read(session: Session, user_id: int, *, at: datetime, only: int | None = None) -> int:
    """Mark one message, or all, of ``user_id`` as read; return how many were unread. Other people's stay."""
    statement = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if only is not None:
        statement = statement.where(Notification.id == only)
    return int(session.connection().execute(statement.values(read_at=at)).rowcount)


@notice("job.failed", icon="alert-triangle", colour="bad")
def _job_failed(words: dict[str, Any]) -> str:
    error = words.get("error", {})
    from app.core.jobs.registry import label_of  # noqa: PLC0415 - jobs tell people of what failed, by this module

    reason = error.get(current_language(), "")
    return _("The background job “%(job)s” failed: %(reason)s", job=label_of(str(words.get("job"))), reason=reason)
