"""What the tests of lists share: managers with customers and opportunities, and browsers they are signed in with."""

from __future__ import annotations

import pytest

from tests.support.customers import make_customer
from tests.support.opportunities import make_opportunity, make_prospect, manager

__all__ = ["make_opportunity", "make_prospect", "manager"]


@pytest.fixture
def people(session, make_user):
    """A manager, a colleague of the same rank, and their director."""
    return {
        "manager": make_user("Account Manager", first_name="晓梅", last_name="林"),
        "other": make_user("Account Manager", first_name="航", last_name="周"),
        "director": make_user("Marketing Director", first_name="卫东", last_name="韩"),
    }


@pytest.fixture
def customers_of(session, people, make_actor):
    """``customers_of("manager", 3, level="A")``: that many new customers of somebody."""

    def make(name, count, **values):
        actor = make_actor(user=people[name])
        made = [make_customer(by=actor, **values) for _number in range(count)]
        session.commit()
        return [customer.id for customer in made]

    return make
