"""Announcements: an earlier feature causes something in a later one, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.core.actors import Actor

Listener = Callable[..., None]
_listeners: dict[str, list[Listener]] = defaultdict(list)


def on(name: str) -> Callable[[Listener], Listener]:
    """Register a function ``(record, *, by, at, **data)`` for the announcement ``name`` (``opportunity.win``)."""

    def register(listener: Listener) -> Listener:
        if listener not in _listeners[name]:
            _listeners[name].append(listener)
        return listener

    return register


def announce(name: str, record: Any, *, by: Actor, at: datetime, **data: Any) -> None:
    """Tell every listener; what one of them raises undoes the whole transaction."""
    for listener in _listeners[name]:
        listener(record, by=by, at=at, **data)
