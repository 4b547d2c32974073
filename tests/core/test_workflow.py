"""Statuses change through the workflow and nowhere else, and every move leaves its trace."""

import pytest
from sqlalchemy import select

from app.core import audit, events
from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.errors import IllegalMove, NotAllowed, NotFound
from app.customers.models import Customer, CustomerStatus
from app.customers.workflow import MOVES, workflow
from tests.support.customers import NOW, make_customer

SYSTEM = Actor.system("test")


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
@pytest.mark.parametrize("status", CustomerStatus)
def test_a_move_is_possible_exactly_from_its_sources(session, move, status):
    customer = make_customer()
    for name in {"active": ["activate"], "lost": ["lose"]}.get(status, []):
        workflow.make(name, customer, by=SYSTEM, at=NOW)

    if status in move.sources:
        assert workflow.make(move.name, customer, by=SYSTEM, at=NOW).status is move.target
    else:
        with pytest.raises(IllegalMove):
            workflow.make(move.name, customer, by=SYSTEM, at=NOW)


def test_a_status_assigned_by_hand_is_a_bug(session):
    customer = make_customer()
    customer.status = CustomerStatus.lost

    with pytest.raises(RuntimeError, match="outside its workflow"):
        session.flush()
    session.rollback()


def test_a_move_of_the_system_is_not_for_people(session, make_actor):
    admin = make_actor("Marketing Director")
    customer = make_customer()

    with acting_as(admin, session), pytest.raises(NotAllowed):
        workflow.make("lose", customer, by=admin, at=NOW)


def test_a_row_out_of_sight_cannot_be_moved(session, make_actor):
    stranger, owner = make_actor("Account Manager"), make_actor("Account Manager")
    customer = make_customer(by=owner)

    with pytest.raises(NotFound):
        workflow.cause("activate", customer, by=stranger, at=NOW)


def test_a_move_writes_who_when_and_what(session, make_actor):
    manager = make_actor("Account Manager")
    customer = make_customer(by=manager)

    workflow.cause("activate", customer, by=manager, at=NOW)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "move:activate")).one()
    assert (entry.actor_id, entry.at, entry.kind, entry.record_id) == (manager.user_id, NOW, "customer", customer.id)
    assert entry.changes["status"] == ["prospect", "active"]


def test_listeners_are_told_in_the_same_transaction(session, monkeypatch):
    told = []
    monkeypatch.setitem(
        events._listeners, "customer.activate", [lambda record, **data: told.append((record.id, data["before"]))]
    )
    customer = make_customer()

    workflow.make("activate", customer, by=SYSTEM, at=NOW)

    assert told == [(customer.id, CustomerStatus.prospect)]


def test_a_listener_that_refuses_undoes_the_move(session, monkeypatch):
    def refuse(_record, **_data):
        raise NotAllowed("no")

    monkeypatch.setitem(events._listeners, "customer.activate", [refuse])
    customer = make_customer()
    pk = customer.id
    session.commit()

    with pytest.raises(NotAllowed):
        workflow.make("activate", customer, by=SYSTEM, at=NOW)
    session.rollback()

    assert session.get(Customer, pk).status is CustomerStatus.prospect
    assert audit.verify(session).intact
