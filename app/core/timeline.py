"""The timeline of a customer: one table that features fill in the transaction of what they tell about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    and_,
    delete,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.actors import Actor, current_actor
from app.core.database import Json, Key, Model, Moment
from app.core.errors import NobodyActing
from app.core.rows import insert_rows
from app.core.visibility import record_of, with_deleted

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


def _kind_of(event: str) -> str:
    return event.partition(".")[0]


def hidden_events(actor: Actor) -> frozenset[str]:
    """The events of records that ``actor`` sees none of: opportunities, for instance, for a service specialist."""
    return frozenset(event for event in _tellings if not actor.may(f"{_kind_of(event)}.see"))


def _seen_by(actor: Actor, customer_id: int) -> ColumnElement[bool]:
    """The entries of records that ``actor`` may see; those in the recycle bin are told of as well.

    The row filter narrows each set of keys, which is read for the one customer.
    """
    conditions: list[ColumnElement[bool]] = []
    if hidden := hidden_events(actor):
        conditions.append(TimelineEntry.event.not_in(sorted(hidden)))
    for kind in sorted({_kind_of(event) for event in _tellings.keys() - hidden}):
        model = record_of(kind)
        if model is None or actor.sees_all(kind) or not hasattr(model, "customer_id"):
            continue
        other = TimelineEntry.event.not_in(sorted(event for event in _tellings if _kind_of(event) == kind))
        seen = TimelineEntry.record_id.in_(select(model.id).where(model.customer_id == customer_id))
        conditions.append(or_(other, seen))
    return and_(true(), *conditions)


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
    insert_rows(connection, TimelineEntry.__table__, list(rows))


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
    before: tuple[datetime, int] | None = None,
    limit: int = 20,
) -> list[TimelineEntry]:
    """The newest entries before the position ``before`` (exclusive), newest first.

    The caller has checked that the customer is visible; entries of records that whoever acts may not see are left out.
    ``text`` is looked for in what was written.
    """
    actor = current_actor(session)
    if actor is None:
        raise NobodyActing("the timeline is read although nobody acts")
    statement = select(TimelineEntry).where(TimelineEntry.customer_id == customer_id, _seen_by(actor, customer_id))
    if group:
        statement = statement.where(TimelineEntry.event.in_(sorted(events_of(group))))
    if text:
        told = (TimelineEntry.words[name].as_string() for name in SEARCHED)
        statement = statement.where(or_(*(words.icontains(text, autoescape=True) for words in told)))
    if before is not None:
        at, pk = before
        statement = statement.where((TimelineEntry.at < at) | ((TimelineEntry.at == at) & (TimelineEntry.id < pk)))
    newest = statement.order_by(TimelineEntry.at.desc(), TimelineEntry.id.desc()).limit(limit)
    return list(session.scalars(with_deleted(newest)))
