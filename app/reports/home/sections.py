"""Which blocks of work a person gets: those of every role held, each block only with its right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.actors import Actor
from app.core.rights import ROLES
from app.reports.home.asked import Asked
from app.reports.home.numbers import Numbers, Question


@dataclass(frozen=True)
class Section:
    """The work of one role.

    ``rights``: who has only roles that an administrator made gets the section with any of these.
    ``questions`` are put together with those of the page; ``page`` makes what the template shows.
    """

    name: str
    label: Any
    role: str
    rights: tuple[str, ...]
    questions: Callable[[Asked], list[Question]]
    page: Callable[[Asked, Numbers], dict[str, Any]]

    @property
    def template(self) -> str:
        return f"reports/home_{self.name}.html"

    def is_for(self, actor: Actor) -> bool:
        """Say whether the section is part of the actor's home page."""
        if self.role in actor.roles:
            return True
        own = actor.roles - set(ROLES)
        return bool(own) and not actor.everything and any(right in actor.rights for right in self.rights)
