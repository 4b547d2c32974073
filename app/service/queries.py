"""Questions about service requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, union_all
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import PREFIX
from app.core.actors import Actor
from app.core.visibility import scoped
from app.customers.queries import through_customer
from app.service.models import FeedbackLink, Priority, RequestStatus, ServiceLevel, ServiceRequest, ServiceRequestLog

KIND = "service_request"
ASSIGNING = ("assign", "reassign")
RATINGS_THAT_COUNT = 5
LATE_ANSWER_DAYS = 30
"""How far back a specialist is shown first answers that came late."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The requests ``actor`` may see: all, or their own and team's, the entered ones, and those of customers in reach.

    Whoever assigns or processes requests also sees the ones nobody has yet; whoever processes them reads the archive.
    """
    if actor.sees_all(KIND):
        return true()
    assigns, processes = actor.may(f"{KIND}.assign"), actor.may(f"{KIND}.process")
    few = not (actor.reaches_far or assigns or processes)
    request = ServiceRequest.__table__.c if few else ServiceRequest
    ways = [
        request.owner_id.in_(sorted(actor.owners(KIND))),
        through_customer(actor, KIND, request.customer_id),
    ]
    if actor.may(f"{KIND}.add") and actor.user_id is not None:
        ways.append(request.created_by_id == actor.user_id)
    if assigns or processes:
        ways.append(request.owner_id.is_(None))
    if processes:
        ways.append(request.status == RequestStatus.archived)
    # Of the few requests of one person a key set: for an OR of another PostgreSQL would read those of everybody.
    return ServiceRequest.id.in_(union_all(*(select(request.id).where(way) for way in ways))) if few else or_(*ways)


def visible_log(actor: Actor) -> ColumnElement[bool]:
    """The log of the requests that ``actor`` may see."""
    if actor.sees_all(KIND):
        return true()
    # Asked for one request at a time: a lookup by its key, where a key set would be made of the whole archive.
    return (
        select(ServiceRequest.id).where(ServiceRequest.id == ServiceRequestLog.request_id, visible_to(actor)).exists()
    )


scoped(ServiceRequest, KIND, visible_to)
scoped(ServiceRequestLog, KIND, visible_log)


def specialists() -> Select[User]:
    """The people who process requests: active, by a role other than Admin, whose rights are for emergencies."""
    processing = PermissionView.permission.has(Permission.name == f"{PREFIX}process") & PermissionView.view_menu.has(
        ViewMenu.name == KIND
    )
    return (
        select(User)
        .where(User.active.is_(True), User.roles.any(and_(Role.name != "Admin", Role.permissions.any(processing))))
        .order_by(User.name_key, User.id)
    )


def open_work(people: Collection[int]) -> Select[int | None, int]:
    """(specialist, requests they have still to process); people without any are missing."""
    return (
        select(ServiceRequest.owner_id, func.count())
        .where(ServiceRequest.owner_id.in_(people), ServiceRequest.status == RequestStatus.assigned)
        .group_by(ServiceRequest.owner_id)
    )


def last_assignments(people: Collection[int]) -> Select[int | None, datetime]:
    """(specialist, when they were last given a request); people who never were are missing."""
    return (
        select(ServiceRequestLog.owner_id, func.max(ServiceRequestLog.at))
        .where(ServiceRequestLog.owner_id.in_(people), ServiceRequestLog.move.in_(ASSIGNING))
        .group_by(ServiceRequestLog.owner_id)
    )


def level_for(session: Session, type: str, priority: Priority) -> ServiceLevel | None:
    """The hours promised for a type and priority; those of any other type when the type has none of its own."""
    return session.scalar(
        select(ServiceLevel)
        .where(ServiceLevel.type.in_((type, "")), ServiceLevel.priority == priority)
        .order_by(ServiceLevel.type.desc())
        .limit(1)
    )


def levels() -> Select[ServiceLevel]:
    """All promised hours."""
    return select(ServiceLevel).order_by(ServiceLevel.type, ServiceLevel.id)


def rated_of(customer_id: int) -> Select[ServiceRequest]:
    """The customer's last five rated requests, those its satisfaction is the mean of, newest first."""
    return (
        select(ServiceRequest)
        .where(ServiceRequest.customer_id == customer_id, ServiceRequest.satisfaction.is_not(None))
        .order_by(ServiceRequest.reviewed_at.desc(), ServiceRequest.id.desc())
        .limit(RATINGS_THAT_COUNT)
    )


def mean_satisfaction(session: Session, customer_id: int) -> Decimal | None:
    """The mean of the customer's last five rated requests, to two decimals; None when none was rated."""
    ratings = session.scalars(
        select(ServiceRequest.satisfaction)
        .where(ServiceRequest.customer_id == customer_id, ServiceRequest.satisfaction.is_not(None))
        .order_by(ServiceRequest.reviewed_at.desc(), ServiceRequest.id.desc())
        .limit(RATINGS_THAT_COUNT)
    ).all()
    if not ratings:
        return None
    return (Decimal(sum(r for r in ratings if r)) / len(ratings)).quantize(Decimal("0.01"))


def log_of(request_id: int) -> Select[ServiceRequestLog]:
    """What happened to a request, oldest first."""
    return select(ServiceRequestLog).where(ServiceRequestLog.request_id == request_id).order_by(ServiceRequestLog.id)


def link_with(digest: str, *, lock: bool) -> Select[FeedbackLink]:
    """The link whose token has this digest; locked, two answers at once become one."""
    wanted = select(FeedbackLink).where(FeedbackLink.digest == digest)
    return wanted.with_for_update() if lock else wanted


def most_pressing(
    statuses: Collection[RequestStatus], limit: int, conditions: Iterable[ColumnElement[bool]]
) -> Select[int]:
    """The keys of the first ``limit`` requests in each status that meet ``conditions``: by deadline, then by age."""
    due_at = ServiceRequest.resolution_due_at
    pressing_first = (due_at.is_(None), due_at, ServiceRequest.id)
    place = func.row_number().over(partition_by=ServiceRequest.status, order_by=pressing_first).label("place")
    wanted = (ServiceRequest.status.in_(statuses), *conditions)
    ranked = select(ServiceRequest.id, place).where(*wanted).subquery("ranked")
    return select(ranked.c.id).where(ranked.c.place <= limit).order_by(ranked.c.place)


def counts_by_status() -> Select[RequestStatus, int]:
    """(status, number of requests) of what is not archived."""
    return (
        select(ServiceRequest.status, func.count())
        .where(ServiceRequest.status.in_([status for status in RequestStatus if status != RequestStatus.archived]))
        .group_by(ServiceRequest.status)
    )


def others_of(customer_id: int, but: int) -> Select[ServiceRequest]:
    """A customer's other requests, newest first."""
    return (
        select(ServiceRequest)
        .where(ServiceRequest.customer_id == customer_id, ServiceRequest.id != but)
        .order_by(ServiceRequest.received_at.desc(), ServiceRequest.id.desc())
    )
