"""What every request needs and hardly ever changes (rights, dictionary, stages), kept in the process while it is true.

The database holds one mark; a trigger on each watched table replaces it by a random one in the very transaction that
changes a row. A request reads the mark together with who is signed in, so what another process or a person with
``psql`` changed is seen with the next click, and an old value is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, cast
from uuid import uuid4
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, ScalarSelect, String, event, select, update
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from app.core.database import Model

Value = TypeVar("Value")

WATCHED: Mapping[str, tuple[str, ...]] = {
    "company": (),
    "list_view": (),
    "list_choice": (),
    "term": (),
    "custom_field": (),
    "opportunity_stage": (),
    "team": (),
    "team_leader": (),
    "ab_role": (),
    "ab_user_role": (),
    "ab_permission_view_role": (),
    # Every sign-in writes its counters; only what others read of a person counts.
    "ab_user": ("team_id", "first_name", "last_name", "username", "active"),
}
"""The tables whose rows may be remembered, with the columns that matter (all, if none is named).

A table that is added here, and one that a migration rebuilds, gets its triggers in that migration; a test looks.
"""


class SettingsMark(Model):
    """One row: a random text that is another one after every change to a watched table."""

    __tablename__ = "settings_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(36))


class _Memory:
    """What is known of one state of one database."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.values: dict[Hashable, Any] = {}


# By engine, so that no two databases share anything; it goes with its engine.
_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()
_MARK = "settings_mark"


def present_mark() -> ScalarSelect[str]:
    """The mark, to be read in another statement; tell it to :func:`know`."""
    return select(SettingsMark.mark).where(SettingsMark.id == 1).scalar_subquery()


def know(session: Session, mark: str | None) -> None:
    """Let ``session`` use what was remembered under ``mark``, which it has just read, until its transaction ends."""
    session.info[_MARK] = mark


def remembered(session: Session, name: Hashable, read: Callable[[Session], Value]) -> Value:
    """What ``read(session)`` returns, from memory if the database is in the state it was read in.

    ``read`` looks at watched tables only and returns plain values that nobody changes, no rows of the session.
    """
    if _writes(session):
        _know_nothing(session)
    if _MARK not in session.info:
        # Asking writes first what is still to be written.
        know(session, session.scalar(select(SettingsMark.mark).where(SettingsMark.id == 1)))
    mark = session.info[_MARK]
    if mark is None:
        return read(session)
    engine = session.get_bind().engine
    memory = _memories.get(engine)
    if memory is None or memory.mark != mark:
        memory = _memories[engine] = _Memory(mark)
    if name not in memory.values:
        # Read after the mark: a change in between gives the next request another mark.
        memory.values[name] = read(session)
    return cast("Value", memory.values[name])


def forget(session: Session) -> None:
    """Let every process forget what it remembers once this transaction is over: hints may be old after a large import."""
    session.execute(update(SettingsMark).values(mark=uuid4().hex))


def _writes(session: Session) -> bool:
    return any(
        getattr(row, "__tablename__", "") in WATCHED
        for rows in (session.new, session.dirty, session.deleted)
        for row in rows
    )


def _know_nothing(session: Session, *_ignored: Any) -> None:
    session.info.pop(_MARK, None)


event.listen(Session, "after_flush", _know_nothing)
event.listen(Session, "after_commit", _know_nothing)
event.listen(Session, "after_soft_rollback", _know_nothing)


@event.listens_for(Session, "do_orm_execute")
def _know_nothing_after_writing(execution: ORMExecuteState) -> None:
    if not execution.is_select:
        _know_nothing(execution.session)
