"""Nothing of the demonstration company is empty: bands, groups of the reports, boards, and the work of each role."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import String, cast, func, select

from app.churn.models import ChurnCase, ChurnMeasure
from app.core.notifications import Notification
from app.customers.models import ChurnBand, Customer, CustomerStatus
from app.exchange.demo.company import make_up
from app.opportunities import queries as opportunities
from app.opportunities.models import Opportunity, OpportunityStatus
from app.orders.models import Order, OrderKind, OrderStatus
from app.service.models import Priority, RequestStatus, ServiceRequest

NOW = datetime(2026, 11, 24, 3, 20, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture
def company(app, session):
    session.commit()
    make_up(session, customers=1_000, orders=6_000, seed=1, password="changke-demo", now=NOW)


def test_every_group_column_and_queue_has_something_in_it(company, session):
    def groups(column, *conditions):
        return {value for value in session.scalars(select(column).where(*conditions).distinct()) if value is not None}

    def count(*conditions):
        return session.scalar(select(func.count()).where(*conditions))

    # The six-month rule gives two of the bands.
    assert groups(Customer.churn_band) == {ChurnBand.on_track, ChurnBand.at_risk}
    for column, fewest in (
        (Customer.level, 4), (Customer.credit, 4), (Customer.source, 5), (Customer.industry, 25), (Customer.region, 30),
        (ServiceRequest.type, 4), (ServiceRequest.channel, 3), (ChurnCase.reason, 4), (Opportunity.lost_reason, 2),
    ):  # fmt: skip
        assert len(groups(column)) >= fewest, column
    assert groups(ServiceRequest.priority) == set(Priority)
    assert groups(ServiceRequest.satisfaction) == {1, 2, 3, 4, 5}
    assert groups(Customer.status, Customer.owner_id.is_(None))
    months = groups(func.substr(cast(Order.ordered_on, String), 1, 7), Order.kind == OrderKind.sale)
    assert len(months) >= 24
    # Boards: each stage, and the specialists' columns.
    stages = {stage.code for stage in opportunities.stages(session)}
    assert groups(Opportunity.stage, Opportunity.status == OpportunityStatus.developing) == stages
    assert len(groups(ServiceRequest.owner_id, ServiceRequest.status == RequestStatus.assigned)) == 3
    # Queues that no test of statuses sees.
    assert count(ServiceRequest.status == RequestStatus.assigned, ServiceRequest.resolution_due_at < NOW) > 0
    assert count(ChurnMeasure.look_again_on <= TODAY) > 0
    assert count(Order.status.in_([OrderStatus.draft, OrderStatus.confirmed]), Order.kind == OrderKind.sale) > 0
    assert count(Notification.read_at.is_(None)) > 0
    assert groups(Customer.status) == set(CustomerStatus)
