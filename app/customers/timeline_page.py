"""The entries of a timeline, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from app.accounts.queries import user_names
from app.core.i18n import _l
from app.core.timeline import TimelineEntry, telling_of

TIMELINE_GROUPS = (
    ("", _l("All")),
    ("follow_up", _l("Follow-ups")),
    ("plan", _l("Plans")),
    ("opportunity", _l("Opportunities")),
    ("order", _l("Orders")),
    ("service", _l("Service")),
    ("churn", _l("Churn")),
    ("system", _l("System")),
)


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    at: datetime
    icon: str
    tone: str
    what: Any
    who: str
    line: Any = ""
    body: str = ""
    links: tuple[tuple[Any, str], ...] = ()
    status: Any = None


def entries(session: Session, page: Iterable[TimelineEntry]) -> list[Line]:
    """Put each entry into words, with the name of who acted."""
    names = user_names(session)
    return [_line(entry, names) for entry in page]


def _line(entry: TimelineEntry, names: dict[int, str]) -> Line:
    telling = telling_of(entry.event)
    links: tuple[tuple[Any, str], ...] = ()
    if telling.endpoint and entry.record_id:
        links = ((_l("Open"), url_for(telling.endpoint, pk=entry.record_id)),)
    body = entry.words.get("content") or entry.words.get("summary") or ""
    return Line(
        at=entry.at,
        icon=f"ti-{telling.icon}",
        tone=telling.colour,
        what=telling.sentence(entry.words),
        who=names.get(entry.actor_id or 0, ""),
        body=body,
        links=links if body else (),
    )
