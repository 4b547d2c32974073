"""The hours promised for requests, and the deadlines they lead to on the working calendar."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import calendar, events
from app.core.actors import Actor
from app.core.database import db
from app.core.errors import Invalid, NotAllowed
from app.core.i18n import _l, time_zone
from app.service.models import Priority, ServiceLevel
from app.service.queries import level_for

DEFAULT_LEVELS: dict[str, tuple[tuple[int, int], ...]] = {
    "": ((16, 72), (8, 40), (4, 18), (1, 9)),
    "consultation": ((16, 45), (8, 27), (4, 9), (1, 4)),
    "suggestion": ((27, 90), (18, 72), (9, 45), (4, 18)),
    "complaint": ((8, 45), (4, 27), (2, 18), (1, 9)),
    "repair": ((8, 63), (4, 36), (2, 18), (1, 9)),
}
"""(response, resolution) in working hours by type, for each priority from low to urgent; a day has nine."""
LONGEST_HOURS = 2_000
_AHEAD = timedelta(days=730)
"""How far the longest promise can reach into the calendar."""


def deadlines(session: Session, type: str, priority: Priority, at: datetime) -> tuple[datetime | None, datetime | None]:
    """Return until when a request received at ``at`` is to be answered and to be solved; None where nothing is promised.

    A year whose holidays are not entered counts Monday to Friday.
    """
    level = level_for(session, type, priority)
    if level is None:
        return None, None
    zone = time_zone()
    day = at.astimezone(zone).date()
    working = calendar.load(session, day, day + _AHEAD)
    return (
        working.add_working_hours(at, level.response_hours, zone=zone),
        working.add_working_hours(at, level.resolution_hours, zone=zone),
    )


@events.on("install")
def _fill(session: Session, *, by: Actor, at: datetime) -> None:
    """A new installation promises something from the first day."""
    fill_levels(session)


def fill_levels(session: Session) -> int:
    """Add the default hours to an installation that has none; return how many rows were added."""
    if session.scalar(select(ServiceLevel.id).limit(1)) is not None:
        return 0
    rows = [
        ServiceLevel(type=type, priority=priority, response_hours=response, resolution_hours=resolution)
        for type, hours in DEFAULT_LEVELS.items()
        for priority, (response, resolution) in zip(Priority, hours, strict=True)
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def update_level(type: str, priority: Priority, values: Mapping[str, Any], *, by: Actor, at: datetime) -> ServiceLevel:
    """Set the working hours promised for a type and priority; requests entered from now on get them.

    :raises Invalid: unless 1 <= response_hours <= resolution_hours <= 2000.
    """
    if not by.may("service_level.edit"):
        raise NotAllowed(_l("You do not have the right to change service levels."))
    hours = {name: values.get(name) for name in ("response_hours", "resolution_hours")}
    refusals: dict[str, Any] = {
        name: _l("Enter whole working hours from 1 to %(most)d.", most=LONGEST_HOURS)
        for name, value in hours.items()
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LONGEST_HOURS
    }
    if refusals:
        raise Invalid(fields=refusals)
    response, resolution = int(hours["response_hours"] or 0), int(hours["resolution_hours"] or 0)
    if resolution < response:
        raise Invalid(fields={"resolution_hours": _l("The solution cannot be due before the first answer.")})
    session = db.session
    level = session.scalar(
        select(ServiceLevel).where(ServiceLevel.type == type, ServiceLevel.priority == priority).with_for_update()
    )
    if level is None:
        level = ServiceLevel(type=type, priority=priority, response_hours=response, resolution_hours=resolution)
        session.add(level)
    level.response_hours, level.resolution_hours = response, resolution
    session.flush()
    return level
