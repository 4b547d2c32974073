"""The one door for a change of status: a table of moves per kind of record, and one way to make a move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, UOWTransaction, object_session

from app.core import audit, events
from app.core.actors import Actor, acting_as
from app.core.errors import IllegalMove, NotAllowed, NotFound
from app.core.i18n import _l
from app.core.visibility import find

Effect = Callable[..., None]


@dataclass(frozen=True)
class Move:
    """One change of status that people can make; ``right`` is its own name unless it shares another move's."""

    name: str
    sources: frozenset[StrEnum]
    target: StrEnum
    label: Any
    right: str = ""
    by_system: bool = False
    style: str = ""

    @property
    def permission(self) -> str:
        """The verb a role needs for this move."""
        return self.right or self.name


_workflows: dict[str, Workflow] = {}


def workflow_of(kind: str) -> Workflow | None:
    """The workflow of a kind of record, if it has one."""
    return _workflows.get(kind)


class Workflow:
    """The moves of one kind of record; ``labels`` names every status."""

    def __init__(
        self, kind: str, model: type[Any], moves: Iterable[Move], labels: Mapping[Any, Any], noun: Any
    ) -> None:
        self.kind, self.model, self.labels, self.noun = kind, model, labels, noun
        _workflows[kind] = self
        self.moves = tuple(moves)
        self._by_name = {move.name: move for move in self.moves}
        self._effects: dict[str, Effect] = {}

    def effect(self, *names: str) -> Callable[[Effect], Effect]:
        """Bind what the moves ``names`` do besides the status: ``(record, *, by, at, **data)``."""

        def bind(function: Effect) -> Effect:
            for name in names:
                if name not in self._by_name or name in self._effects:
                    raise ValueError(f"{self.kind}.{name} is unknown or has an effect already")
                self._effects[name] = function
            return function

        return bind

    def move(self, name: str) -> Move:
        """The move called ``name``.

        :raises NotFound: if there is none.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise NotFound from None

    def grantable(self) -> tuple[tuple[str, Any], ...]:
        """(verb, label) of every move that a role may be given, each verb once."""
        found: dict[str, Any] = {}
        for move in self.moves:
            if not move.by_system:
                found.setdefault(move.permission, self._by_name.get(move.permission, move).label)
        return tuple(found.items())

    def open_to(self, record: Any, by: Actor) -> tuple[Move, ...]:
        """The moves the record's status permits and ``by`` has the right to; for buttons."""
        return tuple(
            move
            for move in self.moves
            if not move.by_system and record.status in move.sources and by.may(f"{self.kind}.{move.permission}")
        )

    def make(self, name: str, record: Any, *, by: Actor, at: datetime, **data: Any) -> Any:
        """Make the move ``name`` on ``record`` and return the record, read anew under a lock.

        In this order: may the actor; may they see the row; does the status permit; effect; new status; audit entry;
        announcement ``kind.name``.

        :raises NotAllowed: if ``by`` lacks the right.
        :raises NotFound: if ``by`` may not see the row.
        :raises IllegalMove: if the record's status does not permit the move.
        """
        move = self.move(name)
        if not by.everything and (move.by_system or not by.may(f"{self.kind}.{move.permission}")):
            raise NotAllowed(_l("You do not have the right to do this: %(move)s.", move=move.label))
        return self._make(move, record, by, at, data)

    def cause(self, name: str, record: Any, *, by: Actor, at: datetime, **data: Any) -> Any:
        """Make a move that follows from another one ``by`` was permitted (a win activates the prospect).

        As :meth:`make`, but no right of its own is asked for.
        """
        return self._make(self.move(name), record, by, at, data)

    def _make(self, move: Move, record: Any, by: Actor, at: datetime, data: dict[str, Any]) -> Any:
        session = object_session(record)
        if session is None:
            raise ValueError("the record belongs to no session")
        session.flush()
        with acting_as(by, session):
            locked = find(session, self.model, record.id, lock=True)
            if locked is None:
                raise NotFound
            self._permit(move, locked)
            with _moving(session, move, locked, at):
                effect = self._effects.get(move.name)
                if effect is not None:
                    effect(locked, by=by, at=at, **data)
                before, locked.status = locked.status, move.target
                session.flush()
                if not session.info.get("moved"):
                    audit.record(session, f"move:{move.name}", self.kind, locked, {}, by=by, at=at)
            events.announce(f"{self.kind}.{move.name}", locked, by=by, at=at, before=before, **data)
        return locked

    def _permit(self, move: Move, record: Any) -> None:
        if record.status not in move.sources:
            raise IllegalMove(
                _l(
                    "%(move)s is not possible: this %(noun)s is now “%(status)s”.",
                    move=move.label,
                    noun=self.noun,
                    status=self.labels[record.status],
                )
            )


@contextmanager
def _moving(session: Session, move: Move, record: Any, at: datetime) -> Iterator[None]:
    before = {name: session.info.get(name) for name in ("moving", "moved", "now")}
    session.info.update(moving=(move.name, record), moved=False, now=at)
    try:
        yield
    finally:
        session.info.update(before)


@event.listens_for(Session, "before_flush")
def _only_a_move_changes_a_status(session: Session, _context: UOWTransaction, _instances: object) -> None:
    move = session.info.get("moving")
    for row in session.dirty:
        if not hasattr(type(row), "__workflow__"):
            continue
        history = inspect(row).attrs["status"].history
        if history.has_changes() and history.deleted and not (move and move[1] is row):
            raise RuntimeError(f"{type(row).__name__}.status was assigned outside its workflow")
