"""The moves of an order: walked from the table."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.orders.models import OrderStatus as S
from app.orders.workflow import LABELS, workflow
from tests.support.orders import NOW, TODAY


@pytest.mark.parametrize("move", workflow.moves, ids=lambda move: move.name)
@pytest.mark.parametrize("status", S)
def test_a_move_is_possible_exactly_from_its_sources(make_order, system, move, status):
    from app.core.errors import IllegalMove

    order = make_order(status)

    if status in move.sources:
        assert workflow.make(move.name, order, by=system, at=NOW).status is move.target
    else:
        with pytest.raises(IllegalMove):
            workflow.make(move.name, order, by=system, at=NOW)
        assert order.status is status


def test_the_table_is_the_one_of_the_product():
    table = {move.name: ({source.value for source in move.sources}, move.target.value) for move in workflow.moves}

    assert table == {
        "confirm": ({"draft"}, "confirmed"),
        "ship": ({"confirmed"}, "shipped"),
        "complete": ({"shipped"}, "completed"),
        "cancel": ({"draft", "confirmed"}, "cancelled"),
    }
    assert set(LABELS) == set(S)


@pytest.mark.parametrize(
    ("role", "permitted"),
    [
        ("Admin", {"confirm", "ship", "complete", "cancel"}),
        ("Office Administrator", {"confirm", "ship", "complete", "cancel"}),
        ("Account Manager", {"confirm", "complete", "cancel"}),
        ("Marketing Director", set()),
        ("Sales Director", set()),
        ("Service Specialist", set()),
    ],
)
@pytest.mark.parametrize("move", workflow.moves, ids=lambda move: move.name)
def test_a_role_makes_the_moves_it_was_given(make_order, make_actor, make_customer, role, permitted, move):
    from app.core.errors import NotAllowed

    actor = make_actor(role)
    order = make_order(max(move.sources).value, customer_id=make_customer(owner_id=actor.user_id).id)

    if move.name in permitted:
        assert workflow.make(move.name, order, by=actor, at=NOW).status is move.target
    else:
        with pytest.raises(NotAllowed):
            workflow.make(move.name, order, by=actor, at=NOW)


def test_nobody_moves_an_order_of_somebody_elses_customer(make_order, make_actor, make_customer):
    from app.core.errors import NotFound

    order = make_order(customer_id=make_customer(owner_id=make_actor("Account Manager").user_id).id)

    with pytest.raises(NotFound):
        workflow.make("confirm", order, by=make_actor("Account Manager"), at=NOW)
    assert order.status is S.draft


def test_confirming_a_sale_activates_the_prospect_and_regains_the_lost(session, make_order, make_customer, system):
    from app.customers.models import CustomerStatus

    for status in (CustomerStatus.prospect, CustomerStatus.lost):
        customer = make_customer(status=status)
        order = make_order(customer_id=customer.id)
        assert customer.status is status

        workflow.make("confirm", order, by=system, at=NOW)
        assert customer.status is CustomerStatus.active


def test_confirming_a_return_does_not_regain_the_customer(session, make_order, make_customer, system):
    from app.customers import services as customers
    from app.customers.models import CustomerStatus

    customer = make_customer()
    order = make_order("shipped", customer_id=customer.id)
    customers.lose(customer, by=system, at=NOW)
    back = make_order(original_id=order.id, lines=[{"original_line_id": order.lines[0].id, "quantity": 1}])

    workflow.make("confirm", back, by=system, at=NOW)
    assert customer.status is CustomerStatus.lost


def test_confirming_keeps_what_the_goods_cost_that_day(session, make_order, make_product, system):
    from app.products import services as products

    product = make_product(cost_price="60")
    order = make_order(lines=[{"product_id": product.id, "quantity": 2}])
    products.update_product(product, {"cost_price": "70", "list_price": "200"}, by=system, at=NOW)

    workflow.make("confirm", order, by=system, at=NOW)
    products.update_product(product, {"cost_price": "80"}, by=system, at=NOW)

    assert (order.lines[0].unit_cost, order.cost, order.gross) == (70, 140, 226)


def test_the_day_of_delivery_is_kept_and_checked(make_order, system):
    from app.core.errors import Invalid

    order = make_order("shipped")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Invalid):
            workflow.make("complete", order, by=system, at=NOW, delivered_on=day)

    assert workflow.make("complete", order, by=system, at=NOW).delivered_on == TODAY


def test_moves_are_told_in_the_timeline_and_logged(session, make_order, system):
    from app.core.audit import AuditEntry
    from app.core.timeline import TimelineEntry

    order = make_order("completed")
    cancelled = workflow.make("cancel", make_order("confirmed"), by=system, at=NOW, reason="  ordered   twice ")
    thrown_away = workflow.make("cancel", make_order(), by=system, at=NOW)

    def told(of):
        return session.scalars(
            select(TimelineEntry.event).where(TimelineEntry.customer_id == of.customer_id).order_by(TimelineEntry.id)
        ).all()

    actions = session.scalars(
        select(AuditEntry.action)
        .where(AuditEntry.kind == "order", AuditEntry.record_id == order.id)
        .order_by(AuditEntry.id)
    ).all()
    assert actions == ["create", "move:confirm", "move:ship", "move:complete"]
    assert told(order) == ["order.confirm", "order.ship", "order.complete"]
    assert told(cancelled) == ["order.confirm", "order.cancel"]
    assert told(thrown_away) == []
    assert cancelled.cancel_reason == "ordered twice"
