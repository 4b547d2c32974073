"""Two people edited one record: what differs, so that the second can choose and nobody's text is lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One field that holds something else in the database than in the form that was sent."""

    field: Any
    theirs: Any
    mine: Any


def differences(mine: Any, theirs: Any, columns: Iterable[str]) -> list[Difference]:
    """Compare two forms of one record field by field."""
    return [
        Difference(mine[name], _shown(theirs[name]), _shown(mine[name]))
        for name in columns
        if name in mine and (theirs[name].data or None) != (mine[name].data or None)
    ]


def _shown(field: Any) -> Any:
    reader = getattr(field, "text", None) or getattr(field, "_value", None)
    choices = getattr(field, "choices", None)
    if choices and not callable(choices):
        return {str(choice[0]): choice[1] for choice in choices}.get(str(field.data), "")
    return reader() if callable(reader) else field.data
