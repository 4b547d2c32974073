"""A small company whose figures can be added up by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.reports.views import asked, churn, contribution, service
from tests.support.orders import TODAY, make_customer, make_order, make_product, system

__all__ = ["make_customer", "make_order", "make_product", "system"]


@pytest.fixture
def company(session, make_customer, make_order, make_user, monkeypatch) -> dict[str, Any]:
    """Customers of two managers, one of them internal, with orders of two years, returns, drafts and cancelled ones.

    The reports are read on the day of the last order: their year would leave it behind.
    """
    for view in (asked, churn, contribution, service):
        monkeypatch.setattr(view, "today", lambda: TODAY)
    one, two = make_user("Account Manager"), make_user("Account Manager")
    customers = [
        make_customer(owner_id=one.id, level="A", industry="food", region="330203", source="website", credit=5),
        make_customer(owner_id=one.id, level="B", industry="food", region="330106", satisfaction="4.2"),
        make_customer(owner_id=two.id, level="A", industry="textile", region="440106", satisfaction="2.5"),
        make_customer(owner_id=two.id),
        make_customer(owner_id=two.id, level="A", is_internal=True),
    ]
    plan = [(0, 10, 900), (0, 200, 300), (0, 500, 5000), (1, 40, 250), (2, 90, 125), (2, 91, 75), (4, 20, 9999)]
    orders = [
        make_order(
            status="completed",
            customer_id=customers[number].id,
            ordered_on=TODAY - timedelta(days=ago),
            lines=[{"text": "货", "quantity": 5, "unit_price": price / 5, "vat_rate": "0.13"}],
        )
        for number, ago, price in plan
    ]
    for status in ("draft", "cancelled"):
        make_order(
            status=status,
            customer_id=customers[0].id,
            ordered_on=TODAY,
            lines=[{"text": "货", "quantity": 1, "unit_price": 7777, "vat_rate": "0.13"}],
        )
    make_order(
        status="completed",
        kind="return",
        customer_id=customers[1].id,
        original_id=orders[3].id,
        ordered_on=TODAY - timedelta(days=30),
        lines=[{"original_line_id": orders[3].lines[0].id, "quantity": 1}],
    )
    session.commit()
    return {"customers": customers, "managers": (one, two), "today": date(TODAY.year, TODAY.month, TODAY.day)}
