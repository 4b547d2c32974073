"""Who acts: the actor is an argument of every rule, and the session knows them for the row filter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.core.database import db


@dataclass(frozen=True)
class Actor:
    """A person or the system, with the rights held at this moment.

    ``people`` are the users whose rows a team's leader sees: the members of the teams they lead and of the
    teams under those, and always the actor. ``reaches_far`` says that they own a good part of all customers: a rule
    may then be put another way for the database's sake, and mean the same.
    """

    user_id: int | None
    name: str
    rights: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    everything: bool = False
    language: str = "zh"
    roles: frozenset[str] = frozenset()
    reaches_far: bool = False
    cache: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def may(self, right: str) -> bool:
        """Say whether the actor holds ``right`` (``customer.edit``); ``kind.see`` means any of the three scopes."""
        if self.everything or right in self.rights:
            return True
        kind, _, verb = right.rpartition(".")
        return verb == "see" and any(f"{kind}.see_{scope}" in self.rights for scope in ("all", "team", "own"))

    def sees_all(self, kind: str) -> bool:
        """Say whether every row of ``kind`` is visible."""
        return self.everything or f"{kind}.see_all" in self.rights

    def sees_most(self, kind: str) -> bool:
        """Say whether so many rows of ``kind`` are visible that nearly every list soon meets one."""
        return self.reaches_far or self.sees_all(kind)

    def owners(self, kind: str) -> frozenset[int]:
        """The users whose rows of ``kind`` are visible by ownership; meaningless when all are."""
        if self.user_id is None:
            return frozenset()
        if f"{kind}.see_team" in self.rights:
            return self.people | {self.user_id}
        return frozenset({self.user_id}) if f"{kind}.see_own" in self.rights else frozenset()

    @classmethod
    def system(cls, name: str) -> Actor:
        """The program itself, named by what it is doing; it may and sees everything."""
        return cls(user_id=None, name=name, everything=True)


def current_actor(session: Session | None = None) -> Actor | None:
    """The actor the session's statements are filtered for."""
    return (session or db.session).info.get("actor")


@contextmanager
def acting_as(actor: Actor, session: Session | None = None) -> Iterator[Actor]:
    """Let ``actor`` act on the session; afterwards whoever acted before acts again."""
    info = (session or db.session).info
    before = info.get("actor")
    info["actor"] = actor
    try:
        yield actor
    finally:
        if before is None:
            info.pop("actor", None)
        else:
            info["actor"] = before
