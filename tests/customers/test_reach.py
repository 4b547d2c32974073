"""Who owns much of the company sees the same as by the other way of asking, and the program knows who that is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.actors import Actor, acting_as
from app.customers import queries, services
from app.customers.models import AccessReason, Contact, Customer, Plan
from app.customers.services import grant_access
from tests.support.customers import NOW, make_customer


def seen(session, actor, model):
    with acting_as(actor, session):
        return set(session.scalars(select(model.id)))


@pytest.mark.usefixtures("reach")
def test_own_and_granted_customers_and_no_others(session, make_actor):
    actor, stranger = make_actor("Account Manager"), make_actor("Account Manager")
    mine, theirs, granted = (
        make_customer(by=by, name=name, phone="")
        for by, name in ((actor, "甲号样品厂"), (stranger, "乙号样品厂"), (stranger, "丙号样品厂"))
    )
    for number, customer in enumerate((mine, theirs, granted)):
        services.create_contact(
            {"customer_id": customer.id, "name": f"联系人{number}"}, by=Actor.system("test"), at=NOW
        )
    grant_access(session, granted.id, actor.user_id, AccessReason.collaborator)
    session.flush()
    contacts = {contact.customer_id: contact.id for contact in session.scalars(select(Contact))}

    assert seen(session, actor, Customer) == {mine.id, granted.id}
    assert seen(session, actor, Contact) == {contacts[mine.id], contacts[granted.id]}


@pytest.mark.usefixtures("reach")
def test_plans_of_own_customers_and_own_plans_elsewhere_and_no_others(session, make_actor):
    actor, stranger, system = make_actor("Account Manager"), make_actor("Account Manager"), Actor.system("test")
    mine, theirs = (make_customer(by=by, name=f"{n}号样品厂").id for n, by in enumerate((actor, stranger)))
    plans = [
        services.create_plan(
            {"customer_id": customer, "what": "送样品", "due_at": NOW, "owner_id": owner.user_id}, by=system, at=NOW
        ).id
        for customer, owner in ((mine, stranger), (theirs, actor), (theirs, stranger))
    ]

    assert seen(session, actor, Plan) == set(plans[:2])


@pytest.mark.parametrize(("far", "share", "own", "expected"), [(1, 3, 2, True), (2, 3, 2, False), (1, 1, 2, False)])
def test_far_reaches_who_owns_many_and_a_good_part(session, make_actor, monkeypatch, far, share, own, expected):
    monkeypatch.setattr(queries, "FAR", far)
    monkeypatch.setattr(queries, "SHARE", share)
    actor, stranger = make_actor("Account Manager"), make_actor("Account Manager")
    keys = [make_customer(by=by, name=f"{n}号样品厂").id for n, by in enumerate([actor] * own + [stranger])]
    # As if these were all the customers there ever were.
    monkeypatch.setattr(queries, "SHARE", share * max(keys) / len(keys))

    assert queries.reaches_far(session, {actor.user_id}) is expected
