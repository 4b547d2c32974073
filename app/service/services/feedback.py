"""The links by which customers rate what was done, once, without signing in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from http import HTTPStatus

from app.core.actors import Actor, acting_as
from app.core.database import db
from app.core.errors import DomainError, IllegalMove, NotAllowed
from app.core.i18n import _l
from app.core.visibility import find
from app.service.models import FeedbackLink, FeedbackSource, RequestStatus, ServiceRequest
from app.service.queries import link_with
from app.service.services.moves import close_links, workflow

LIFETIME = timedelta(days=14)
_BYTES = 24


class LinkNotValid(DomainError):
    """The link is unknown, used, replaced or expired; which of these is not told."""

    status = HTTPStatus.GONE

    def __init__(self) -> None:
        super().__init__(_l("This link is no longer valid. Please ask our customer service for a new one."))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_link(request: ServiceRequest, *, by: Actor, at: datetime) -> str:
    """Return the token of a new link for rating the present solution; older ones are no longer valid.

    The token is not stored and cannot be shown again.

    :raises NotAllowed: if ``by`` may not record feedback.
    :raises IllegalMove: unless the request waits for feedback.
    """
    if not by.may("service_request.record_feedback"):
        raise NotAllowed(_l("You do not have the right to record feedback."))
    if request.status != RequestStatus.processed:
        raise IllegalMove(_l("Only a processed request waits for the customer's feedback."))
    session = db.session
    close_links(session, request.id, at)
    token = secrets.token_urlsafe(_BYTES)
    session.add(
        FeedbackLink(
            request_id=request.id,
            digest=_digest(token),
            created_at=at,
            created_by_id=by.user_id,
            expires_at=at + LIFETIME,
        )
    )
    session.flush()
    return token


def _request_of(token: str, at: datetime, *, lock: bool) -> ServiceRequest:
    session = db.session
    link = session.scalar(link_with(_digest(token), lock=lock))
    if link is None or link.closed_at is not None or link.expires_at <= at:
        raise LinkNotValid
    request: ServiceRequest | None = find(session, ServiceRequest, link.request_id)
    if request is None or request.status != RequestStatus.processed:
        raise LinkNotValid
    return request


def open_link(token: str, *, at: datetime) -> ServiceRequest:
    """Return the request that a link rates.

    :raises LinkNotValid: if the link cannot be answered.
    """
    with acting_as(_customer(), db.session):
        return _request_of(token, at, lock=False)


def answer(token: str, satisfaction: int | None, feedback: str | None, *, at: datetime) -> ServiceRequest:
    """Record what the customer says through a link; the link is used up.

    :raises LinkNotValid: if the link cannot be answered.
    :raises Invalid: for a rating that is not 1 to 5.
    """
    with acting_as(_customer(), db.session):
        request = _request_of(token, at, lock=True)
        rated: ServiceRequest = workflow.make(
            "record_feedback",
            request,
            by=_customer(),
            at=at,
            satisfaction=satisfaction,
            feedback=feedback,
            source=FeedbackSource.customer,
        )
        return rated


def _customer() -> Actor:
    return Actor.system("customer_feedback")
