"""The lists behind the numbers: each address shows exactly the rows that were counted."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for


def plans(**filters: Any) -> str:
    """A list of plans, the most pressing first."""
    return url_for("PlanView.list", **filters, _oc_PlanView="due_at", _od_PlanView="asc")


def overdue_plans(owner_id: int | None, yesterday: date) -> str:
    """Somebody's open plans of days gone by."""
    return plans(_flt_0_owner_id=owner_id, _flt_4_done_at="y", _flt_2_due_at=yesterday.isoformat())


def opportunities(**filters: Any) -> str:
    """A list of opportunities."""
    return url_for("OpportunityView.list", **filters)


def requests(**filters: Any) -> str:
    """A list of service requests."""
    return url_for("ServiceRequestView.list", **filters)


def cases(**filters: Any) -> str:
    """A list of churn cases."""
    return url_for("ChurnView.list", **filters)


def orders(**filters: Any) -> str:
    """A list of orders."""
    return url_for("OrderView.list", **filters)


def customers(**filters: Any) -> str:
    """A list of customers."""
    return url_for("CustomerView.list", **filters)


def move(view: str, pk: int, name: str) -> str:
    """The form of a move; whoever makes it comes back to the home page."""
    return url_for(f"{view}.move", pk=pk, name=name, _back="/")
