"""A large company costs an import no more than a small one."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.actors import Actor, acting_as
from app.customers.models import Customer
from app.exchange.services.references import customers_of, named


def test_no_look_up_of_customers_reads_their_whole_table(session, database_kind):
    if database_kind == "postgresql":
        pytest.skip("its planner reads a small table as a whole, whatever index there is")
    statement = select(Customer.id).where(named(["恒泰", "O'Brien"]), Customer.external_id.is_not(None))
    literal = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})

    plan = [row.detail for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {literal}")]

    assert [step.split(" USING ")[0] for step in plan if "customer" in step] == ["SEARCH customer"]


def test_customers_are_found_by_exactly_their_name(session, make_customer):
    """Not by another name that sounds alike."""
    known = make_customer(name="恒泰食品")
    make_customer(name="恒太食品")
    session.commit()

    with acting_as(Actor.system("import"), session):
        found = customers_of(session, [{"customer_name": "恒泰食品"}, {"customer_name": "衡泰食品"}])

    assert (found.find({"customer_name": "恒泰食品"}), found.find({"customer_name": "衡泰食品"})) == (known.id, None)


def test_a_word_may_be_the_code_of_one_customer_and_the_name_of_another(session, make_customer):
    coded, called = make_customer(code="KH-9", name="恒泰食品"), make_customer(name="KH-9")
    session.commit()
    rows = [{"customer": "KH-9"}, {"customer_name": "KH-9"}]

    with acting_as(Actor.system("import"), session):
        found = customers_of(session, rows)

    assert [found.find(row) for row in rows] == [coded.id, called.id]
