"""The next step of an opportunity and of its customer, and the last contact, are kept right and can be proved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.actors import acting_as
from app.core.kept import reconcile, repair
from app.customers.models import Customer
from app.customers.services import create_follow_up
from app.opportunities.models import Opportunity
from app.opportunities.services import add_step
from tests.support.opportunities import NOW

FIELDS = {"next_due_at": Opportunity, "next_plan_at": Customer, "last_contact_at": Customer}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("wrong", [None, NOW - timedelta(days=99)])
def test_what_is_kept_of_plans_and_follow_ups_is_proved_and_repaired(session, make_opportunity, manager, field, wrong):
    opportunity = make_opportunity("developing", owner_id=manager.user_id)
    with acting_as(manager):
        for days in (9, 3, 6):
            step = {"what": "送样品", "kind": "visit", "due_at": NOW + timedelta(days=days)}
            add_step(opportunity, step, by=manager, at=NOW)
        said = {"customer_id": opportunity.customer_id, "kind": "phone", "at": NOW, "summary": "谈了价格"}
        create_follow_up(said, by=manager, at=NOW)
    session.flush()
    assert reconcile(session, NOW.date()) == []
    model = FIELDS[field]
    key = opportunity.id if model is Opportunity else opportunity.customer_id
    right = NOW if field == "last_contact_at" else NOW + timedelta(days=3)

    session.execute(update(model).where(model.id == key).values({field: wrong}))
    (found,) = reconcile(session, NOW.date())
    assert (found.key, found.field, found.kept, found.true) == (key, field, wrong, right)
    repair(session, [found], NOW.date())

    assert reconcile(session, NOW.date()) == []
    assert getattr(session.get(model, key), field) == right
