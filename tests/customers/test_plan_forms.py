"""The day that the forms of a plan propose is one on which the company works."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core import calendar
from app.customers.services import create_plan
from tests.support.customers import make_customer

FRIDAY = datetime(2026, 9, 18, 7, 41, tzinfo=UTC)  # the Sunday after it is worked, for the National Day holiday
BEFORE_THE_HOLIDAY = datetime(2026, 9, 30, 7, 41, tzinfo=UTC)


def proposed(page: str) -> str:
    found = re.search(r'name="due_at"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="due_at"', page)
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize(
    ("at", "expected"), [(FRIDAY, "2026-09-20T09:00"), (BEFORE_THE_HOLIDAY, "2026-10-08T09:00")], ids=["调休", "国庆"]
)
def test_a_new_plan_is_due_on_the_next_working_day(
    app: Flask, session: Session, client_as: Any, monkeypatch: pytest.MonkeyPatch, at: datetime, expected: str
) -> None:
    calendar.fill(session, 2026, 2026)
    session.commit()
    monkeypatch.setattr("app.customers.views.plans.now", lambda: at)

    assert proposed(client_as("Admin").get("/plans/add").text) == expected


def test_a_plan_is_put_off_to_the_next_working_day_at_its_own_hour(
    app: Flask, session: Session, client_as: Any, make_actor: Any, make_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar.fill(session, 2026, 2026)
    user = make_user("Account Manager")
    by = make_actor(user=user)
    customer = make_customer(by=by)
    due = datetime(2026, 9, 30, 6, 30, tzinfo=UTC)
    values = {"customer_id": customer.id, "what": "报价", "kind": "phone", "due_at": due, "owner_id": user.id}
    plan = create_plan(values, by=by, at=datetime(2026, 9, 1, tzinfo=UTC))
    session.commit()
    monkeypatch.setattr("app.customers.views.plans.now", lambda: FRIDAY)

    assert proposed(client_as(user=user).get(f"/plans/{plan.id}/postpone").text) == "2026-10-08T14:30"
