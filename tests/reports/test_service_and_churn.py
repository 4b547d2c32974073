"""The figures of the service and churn reports are those a plain SQL query finds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.churn.models import ChurnCase, ChurnMethod, ChurnStatus
from app.reports.queries.churn import churn
from app.reports.queries.scope import ReportScope
from app.reports.queries.service import all_together, service
from app.service.models import Priority, RequestStatus, ServiceRequest
from tests.support.orders import TODAY

SCOPE = ReportScope(TODAY - timedelta(days=29), TODAY)
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)


@pytest.fixture
def requests(session, company, make_user):
    """(days ago, customer, type, hours until solved, hours promised, rating); nothing is solved without hours."""
    specialist = make_user("Service Specialist")
    rows = [
        (3, 0, "complaint", 5, 8, 5),
        (4, 0, "complaint", 9, 8, 2),
        (5, 1, "repair", 8, 8, None),
        (6, 2, "repair", 30, 8, 4),
        (7, 2, "repair", None, 8, None),
        (8, 3, "repair", 3, None, 3),
        (29, 1, "complaint", 1, 8, None),
        (30, 1, "complaint", 1, 8, 1),  # the day before the period
        (2, 4, "complaint", 1, 8, 1),  # of an internal customer
    ]
    for number, (ago, customer, type, hours, promised, rating) in enumerate(rows):
        at = NOON - timedelta(days=ago)
        solved = None if hours is None else at + timedelta(hours=hours)
        session.add(
            ServiceRequest(
                number=f"F-{number}", type=type, priority=Priority.normal, text="标签掉色", custom={},
                customer_id=company["customers"][customer].id, owner_id=specialist.id, created_at=at, received_at=at,
                status=RequestStatus.processed if solved else RequestStatus.assigned, satisfaction=rating,
                responded_at=solved, processed_at=solved,
                resolution_due_at=None if promised is None else at + timedelta(hours=promised),
            )
        )  # fmt: skip
    session.flush()


def test_the_service_report_is_what_plain_sql_finds(session, requests):
    days = {"first": str(SCOPE.moments()[0].astimezone(UTC))[:19], "end": str(SCOPE.moments()[1].astimezone(UTC))[:19]}
    plain = """
        SELECT r.type, count(*),
          sum(CASE WHEN r.processed_at <= r.resolution_due_at THEN 1 ELSE 0 END) * 1.0
            / sum(CASE WHEN r.processed_at IS NOT NULL AND r.resolution_due_at IS NOT NULL THEN 1 ELSE 0 END),
          count(r.satisfaction), avg(r.satisfaction * 1.0)
        FROM service_request r JOIN customer c ON c.id = r.customer_id
        WHERE c.is_internal = FALSE AND r.received_at >= :first AND r.received_at < :end GROUP BY r.type"""
    found = {row.key: row for row in service(session, SCOPE, "type")}

    for key, count, in_time, rated, mean in session.execute(text(plain), days).all():
        row = found.pop(key)
        assert (row.requests, row.rated) == (count, rated), key
        assert row.in_time == pytest.approx(float(in_time)), key
        assert float(row.satisfaction) == pytest.approx(float(mean), abs=0.005), key
    assert found == {}
    # Of six that were solved five had a deadline; three kept it.
    every = all_together(session, SCOPE)
    assert (every.requests, every.open, every.in_time, every.rated) == (7, 7, pytest.approx(3 / 5), 4)


@pytest.fixture
def cases(session, company):
    """(days ago, customer, status, value) of warnings."""
    rows = [
        (1, 0, ChurnStatus.warned, "1200.50"),
        (29, 1, ChurnStatus.warned, "250.25"),
        (9, 2, ChurnStatus.postponed, "200"),
        (30, 3, ChurnStatus.warned, "9999"),  # the day before the period
        (5, 4, ChurnStatus.warned, "9999"),  # of an internal customer
    ]
    for ago, number, status, value in rows:
        customer = company["customers"][number]
        day = TODAY - timedelta(days=ago)
        session.add(
            ChurnCase(
                customer_id=customer.id, owner_id=customer.owner_id, status=status, opened_on=day, value_12m=value,
                last_order_on=day - timedelta(days=200), method=ChurnMethod.rule, evidence={},
            )
        )  # fmt: skip
    session.flush()


@pytest.mark.parametrize("dimension", ["status", "owner", "level"])
def test_the_churn_report_is_what_plain_sql_finds(session, cases, dimension):
    column = {"status": "a.status", "owner": "a.owner_id", "level": "c.level"}[dimension]
    plain = f"""
        SELECT {column}, count(*), sum(a.value_12m) FROM churn_case a JOIN customer c ON c.id = a.customer_id
        WHERE c.is_internal = FALSE AND a.opened_on BETWEEN :first AND :last GROUP BY {column}"""
    days = {"first": str(SCOPE.first), "last": str(SCOPE.last)}

    found = {row.key: (row.cases, row.value) for row in churn(session, SCOPE, dimension)}

    assert found == {
        key: (count, Decimal(str(value)).quantize(Decimal("0.01")))
        for key, count, value in session.execute(text(plain), days)
    }
    assert sum(value for _cases, value in found.values()) == Decimal("1650.75")
