"""What lies behind the figures of the reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase
from app.customers.models import Customer
from app.orders.models import OrderDay
from app.reports.home.queries.shared import Rows, with_customer
from app.reports.queries.scope import ReportScope
from app.service.models import ServiceRequest

BEST = 5
"""Lines below each figure."""


def best_customers(session: Session, scope: ReportScope) -> Rows:
    """(customer, order value) of those who ordered most in the period."""
    sums = (
        select(OrderDay.customer_id, func.sum(OrderDay.gross).label("value"))
        .where(*scope.order_days_by_customer(session))
        .group_by(OrderDay.customer_id)
        .subquery()
    )
    statement = select(Customer, sums.c.value).join(sums, sums.c.customer_id == Customer.id)
    return statement.where(*scope.customers()).order_by(sums.c.value.desc(), Customer.id).limit(BEST)


def value_by_day(session: Session, scope: ReportScope) -> Any:
    """(day, order value) of every day with orders; summed by day alone, the index answers without the rows."""
    statement = select(OrderDay.day, func.sum(OrderDay.gross)).where(*scope.order_days(session)).group_by(OrderDay.day)
    return session.execute(statement).all()


def new_by_source(scope: ReportScope) -> Rows:
    """(source, customers entered in the period), the largest first."""
    start, end = scope.moments()
    number = func.count(Customer.id)
    statement = select(Customer.source, number).where(Customer.created_at >= start, Customer.created_at < end)
    grouped = statement.where(*scope.customers()).group_by(Customer.source)
    return grouped.order_by(number.desc(), Customer.source).limit(BEST)


def requests_by_type(session: Session, scope: ReportScope) -> Rows:
    """(type, requests received in the period), the most frequent first."""
    (start, end), number = scope.moments(), func.count(ServiceRequest.id)
    statement = select(ServiceRequest.type, number).where(
        ServiceRequest.received_at >= start,
        ServiceRequest.received_at < end,
        scope.of_counted(session, ServiceRequest.customer_id),
    )
    return statement.group_by(ServiceRequest.type).order_by(number.desc(), ServiceRequest.type).limit(BEST)


def dearest_cases(session: Session, scope: ReportScope) -> Rows:
    """The cases opened in the period that are worth most."""
    statement = (
        select(ChurnCase)
        .where(ChurnCase.opened_on.between(scope.first, scope.last), scope.of_counted(session, ChurnCase.customer_id))
        .order_by(ChurnCase.value_12m.desc(), ChurnCase.id.desc())
        .limit(BEST)
    )
    return with_customer(statement, ChurnCase.customer)
