"""Two people who know nothing of each other: one row of every kind for each, made by the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
PLURAL = {
    "customer": "customers",
    "contact": "contacts",
    "follow_up": "follow-ups",
    "plan": "plans",
    "opportunity": "opportunities",
    "order": "orders",
    "service_request": "service-requests",
    "churn_case": "churn",
}
"""The first part of the address of each kind."""


@dataclass
class Rows:
    """One person's row of every kind; ``word`` stands in the name of each and nowhere else."""

    owner: Any
    word: str
    rows: dict[str, Any]
    keys: dict[str, int]

    def __getitem__(self, kind: str) -> Any:
        return self.rows[kind]


def make_rows(session: Session, owner: Any, make_case: Any, word: str, number: int) -> Rows:
    """Let ``owner`` enter one row of every kind; ``number`` (0 to 9) keeps phones apart."""
    from app.accounts.queries import actor_for
    from app.core.actors import Actor, acting_as
    from app.customers import services as customers
    from app.opportunities import services as opportunities
    from app.orders import services as orders
    from app.service import services as service

    by, system = actor_for(session, owner), Actor.system("test")
    with acting_as(by):
        customer = customers.create_customer(
            {"name": f"{word}包装有限公司", "phone": f"025-8321000{number}"}, by=by, at=NOW
        )
        contact = customers.create_contact(
            {"customer_id": customer.id, "name": f"{word}婷", "mobile": f"1380013800{number}"}, by=by, at=NOW
        )
        follow_up = customers.create_follow_up(
            {
                "customer_id": customer.id,
                "kind": "phone",
                "summary": f"谈{word}样品",
                "at": NOW - timedelta(days=1),
            },
            by=by,
            at=NOW,
        )
        plan = customers.create_plan(
            {"customer_id": customer.id, "what": f"送{word}样品", "due_at": NOW + timedelta(days=3)}, by=by, at=NOW
        )
        opportunity = opportunities.create_opportunity(
            {"customer_id": customer.id, "title": f"{word}年度框架", "amount": 50_000}, by=by, at=NOW
        )
        if opportunity.owner_id is None:
            with acting_as(system):
                opportunities.workflow.make("assign", opportunity, by=system, at=NOW, owner_id=owner.id)
        order = orders.create_order(
            {
                "customer_id": customer.id,
                "ordered_on": NOW.date(),
                "lines": [{"text": f"{word}标签", "unit_price": "100.00", "quantity": "1"}],
            },
            by=by,
            at=NOW,
        )
    with acting_as(system):
        request = service.create_request(
            {"customer_id": customer.id, "type": "complaint", "text": f"{word}标签掉色"}, by=system, at=NOW
        )
        case = make_case(owner_id=owner.id, customer=customer)
    session.commit()
    rows = {
        "customer": customer,
        "contact": contact,
        "follow_up": follow_up,
        "plan": plan,
        "opportunity": opportunity,
        "order": order,
        "service_request": request,
        "churn_case": case,
    }
    return Rows(owner, word, rows, {kind: row.id for kind, row in rows.items()})
