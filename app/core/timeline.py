"""The timeline of a customer: one table that features fill in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, delete, insert, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.actors import Actor
from app.core.database import Json, Key, Model, Moment

SEARCHED = (
    "content", "summary", "what", "title", "name", "number", "note", "reason", "contact", "owner", "before", "after", "text",
)  # fmt: skip
"""The words of an entry in which somebody may look for something."""


class TimelineEntry(Model):
    """One line: what happened to a customer, told in words made at display from ``words``."""

    __tablename__ = "timeline_entry"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Moment, comment="UTC")
    event: Mapped[str] = mapped_column(String(48), comment="kind.what, for instance opportunity.win")
    record_id: Mapped[int | None] = mapped_column(Key)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    words: Mapped[dict[str, Any]] = mapped_column(Json)

    __table_args__ = (
        Index("ix_timeline_entry_customer_at", "customer_id", "at", "id"),
        Index("ix_timeline_entry_record", "event", "record_id"),
    )


@dataclass(frozen=True)
class Telling:
    """How entries of one event are shown: group (for the filter), icon, colour, and the sentence."""

    group: str
    icon: str
    colour: str
    sentence: Callable[[dict[str, Any]], str]
    endpoint: str = ""


_tellings: dict[str, Telling] = {}


def telling(event: str, group: str, icon: str, colour: str, endpoint: str = "") -> Callable[[Any], Any]:
    """Register a function ``(words) -> sentence`` in the current language for ``event``."""

    def register(sentence: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
        _tellings[event] = Telling(group, icon, colour, sentence, endpoint)
        return sentence

    return register


def telling_of(event: str) -> Telling:
    """How ``event`` is shown; an unknown one shows as its code, so that nothing disappears."""
    return _tellings.get(event) or Telling("system", "point", "done", lambda _words: event)


def events_of(group: str) -> frozenset[str]:
    """The events that the timeline's filter ``group`` shows."""
    return frozenset(event for event, telling in _tellings.items() if telling.group == group)


def hidden_events(actor: Actor) -> frozenset[str]:
    """The events of records that ``actor`` sees none of: opportunities, for instance, for a service specialist."""
    return frozenset(event for event in _tellings if not actor.may(f"{event.partition('.')[0]}.see"))


def row(
    customer_id: int, event: str, at: datetime, *, record_id: int | None, actor_id: int | None, **words: Any
) -> dict[str, Any]:
    """Return one entry as a row, for bulk writers together with :func:`write`."""
    return {
        "customer_id": customer_id,
        "at": at,
        "event": event,
        "record_id": record_id,
        "actor_id": actor_id,
        "words": words,
    }


def write(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows made by :func:`row`."""
    rows = list(rows)
    if rows:
        connection.execute(insert(TimelineEntry.__table__), rows)


def tell(
    session: Session,
    customer_id: int,
    event: str,
    at: datetime,
    *,
    record_id: int | None = None,
    actor_id: int | None = None,
    **words: Any,
) -> None:
    """Add one line to a customer's timeline."""
    write(session.connection(), [row(customer_id, event, at, record_id=record_id, actor_id=actor_id, **words)])


def forget(session: Session, event: str, record_id: int) -> None:
    """Remove the lines that tell ``event`` of a record that is no more, or that was undone."""
    table = TimelineEntry.__table__
    session.execute(delete(table).where(table.c.event == event, table.c.record_id == record_id))


def page(
    session: Session,
    customer_id: int,
    *,
    group: str = "",
    text: str = "",
    hidden: frozenset[str] = frozenset(),
    before: tuple[datetime, int] | None = None,
    limit: int = 20,
) -> list[TimelineEntry]:
    """The newest entries before the position ``before`` (exclusive), newest first.

    The caller has checked that the customer is visible, and names the events that stay ``hidden``; ``text`` is looked
    for in what was written.
    """
    statement = select(TimelineEntry).where(TimelineEntry.customer_id == customer_id)
    if hidden:
        statement = statement.where(TimelineEntry.event.not_in(sorted(hidden)))
    if group:
        statement = statement.where(TimelineEntry.event.in_(sorted(events_of(group))))
    if text:
        told = (TimelineEntry.words[name].as_string() for name in SEARCHED)
        statement = statement.where(or_(*(words.icontains(text, autoescape=True) for words in told)))
    if before is not None:
        at, pk = before
        statement = statement.where((TimelineEntry.at < at) | ((TimelineEntry.at == at) & (TimelineEntry.id < pk)))
    return list(session.scalars(statement.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(limit)))
