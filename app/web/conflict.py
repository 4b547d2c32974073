"""Two people edited one record: what differs, so that the second can choose and nobody's text is lost."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One field that holds something else in the database than in the form that was sent.

    ``sent`` is what a browser would send for their value. ``taken`` means that this person left the field alone, so
    that the form already holds the other one's value.
    """

    field: Any
    theirs: Any
    mine: Any
    sent: str
    taken: bool = False


def fingerprints(form: Any, columns: Iterable[str]) -> str:
    """A short mark of each field of an unchanged form, which comes back with it and tells what was changed."""
    return json.dumps({name: _mark(form[name]) for name in columns if name in form}, separators=(",", ":"))


def merged(mine: Any, theirs: Any, columns: Iterable[str], seen: str) -> list[Difference]:
    """Compare two forms of one record field by field; what ``mine`` left as it was ``seen`` becomes theirs."""
    marks = _read(seen)
    found = []
    for name in columns:
        if name not in mine or (theirs[name].data or None) == (mine[name].data or None):
            continue
        if marks.get(name) == _mark(theirs[name]):
            continue  # only this person changed it
        taken = marks.get(name) == _mark(mine[name])
        found.append(Difference(mine[name], _shown(theirs[name]), _shown(mine[name]), _sent(theirs[name]), taken))
        if taken:
            mine[name].raw_data = None
            mine[name].process_data(theirs[name].data)
    return found


def _mark(field: Any) -> int:
    return zlib.crc32(str(field.data or "").encode())


def _read(seen: str) -> dict[str, Any]:
    try:
        found = json.loads(seen)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shown(field: Any) -> Any:
    reader = getattr(field, "text", None) or getattr(field, "_value", None)
    choices = getattr(field, "choices", None)
    if choices and not callable(choices):
        return {str(choice[0]): choice[1] for choice in choices}.get(str(field.data), "")
    return reader() if callable(reader) else field.data


def _sent(field: Any) -> str:
    data = field.data
    if isinstance(data, list | tuple | set):
        return json.dumps([str(one) for one in data])
    choices = getattr(field, "choices", None)
    reader = None if choices is not None else getattr(field, "_value", None)
    value = reader() if callable(reader) else data
    return json.dumps("" if value is None else str(value))
