"""Entering, editing and deleting service requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core import events
from app.core.actors import Actor
from app.core.checks import NO_CHOICE
from app.core.database import db
from app.core.errors import IllegalMove, NotAllowed, NotFound, invalid
from app.core.i18n import _l
from app.core.numbering import next_number
from app.core.visibility import with_deleted
from app.service.models import Priority, RequestStatus, ServiceRequest
from app.service.services.assignment import AUTOMATIC, least_loaded
from app.service.services.deadlines import deadlines
from app.service.services.moves import workflow
from app.service.services.satisfaction import recompute
from app.service.services.searching import forget_request, index_request
from app.service.services.story import log_entry
from app.service.services.values import check


def create_request(values: Mapping[str, Any], *, by: Actor, at: datetime) -> ServiceRequest:
    """Enter a request; ``assignment`` among the values is empty, ``automatic`` or the specialist's key.

    Without a specialist who could take it, an automatic assignment leaves the request to the director.

    :raises NotAllowed: if ``by`` may not enter requests, or names a specialist without the right to assign.
    :raises Invalid: if something entered cannot be accepted.
    """
    if not by.may("service_request.add"):
        raise NotAllowed(_l("You do not have the right to enter service requests."))
    session = db.session
    values = dict(values)
    assignment = values.pop("assignment", None) or None
    clean = check(session, values, None)
    clean.setdefault("priority", Priority.normal)
    response_due, resolution_due = deadlines(session, clean["type"], clean["priority"], at)
    request = ServiceRequest(
        **clean,
        number=next_number(session, "service_request", at),
        status=RequestStatus.created,
        received_at=at,
        created_at=at,
        created_by_id=by.user_id,
        response_due_at=response_due,
        resolution_due_at=resolution_due,
    )
    session.add(request)
    session.flush()
    log_entry(request, by=by, at=at)
    index_request(session, request)
    events.announce("service_request.create", request, by=by, at=at)
    _assign_at_once(request, assignment, by=by, at=at)
    session.flush()
    return request


def _assign_at_once(request: ServiceRequest, assignment: object, *, by: Actor, at: datetime) -> None:
    if assignment is None:
        return
    if assignment == AUTOMATIC:
        if least_loaded(db.session) is not None:
            workflow.cause("assign", request, by=by, at=at)
        return
    try:
        owner_id = int(str(assignment))
    except ValueError:
        raise invalid("assignment", NO_CHOICE) from None
    workflow.make("assign", request, by=by, at=at, owner_id=owner_id)


def update_request(request: ServiceRequest, values: Mapping[str, Any], *, by: Actor, at: datetime) -> ServiceRequest:
    """Change what was entered; another type or priority moves the deadlines of what is still open.

    :raises NotAllowed: without the right to edit.
    :raises IllegalMove: for an archived request, which is reopened first.
    """
    if not by.may("service_request.edit"):
        raise NotAllowed(_l("You do not have the right to edit service requests."))
    if request.status == RequestStatus.archived:
        raise IllegalMove(_l("An archived request can no longer be changed. Reopen it first."))
    session = db.session
    before = (request.type, request.priority)
    for name, value in check(session, values, request).items():
        setattr(request, name, value)
    if (request.type, request.priority) != before and request.is_open:
        response_due, resolution_due = deadlines(session, request.type, request.priority, _round_began(request))
        request.resolution_due_at = resolution_due
        if request.responded_at is None:
            request.response_due_at = response_due
    index_request(session, request)
    session.flush()
    return request


def _round_began(request: ServiceRequest) -> datetime:
    """A request sent back or reopened was rated or put away; its clock began again then."""
    return request.assigned_at if request.reviewed_at and request.assigned_at else request.received_at


def note_response(request: ServiceRequest, *, by: Actor, at: datetime) -> ServiceRequest:
    """Note that the customer got a first answer; a later one changes nothing.

    :raises NotAllowed: if ``by`` does not process requests.
    :raises IllegalMove: when nothing is left to answer.
    """
    if not by.may("service_request.process"):
        raise NotAllowed(_l("You do not have the right to process service requests."))
    if not request.is_open:
        raise IllegalMove(_l("This request has already been processed."))
    request.responded_at = request.responded_at or at
    db.session.flush()
    return request


def delete_request(request: ServiceRequest, *, by: Actor, at: datetime) -> None:
    """Put a request into the recycle bin; its rating no longer counts.

    :raises NotAllowed: without the right to delete.
    """
    _may_delete(by)
    request.deleted_at, request.deleted_by_id = at, by.user_id
    forget_request(db.session, request)
    _rating_changed(request)


def restore_request(pk: int, *, by: Actor, at: datetime) -> ServiceRequest:
    """Take a request out of the recycle bin; its rating counts again.

    :raises NotAllowed: without the right to delete.
    :raises NotFound: if there is no such request that ``by`` may see.
    """
    _may_delete(by)
    request = db.session.scalar(with_deleted(select(ServiceRequest).where(ServiceRequest.id == pk)))
    if request is None:
        raise NotFound
    request.deleted_at = request.deleted_by_id = None
    index_request(db.session, request)
    _rating_changed(request)
    return request


def _may_delete(by: Actor) -> None:
    if not by.may("service_request.delete"):
        raise NotAllowed(_l("You do not have the right to delete service requests."))


def _rating_changed(request: ServiceRequest) -> None:
    db.session.flush()
    if request.satisfaction is not None:
        recompute(db.session, request.customer_id)
