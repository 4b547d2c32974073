"""Every statement keeps to the rows the actor may see, and no write refers to another."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased, joinedload

from app.core.actors import acting_as
from app.core.database import db
from app.core.errors import Invalid, NobodyActing
from app.core.visibility import find, scopes, sees, with_deleted
from app.customers import services
from app.customers.models import Contact, Customer
from tests.support.customers import NOW, make_customer


@pytest.fixture
def two_managers(session: Session, make_actor):
    """Two managers with one customer each; the second customer has a contact."""
    first, second = make_actor("Account Manager"), make_actor("Account Manager")
    mine = make_customer(by=first, name="杭州云栖医药物流有限公司")
    theirs = make_customer(by=second, name="宁波恒泰鲜食品有限公司")
    contact = services.create_contact({"customer_id": theirs.id, "name": "王建平"}, by=second, at=NOW)
    session.expunge_all()
    return first, second, mine.id, theirs.id, contact.id


def test_lists_counts_and_aliases_show_only_own_rows(session, two_managers):
    first, _second, mine, theirs, _contact = two_managers
    other = aliased(Customer)

    with acting_as(first, session):
        assert list(session.scalars(select(Customer.id))) == [mine]
        assert session.scalar(select(func.count()).select_from(Customer)) == 1
        assert session.scalar(select(func.count()).select_from(select(Customer.id).subquery())) == 1
        assert session.query(Customer).count() == 1
        assert list(session.scalars(select(other.id))) == [mine]
        assert session.get(Customer, theirs) is None
        assert find(session, Customer, theirs) is None
        assert not sees(session, Customer, theirs)


def test_children_follow_their_customer(session, two_managers):
    first, second, _mine, _theirs, contact = two_managers

    with acting_as(first, session):
        assert list(session.scalars(select(Contact.id))) == []
    with acting_as(second, session):
        assert list(session.scalars(select(Contact.id))) == [contact]


def test_a_collaborator_sees_the_customer_and_its_children(session, two_managers, make_actor):
    first, _second, _mine, theirs, contact = two_managers
    director = make_actor("Marketing Director")

    with acting_as(director, session):
        services.share(find(session, Customer, theirs), [first.user_id], by=director, at=NOW)
    session.expunge_all()

    with acting_as(first, session):
        assert sees(session, Customer, theirs)
        assert list(session.scalars(select(Contact.id))) == [contact]


def test_a_statement_of_nobody_is_refused_not_answered(app, session):
    session.info.pop("actor")

    with pytest.raises(NobodyActing):
        session.scalars(select(Customer)).all()
    with pytest.raises(NobodyActing):
        session.query(Contact).count()


def test_a_key_out_of_sight_cannot_be_written(session, two_managers):
    first, _second, _mine, theirs, _contact = two_managers

    with acting_as(first, session), pytest.raises(Invalid):
        services.create_contact({"customer_id": theirs, "name": "假联系人"}, by=first, at=NOW)
    with acting_as(first, session):
        mine = session.scalars(select(Customer)).one()
        mine.parent_id = theirs
        with pytest.raises(Invalid) as refusal:
            session.flush()
        assert "parent_id" in refusal.value.fields
    session.rollback()


def test_what_is_in_the_recycle_bin_is_nowhere_else(session, two_managers):
    first, _second, mine, _theirs, _contact = two_managers

    with acting_as(first, session):
        services.delete_customer(find(session, Customer, mine), by=first, at=NOW)
        assert not sees(session, Customer, mine)
        assert list(session.scalars(with_deleted(select(Customer.id)))) == [mine]
        services.restore_customer(mine, by=first, at=NOW)
        assert sees(session, Customer, mine)


def test_a_joined_parent_out_of_sight_stays_hidden(session, make_actor):
    """A relation loaded together with its row is filtered by its own rule when the statement says what it loads."""
    director, manager = make_actor("Marketing Director"), make_actor("Account Manager")
    customer = make_customer(by=director)
    with acting_as(director, session):
        plan = services.create_plan(
            {"customer_id": customer.id, "what": "回电", "due_at": NOW, "owner_id": manager.user_id},
            by=director,
            at=NOW,
        )
    session.expunge_all()
    from app.customers.models import Plan

    with acting_as(manager, session):
        statement = select(Plan).options(joinedload(Plan.customer)).execution_options(eager_tables=("customer",))
        found = session.scalars(statement).one()
        assert found.id == plan.id
        assert found.customer is None


def test_every_table_with_a_customer_has_a_rule(app):
    """A table that refers to customers and no rule would show everybody's rows."""
    known = {scope.model.__tablename__ for scope in scopes()}
    # Read only through the customer whose page they are on, or by set-based upkeep.
    inside = {"customer_access", "customer_key", "customer_tag", "timeline_entry"}
    tables = {
        table.name
        for table in db.metadatas[None].tables.values()
        for column in table.columns
        if any(key.column.table.name == "customer" for key in column.foreign_keys)
    }

    assert tables - inside - known == set()


def test_plain_sql_passes_by_the_filter_which_is_why_it_is_banned(session, two_managers):
    first, *_rest = two_managers

    with acting_as(first, session):
        assert session.scalar(text("SELECT count(*) FROM customer")) == 2
