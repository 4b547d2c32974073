"""The log of a request and the customer's timeline: what moves leave behind besides the audit entry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import object_session

from app.accounts.models import User
from app.core import timeline
from app.core.actors import Actor
from app.service.models import RequestStatus, ServiceRequest, ServiceRequestLog
from app.service.workflow import workflow

LONGEST_EXCERPT = 60
OWNER_IS_NEWS = frozenset({"assign", "reassign"})

_SAME = -1
"""Stands for the specialist the request has: most moves leave it where it is."""


def excerpt(text: str) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_EXCERPT else f"{line[: LONGEST_EXCERPT - 1]}…"


def log_entry(request: ServiceRequest, *, by: Actor, at: datetime) -> None:
    """Note that the request was entered."""
    _write(request, "create", None, RequestStatus.created, by=by, at=at, owner_before_id=None)


def log_move(
    request: ServiceRequest,
    move: str,
    *,
    by: Actor,
    at: datetime,
    owner_before_id: int | None = _SAME,
    satisfaction: int | None = None,
    note: str | None = None,
) -> None:
    """Note a move that is about to change the status; the specialist is the new one already."""
    _write(
        request,
        move,
        request.status,
        RequestStatus(workflow.move(move).target),
        by=by,
        at=at,
        owner_before_id=request.owner_id if owner_before_id == _SAME else owner_before_id,
        satisfaction=satisfaction,
        note=note,
    )


def _write(
    request: ServiceRequest,
    move: str,
    before: RequestStatus | None,
    status: RequestStatus,
    *,
    by: Actor,
    at: datetime,
    owner_before_id: int | None,
    satisfaction: int | None = None,
    note: str | None = None,
) -> None:
    session = object_session(request)
    assert session is not None, "a move is made on a row of a session"
    session.add(
        ServiceRequestLog(
            request_id=request.id,
            at=at,
            move=move,
            status_before=before,
            status=status,
            owner_before_id=owner_before_id,
            owner_id=request.owner_id,
            satisfaction=satisfaction,
            note=note,
            actor_id=by.user_id,
        )
    )
    words = {"number": request.number, "type": request.type, "text": excerpt(note or request.text)}
    if satisfaction is not None:
        words["satisfaction"] = str(satisfaction)
    if move in OWNER_IS_NEWS and request.owner_id is not None:
        words["owner"] = str(session.get(User, request.owner_id))
    timeline.tell(
        session,
        request.customer_id,
        f"service_request.{move}",
        at,
        record_id=request.id,
        actor_id=by.user_id,
        **words,
    )
