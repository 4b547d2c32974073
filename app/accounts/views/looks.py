"""How roles, access and kinds of record are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from markupsafe import Markup

from app.core.i18n import _, format_number, format_time, listed
from app.core.rights import kinds, role_label
from app.theme import cells


def roles(names: Iterable[str]) -> str:
    """The roles of a user, in words."""
    return cells.tags([str(role_label(name)) for name in names])


def access(active: bool | None) -> Markup:
    """Whether somebody can sign in."""
    return cells.status_badge(_("Can sign in"), "good") if active else cells.status_badge(_("Left"), "done")


def lock(until: datetime | None) -> list[Markup]:
    """That somebody is kept out after wrong passwords, if they are."""
    if until is None:
        return []
    return [cells.status_badge(_("Locked until %(time)s after wrong passwords", time=format_time(until)), "bad")]


def kind_label(name: str) -> str:
    """What records of a kind are called."""
    return next((str(kind.label) for kind in kinds() if kind.name == name), name)


def kinds_of(holdings: Iterable[tuple[str, int]]) -> list[tuple[str, str, str]]:
    """(kind, its label, number) of what somebody owns."""
    return [(kind, kind_label(kind), format_number(count)) for kind, count in holdings]


def person_names(users: Iterable[Any]) -> str:
    """Several people in one line."""
    return listed(user.name for user in users)
