"""What the moves of a service request do besides the status."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from app.accounts.services.leaving import hands_over
from app.core import calendar, events
from app.core.actors import Actor
from app.core.errors import IllegalMove, Invalid, NotAllowed, invalid
from app.core.i18n import _l, format_day, local_day, time_zone
from app.core.notifications import notify
from app.service.models import (
    HIGHEST,
    LOWEST,
    SATISFIED,
    FeedbackLink,
    FeedbackSource,
    RequestStatus,
    ServiceRequest,
)
from app.service.services.assignment import chosen, is_specialist
from app.service.services.deadlines import deadlines
from app.service.services.satisfaction import recompute
from app.service.services.searching import index_request
from app.service.services.story import log_move
from app.service.services.values import JUDGED, check
from app.service.workflow import workflow

__all__ = ["close_links", "judge", "unanswered_from", "workflow"]

_UNFINISHED = (RequestStatus.assigned, RequestStatus.processed, RequestStatus.reviewed)
UNANSWERED_DAYS = 7
"""Working days a customer has for rating a solution before the request may be archived without."""
LONGEST_NOTE = 300
LONGEST_TEXT = 5_000


def _session(request: ServiceRequest) -> Session:
    session = object_session(request)
    assert session is not None, "a move is made on a row of a session"
    return session


def _text(name: str, value: object, limit: int = LONGEST_TEXT, *, required: bool = False) -> str | None:
    if value is not None and not isinstance(value, str):
        raise invalid(name, _l("Enter a text."))
    kept = (value or "").strip()
    if required and not kept:
        raise invalid(name, _l("This field is required."))
    if len(kept) > limit:
        raise invalid(name, _l("At most %(limit)d characters.", limit=limit))
    return kept or None


def _give(request: ServiceRequest, owner_id: int, *, by: Actor, at: datetime) -> None:
    request.owner_id, request.assigned_at = owner_id, at
    if owner_id != by.user_id:
        notify(
            _session(request), owner_id, "service_request.assigned", at=at, record_id=request.id, number=request.number
        )


def _new_round(request: ServiceRequest, at: datetime) -> None:
    """Let the clock of the solution run again, from ``at``."""
    request.processed_at = None
    _response, request.resolution_due_at = deadlines(_session(request), request.type, request.priority, at)


@workflow.effect("assign")
def _assign(
    request: ServiceRequest, *, by: Actor, at: datetime, owner_id: int | None = None, note: str | None = None
) -> None:
    """Give the request to ``owner_id``, or without one to the least loaded specialist."""
    note = _text("note", note, LONGEST_NOTE)
    _give(request, chosen(_session(request), owner_id), by=by, at=at)
    log_move(request, "assign", by=by, at=at, owner_before_id=None, note=note)


@workflow.effect("reassign")
def _reassign(
    request: ServiceRequest, *, by: Actor, at: datetime, owner_id: int | None = None, note: str | None = None
) -> None:
    """Give the request to somebody else; without ``owner_id`` to the least loaded of the others."""
    note, before = _text("note", note, LONGEST_NOTE), request.owner_id
    if owner_id is not None and owner_id == before:
        raise invalid("owner_id", _l("This specialist already has the request."))
    _give(request, chosen(_session(request), owner_id, apart_from=before), by=by, at=at)
    log_move(request, "reassign", by=by, at=at, owner_before_id=before, note=note)


@hands_over(
    "service_request",
    lambda user_id: select(ServiceRequest).where(
        ServiceRequest.owner_id == user_id, ServiceRequest.status.in_(_UNFINISHED)
    ),
    automatic=True,
)
def _hand_on(request: ServiceRequest, owner_id: int | None, *, by: Actor, at: datetime) -> None:
    """Let another specialist go on with it, whatever has been done already."""
    before = request.owner_id
    _give(request, chosen(_session(request), owner_id, apart_from=before), by=by, at=at)
    log_move(request, "reassign", by=by, at=at, owner_before_id=before, note=None)


@workflow.effect("process")
def _process(request: ServiceRequest, *, by: Actor, at: datetime, solution: str | None = None, **judged: Any) -> None:
    """Note the solution, and what else was found out; only the specialist who has the request does this."""
    if request.owner_id != by.user_id and not by.everything:
        raise NotAllowed(
            _l(
                "This request is assigned to %(name)s, who processes it.",
                name=request.owner.name if request.owner else "",
            )
        )
    request.solution = _text("solution", request.solution if solution is None else solution, required=True)
    if judged:
        judge(request, judged)
    request.processed_at = at
    request.responded_at = request.responded_at or at
    index_request(_session(request), request)
    log_move(request, "process", by=by, at=at, note=request.solution)


@workflow.effect("record_feedback")
def _record_feedback(
    request: ServiceRequest,
    *,
    by: Actor,
    at: datetime,
    satisfaction: int | None = None,
    feedback: str | None = None,
    source: FeedbackSource = FeedbackSource.specialist,
) -> None:
    """Note how satisfied the customer is, from 1 to 5; what was not answered by link can no longer be."""
    if not isinstance(satisfaction, int) or isinstance(satisfaction, bool) or not LOWEST <= satisfaction <= HIGHEST:
        raise invalid("satisfaction", _l("Choose a satisfaction from 1 to 5."))
    request.feedback = _text("feedback", feedback)
    request.satisfaction, request.feedback_source, request.reviewed_at = satisfaction, source, at
    close_links(_session(request), request.id, at)
    recompute(_session(request), request.customer_id)
    log_move(request, "record_feedback", by=by, at=at, satisfaction=satisfaction, note=request.feedback)


@events.on("service_request.record_feedback")
def _send_back_the_dissatisfied(request: ServiceRequest, *, by: Actor, at: datetime, **_data: Any) -> None:
    """A rating below 3 takes the request back to its specialist in the same call."""
    if (request.satisfaction or HIGHEST) < SATISFIED:
        workflow.cause("send_back", request, by=by, at=at)


@workflow.effect("send_back")
def _send_back(request: ServiceRequest, *, by: Actor, at: datetime) -> None:
    """Let the specialist work on it again, with a new deadline; who is no longer a specialist hands it over."""
    before = request.owner_id
    _keep_or_hand_over(request, None, by=by, at=at)
    _new_round(request, at)
    log_move(request, "send_back", by=by, at=at, owner_before_id=before, satisfaction=request.satisfaction)


@workflow.effect("archive")
def _archive(request: ServiceRequest, *, by: Actor, at: datetime, note: str | None = None) -> None:
    """Put a request away that the customer rated 3 or better."""
    if (request.satisfaction or 0) < SATISFIED:
        raise IllegalMove(_l("Only a request rated 3 or better can be archived."))
    request.archive_note = _text("note", note, LONGEST_NOTE)
    request.archived_at = at
    log_move(request, "archive", by=by, at=at, note=request.archive_note)


def unanswered_from(request: ServiceRequest) -> date | None:
    """The first day on which the request may be archived without an answer; None unless it is processed."""
    if request.processed_at is None:
        return None
    day = local_day(request.processed_at)
    # A year reaches over the longest holidays there are.
    working = calendar.load(_session(request), day, day.replace(day=1, month=1, year=day.year + 1))
    return working.add_working_days(day, UNANSWERED_DAYS)


@workflow.effect("archive_unanswered")
def _archive_unanswered(request: ServiceRequest, *, by: Actor, at: datetime, note: str | None = None) -> None:
    """Put a request away whose customer has said nothing for seven working days; the note tells what was tried."""
    first = unanswered_from(request)
    if first is not None and at.astimezone(time_zone()).date() < first:
        raise IllegalMove(
            _l(
                "The customer still has time to answer: archiving without an answer is possible from %(day)s.",
                day=format_day(first),
            )
        )
    request.archive_note = _text("note", note, LONGEST_NOTE, required=True)
    request.archived_at = at
    close_links(_session(request), request.id, at)
    log_move(request, "archive_unanswered", by=by, at=at, note=request.archive_note)


@workflow.effect("reopen")
def _reopen(
    request: ServiceRequest, *, by: Actor, at: datetime, owner_id: int | None = None, note: str | None = None
) -> None:
    """Take a request out of the archive, to the specialist who had it, or to ``owner_id``."""
    note, before = _text("note", note, LONGEST_NOTE), request.owner_id
    _keep_or_hand_over(request, owner_id, by=by, at=at)
    request.archived_at = None
    _new_round(request, at)
    log_move(request, "reopen", by=by, at=at, owner_before_id=before, note=note)


def _keep_or_hand_over(request: ServiceRequest, owner_id: int | None, *, by: Actor, at: datetime) -> None:
    session = _session(request)
    keeps = owner_id is None and request.owner_id is not None and is_specialist(session, request.owner_id)
    _give(request, request.owner_id if keeps and request.owner_id else chosen(session, owner_id), by=by, at=at)


def close_links(session: Session, request_id: int, at: datetime) -> None:
    """Let no link made for this request be answered any more."""
    session.execute(
        update(FeedbackLink)
        .where(FeedbackLink.request_id == request_id, FeedbackLink.closed_at.is_(None))
        .values(closed_at=at)
    )


def judge(request: ServiceRequest, judged: dict[str, Any]) -> None:
    """Note what was found out together with the solution.

    :raises Invalid: for any other field.
    """
    unknown = sorted(set(judged) - set(JUDGED))
    if unknown:
        raise Invalid(_l("This cannot be entered: %(fields)s.", fields=", ".join(unknown)))
    for name, value in check(_session(request), judged, request).items():
        setattr(request, name, value)
