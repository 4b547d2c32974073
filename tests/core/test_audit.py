"""The audit log says who changed what, and shows when somebody tampered with it."""

import pytest
from sqlalchemy import delete, select, update

from app.core import audit
from app.core.actors import acting_as
from app.core.audit import AuditEntry
from app.customers import services
from tests.support.customers import NOW, make_customer

TABLE = AuditEntry.__table__


@pytest.fixture
def sealed(session):
    """A log of several entries, all of them in the chain."""
    for _number in range(4):
        make_customer()
    while audit.seal(session):
        pass
    return [row.id for row in session.execute(select(TABLE.c.id).order_by(TABLE.c.position))]


def test_a_change_is_written_with_before_and_after(session, make_actor):
    manager = make_actor("Account Manager")
    customer = make_customer(by=manager, level="A")

    with acting_as(manager, session):
        services.update_customer(customer, {"level": "B", "notes": "只收现款"}, by=manager, at=NOW)

    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.kind == "customer", AuditEntry.action == "update")
    ).one()
    assert entry.changes == {"level": ["A", "B"], "notes": [None, "只收现款"]}
    assert entry.actor_id == manager.user_id


def test_a_bank_account_never_stands_in_the_log(session, make_actor):
    manager = make_actor("Account Manager")
    customer = make_customer(by=manager, bank_account="6228480402564890018")

    with acting_as(manager, session):
        services.update_customer(customer, {"bank_account": "6228480402564890000"}, by=manager, at=NOW)

    for entry in session.scalars(select(AuditEntry).where(AuditEntry.kind == "customer")):
        assert "6228" not in str(entry.changes)


def test_a_look_at_a_private_field_is_written_down(session, make_actor):
    manager = make_actor("Account Manager")
    customer = make_customer(by=manager, phone="13812345678")

    from app.customers.services import show_private

    with acting_as(manager, session):
        assert show_private(customer, "phone", by=manager, at=NOW) == "13812345678"

    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "look")).one()
    assert (entry.record_id, list(entry.changes)) == (customer.id, ["phone"])


def test_an_untouched_log_verifies(session, sealed):
    verdict = audit.verify(session)

    assert verdict.intact
    assert verdict.entries == len(sealed)


@pytest.mark.parametrize("column", ["title", "actor_name", "action", "digest", "chain"])
def test_a_changed_entry_shows(session, sealed, column):
    session.execute(update(TABLE).where(TABLE.c.id == sealed[2]).values({column: "0" * 40}))

    assert sealed[2] in audit.verify(session).broken


def test_a_removed_entry_shows(session, sealed):
    session.execute(delete(TABLE).where(TABLE.c.id == sealed[1]))

    assert not audit.verify(session).intact


def test_two_exchanged_entries_show(session, sealed):
    first, second = (session.get(AuditEntry, pk).position for pk in sealed[1:3])
    session.execute(update(TABLE).where(TABLE.c.id == sealed[1]).values(position=-1))
    session.execute(update(TABLE).where(TABLE.c.id == sealed[2]).values(position=first))
    session.execute(update(TABLE).where(TABLE.c.id == sealed[1]).values(position=second))

    assert not audit.verify(session).intact


def test_erasing_a_person_keeps_the_chain(session, sealed):
    entry = session.get(AuditEntry, sealed[-1])

    erased = audit.erase(session, entry.kind, entry.record_id)

    assert erased >= 1
    session.expire_all()
    assert session.get(AuditEntry, sealed[-1]).changes == {}
    assert audit.verify(session).intact
