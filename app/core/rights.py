"""What a role may be given: each right is listed once, by the feature that protects something with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.i18n import _l

SCOPES = ("see_own", "see_team", "see_all")

VERBS: dict[str, Any] = {
    "see_own": _l("See own"),
    "see_team": _l("See team's"),
    "see_all": _l("See all"),
    "add": _l("Add"),
    "edit": _l("Edit"),
    "delete": _l("Delete"),
    "export": _l("Export"),
    "open": _l("Open"),
    "import": _l("Import"),
    "see_private": _l("See private fields"),
}


@dataclass(frozen=True)
class Kind:
    """One row of the role matrix: a kind of record with the verbs and moves that can be granted on it."""

    name: str
    label: Any
    verbs: tuple[str, ...]
    moves: tuple[tuple[str, Any], ...] = ()
    group: Any = ""

    def rights(self) -> tuple[str, ...]:
        """All rights of this kind as ``kind.verb``."""
        return tuple(f"{self.name}.{verb}" for verb in (*self.verbs, *(name for name, _label in self.moves)))


_kinds: dict[str, Kind] = {}
_grants: dict[str, set[str]] = {}

ROLES: dict[str, Any] = {
    "Admin": _l("Administrator"),
    "Office Administrator": _l("Office Administrator"),
    "Marketing Director": _l("Marketing Director"),
    "Account Manager": _l("Account Manager"),
    "Service Specialist": _l("Service Specialist"),
    "Sales Director": _l("Sales Director"),
}


def declare(kind: Kind, grants: Mapping[str, Iterable[str]]) -> None:
    """Register ``kind`` and which role holds which of its verbs in a new installation.

    :raises ValueError: if a grant names an unknown role or verb.
    """
    known = {right.partition(".")[2] for right in kind.rights()}
    for role, verbs in grants.items():
        unknown = set(verbs) - known
        if role not in ROLES or unknown:
            raise ValueError(f"{kind.name}: {role} cannot be granted {sorted(unknown)}")
        _grants.setdefault(role, set()).update(f"{kind.name}.{verb}" for verb in verbs)
    _kinds[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """Every declared kind, in the order of declaration."""
    return tuple(_kinds.values())


def grants(role: str) -> frozenset[str]:
    """The rights ``role`` has in a new installation; an Admin holds all."""
    if role == "Admin":
        return frozenset(right for kind in _kinds.values() for right in kind.rights())
    return frozenset(_grants.get(role, ()))


def role_label(name: str) -> Any:
    """The name of a role as people read it; a role somebody made keeps the name they gave it."""
    return ROLES.get(name, name)
