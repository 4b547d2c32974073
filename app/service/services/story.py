"""The log of a request and the customer's timeline: what moves leave behind besides the audit entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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


def words(
    move: str,
    *,
    number: str,
    type: str,
    said: str | None,
    satisfaction: int | None = None,
    owner: str | None = None,
) -> dict[str, Any]:
    """What the customer's timeline keeps of a move, or of the entry (``create``); for bulk writers, too.

    ``said`` is what the customer said, the solution, or a note; ``owner`` is the name of the new specialist.
    """
    found: dict[str, Any] = {"number": number}
    if move == "create":
        found["type"] = type
    if said:
        found["summary"] = excerpt(said)
    if satisfaction is not None:
        found["satisfaction"] = satisfaction
    if owner is not None and move in OWNER_IS_NEWS:
        found["owner"] = owner
    return found


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
    told = words(
        move,
        number=request.number,
        type=request.type,
        said=request.text if move == "create" else note,
        satisfaction=satisfaction,
        owner=str(session.get(User, request.owner_id)) if move in OWNER_IS_NEWS else None,
    )
    timeline.tell(
        session,
        request.customer_id,
        f"service_request.{move}",
        at,
        record_id=request.id,
        actor_id=by.user_id,
        **told,
    )
