"""Deadlines that run follow the working calendar when it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.core import audit, calendar, events
from app.core.actors import Actor
from app.core.calendar import ONE_DAY, WorkingCalendar
from app.core.database import db
from app.core.i18n import time_zone
from app.service.models import RequestStatus, ServiceRequest

# Bare tables: a deadline is the same whoever changes the calendar, and no edit, so that open forms stay up to date.
_request = ServiceRequest.__table__
_DUE = ("response_due_at", "resolution_due_at")


@events.on("calendar.change")
def _recount(was_working: Mapping[date, bool], *, by: Actor, at: datetime) -> None:
    """Give every unsolved request the working hours it was promised, on the calendar as it is now.

    The hours are those between its beginning and its deadline on the calendar as it was: what is promised today
    for its type may be something else. All in the transaction of the change, which touches the requests of some days.
    """
    session = db.session()
    rows = session.execute(_running(was_working).with_for_update(key_share=True)).all()
    if not rows:
        return
    first, last = min(row.received_at for row in rows), max(due for row in rows for due in (row[2], row[3]) if due)
    after = calendar.load(session, first.date() - ONE_DAY, last.date().replace(month=1, day=1, year=last.year + 2))
    before = WorkingCalendar({**after.exceptions, **was_working})
    moved = {row: dict(_moved(row, before, after)) for row in rows}
    _write(session, {row: changes for row, changes in moved.items() if changes}, by=by, at=at)


def _running(was_working: Mapping[date, bool]) -> Any:
    """The requests with a clock that runs, or ran out, over one of the changed days."""
    zone, columns = time_zone(), _request.c
    start = datetime.combine(min(was_working), time.min, zone)
    end = datetime.combine(max(was_working) + ONE_DAY, time.min, zone)
    return select(
        columns.id,
        columns.number,
        columns.response_due_at,
        columns.resolution_due_at,
        columns.received_at,
        columns.responded_at,
        columns.reviewed_at,
        columns.assigned_at,
    ).where(
        columns.status.in_((RequestStatus.created, RequestStatus.assigned)),
        columns.received_at < end,
        or_(columns.response_due_at >= start, columns.resolution_due_at >= start),
    )


def _moved(row: Row[Any], before: WorkingCalendar, after: WorkingCalendar) -> Iterator[tuple[str, list[datetime]]]:
    """The deadlines that change, each with what it was and what it is."""
    zone = time_zone()
    # As for another type: a request sent back or reopened began again when it was assigned anew.
    began = row.assigned_at if row.reviewed_at and row.assigned_at else row.received_at
    runs = {"response_due_at": row.received_at if row.responded_at is None else None, "resolution_due_at": began}
    for name, since in runs.items():
        due = getattr(row, name)
        if since is None or due is None:
            continue
        hours = before.working_hours_between(since, due, zone=zone)
        now = after.add_working_hours(since, hours, zone=zone)
        if now != due:
            yield name, [due, now]


def _write(session: Session, moved: Mapping[Row[Any], dict[str, list[datetime]]], *, by: Actor, at: datetime) -> None:
    if not moved:
        return
    statement = update(_request).where(_request.c.id == bindparam("key"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in _DUE})
    connection = session.connection()
    connection.execute(
        statement,
        [
            {"key": row.id} | {f"new_{name}": changes.get(name, [getattr(row, name)])[-1] for name in _DUE}
            for row, changes in moved.items()
        ],
    )
    entries = [
        audit.entry("update", "service_request", row.id, row.number, changes, by=by, at=at)
        for row, changes in moved.items()
    ]
    audit.write(connection, entries)
    keys = {row.id for row in moved}
    for known in session.identity_map.values():
        if isinstance(known, ServiceRequest) and known.id in keys:
            session.expire(known, list(_DUE))
