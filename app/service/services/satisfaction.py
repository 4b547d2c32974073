"""The satisfaction kept at the customer: the mean of the last five rated requests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sqlalchemy import Numeric, cast, func, select, type_coerce, update
from sqlalchemy.orm import Session

from app.core.actors import Actor, acting_as
from app.core.kept import Difference, proved_by
from app.customers.models import Customer
from app.service.models import ServiceRequest
from app.service.queries import RATINGS_THAT_COUNT, mean_satisfaction

_request, _customer = ServiceRequest.__table__, Customer.__table__


def recompute(session: Session, customer_id: int) -> Decimal | None:
    """Store and return a customer's satisfaction after one of their ratings changed; None: not rated any more."""
    session.flush()
    # A specialist may not edit customers, and a rating counts whoever sees the request.
    with acting_as(Actor.system("satisfaction"), session):
        mean = mean_satisfaction(session, customer_id)
        # Not through the row: a rating is no edit, so an open form of the customer stays up to date.
        session.execute(update(Customer).where(Customer.id == customer_id).values(satisfaction=mean))
    return mean


def _differences(session: Session, _today: date) -> Iterator[Difference]:
    """Every customer whose stored mean is not that of the last five rated requests."""
    latest = (_request.c.reviewed_at.desc(), _request.c.id.desc())
    place = func.row_number().over(partition_by=_request.c.customer_id, order_by=latest).label("place")
    rated = (
        select(_request.c.customer_id, _request.c.satisfaction, place)
        .where(_request.c.satisfaction.is_not(None), _request.c.deleted_at.is_(None))
        .subquery()
    )
    mean = func.round(cast(func.avg(rated.c.satisfaction), Numeric(5, 4)), 2).label("mean")
    counted = rated.c.place <= RATINGS_THAT_COUNT
    means = select(rated.c.customer_id, mean).where(counted).group_by(rated.c.customer_id).subquery()
    right = type_coerce(means.c.mean, _customer.c.satisfaction.type)
    wrong = (
        select(_customer.c.id, _customer.c.satisfaction, right)
        .outerjoin(means, means.c.customer_id == _customer.c.id)
        .where(_customer.c.satisfaction.is_distinct_from(right))
    )
    for key, kept, should in session.execute(wrong):
        yield Difference("customer", key, "satisfaction", kept, should)


def _repair(session: Session, found: list[Difference], _today: date) -> None:
    for one in found:
        if (one.kind, one.field) == ("customer", "satisfaction"):
            recompute(session, one.key)


proved_by(_differences, _repair)
