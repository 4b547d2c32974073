"""Orders are entered, changed and deleted."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.orders.models import OrderStatus as S
from tests.support.orders import NOW, TODAY, line


def test_totals_are_the_sums_of_lines_rounded_one_by_one(make_order):
    order = make_order(
        lines=[
            line("99.99", "3", discount="0.05", vat_rate="0.13"),
            line("10.00", "0.333", vat_rate="0.06"),
            line("1.13", "1"),
        ]
    )

    assert [(row.gross, row.net) for row in order.lines] == [
        (Decimal("284.97"), Decimal("252.19")),
        (Decimal("3.33"), Decimal("3.14")),
        (Decimal("1.13"), Decimal("1.00")),
    ]
    assert (order.gross, order.net, order.value) == (Decimal("289.43"), Decimal("256.33"), Decimal("289.43"))


def test_a_product_brings_its_price_and_vat_rate(make_order, make_product):
    product = make_product(list_price="218", vat_rate="0.09", cost_price="100")

    order = make_order(lines=[{"product_id": product.id, "quantity": "2"}])

    row = order.lines[0]
    assert (row.unit_price, row.vat_rate, row.unit_cost) == (218, Decimal("0.09"), 100)
    assert (order.gross, order.net, order.cost) == (436, 400, 200)


def test_totals_status_owner_and_number_cannot_be_entered(make_order, make_customer, system):
    from app.core.errors import Invalid
    from app.orders import services

    values = {"customer_id": make_customer().id, "ordered_on": TODAY, "lines": [line("1")]}
    for name in ("gross", "net", "value", "cost", "status", "owner_id", "number", "id"):
        with pytest.raises(Invalid):
            services.create_order({**values, name: 1}, by=system, at=NOW)
    with pytest.raises(Invalid):
        services.create_order({**values, "lines": [{**line("1"), "gross": "0.01"}]}, by=system, at=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": 10**30}, "customer_id"),
        ({"customer_id": "1"}, "customer_id"),
        ({"customer_id": 987654321}, "customer_id"),
        ({"ordered_on": TODAY + timedelta(days=1)}, "ordered_on"),
        ({"ordered_on": "2026-02-31"}, "ordered_on"),
        ({"ordered_on": None}, "ordered_on"),
        ({"promised_on": TODAY - timedelta(days=1)}, "promised_on"),
        ({"address": "x" * 301}, "address"),
        ({"kind": "gift"}, "kind"),
        ({"kind": "return"}, "original_id"),
        ({"original_id": 1}, "original_id"),
        ({"lines": []}, "lines"),
        ({"lines": None}, "lines"),
        ({"lines": "abc"}, "lines"),
        ({"lines": [line("1")] * 501}, "lines"),
        ({"lines": ["abc"]}, "lines-0"),
        ({"lines": [line("1"), line("1", "0")]}, "lines-1-quantity"),
        ({"lines": [line("1", "-1")]}, "lines-0-quantity"),
        ({"lines": [line("1", "1e309")]}, "lines-0-quantity"),
        ({"lines": [line("1", "1.0005")]}, "lines-0-quantity"),
        ({"lines": [line("NaN")]}, "lines-0-unit_price"),
        ({"lines": [line("-1")]}, "lines-0-unit_price"),
        ({"lines": [line("999999999999", "2")]}, "lines-0-unit_price"),
        ({"lines": [line("999999999999"), line("999999999999")]}, "lines"),
        ({"lines": [line("1", discount="1.01")]}, "lines-0-discount"),
        ({"lines": [line("1", vat_rate="13")]}, "lines-0-vat_rate"),
        ({"lines": [{"quantity": 1, "unit_price": "1"}]}, "lines-0-product_id"),
        ({"lines": [{"product_id": 987654321, "quantity": 1}]}, "lines-0-product_id"),
    ],
)
def test_bad_input_is_refused_at_its_field(make_customer, session, system, changes, field):
    from app.core.errors import Invalid
    from app.orders import services
    from app.orders.models import Order

    values = {"customer_id": make_customer().id, "ordered_on": TODAY, "lines": [line("1")], **changes}
    with pytest.raises(Invalid) as refusal:
        services.create_order(values, by=system, at=NOW)

    assert list(refusal.value.fields) == [field]
    assert session.scalar(select(func.count(Order.id))) == 0


def test_contact_and_opportunity_belong_to_the_customer(session, make_customer, make_order):
    from app.core.errors import Invalid
    from app.customers.models import Contact

    contact = Contact(customer_id=make_customer().id, name="Li", name_key="li", custom={}, tags=[], consent=[])
    session.add(contact)
    session.flush()

    with pytest.raises(Invalid) as refusal:
        make_order(contact_id=contact.id)
    assert list(refusal.value.fields) == ["contact_id"]
    assert make_order(customer_id=contact.customer_id, contact_id=contact.id).contact is contact


def test_a_customer_out_of_sight_is_no_choice_and_its_orders_do_not_exist(
    session, make_customer, make_actor, make_order
):
    from app.core.actors import acting_as
    from app.core.errors import Invalid
    from app.orders import services
    from app.orders.models import Order, OrderDay, OrderLine

    seller, other = make_actor("Account Manager"), make_actor("Account Manager")
    foreign = make_customer(owner_id=other.user_id)
    make_order("confirmed", customer_id=foreign.id)

    with pytest.raises(Invalid) as refusal:
        services.create_order({"customer_id": foreign.id, "lines": [line("1")]}, by=seller, at=NOW)
    assert "customer_id" in refusal.value.fields
    for actor, seen in ((seller, 0), (other, 1)):
        with acting_as(actor, session):
            for model in (Order, OrderLine, OrderDay):
                assert session.scalar(select(func.count()).select_from(model)) == seen


def test_the_owner_is_who_owns_the_customer_else_who_enters_it(make_customer, make_actor):
    from app.orders import services

    seller, office = make_actor("Account Manager"), make_actor("Office Administrator")
    owned, unowned = make_customer(owner_id=seller.user_id), make_customer()

    for customer, owner_id in ((owned, seller.user_id), (unowned, office.user_id)):
        order = services.create_order({"customer_id": customer.id, "lines": [line("1")]}, by=office, at=NOW)
        assert order.owner_id == owner_id


def test_whoever_may_not_add_edit_or_delete_is_refused(make_actor, make_customer, make_order):
    from app.core.errors import NotAllowed
    from app.orders import services

    reader, order = make_actor("Sales Director"), make_order()
    with pytest.raises(NotAllowed):
        services.create_order({"customer_id": order.customer_id, "lines": [line("1")]}, by=reader, at=NOW)
    with pytest.raises(NotAllowed):
        services.update_order(order, {"notes": "x"}, by=reader, at=NOW)
    with pytest.raises(NotAllowed):
        services.delete_order(order, by=reader, at=NOW)
    with pytest.raises(NotAllowed):
        services.create_orders([], by=make_actor("Account Manager"), at=NOW)


def test_a_draft_is_rewritten_and_the_log_says_what_changed(session, make_order, system):
    from app.core.audit import AuditEntry
    from app.orders import services

    order = make_order(lines=[line("100")])
    version = order.version
    services.update_order(order, {"lines": [line("50"), line("50")], "notes": "two\nlines"}, by=system, at=NOW)

    assert (order.gross, len(order.lines), order.notes) == (100, 2, "two\nlines")
    assert order.version > version
    changes = session.scalars(
        select(AuditEntry.changes).where(AuditEntry.kind == "order", AuditEntry.action == "update")
    ).all()
    assert {"notes", "lines"} == {name for entry in changes for name in entry}


@pytest.mark.parametrize("status", [S.confirmed, S.shipped, S.completed, S.cancelled])
def test_prices_are_fixed_once_an_order_is_confirmed(make_order, make_customer, system, status):
    from app.core.errors import IllegalMove
    from app.orders import services

    order = make_order(status.value)
    for values in (
        {"lines": [line("1")]},
        {"ordered_on": TODAY - timedelta(days=3)},
        {"customer_id": make_customer().id},
    ):
        with pytest.raises(IllegalMove):
            services.update_order(order, values, by=system, at=NOW)
    services.update_order(order, {"notes": "called back", "ordered_on": order.ordered_on}, by=system, at=NOW)

    assert (order.gross, order.notes) == (100, "called back")


def test_an_old_price_stays_when_the_catalogue_changes(make_order, make_product, system):
    from app.orders import services
    from app.products import services as products

    product = make_product(list_price="100")
    order = make_order(lines=[{"product_id": product.id, "quantity": 1}])
    products.update_product(product, {"list_price": "150", "active": False}, by=system, at=NOW)

    services.update_order(order, {"notes": "still valid"}, by=system, at=NOW)

    assert order.gross == 100


def test_what_is_no_longer_sold_cannot_be_ordered(make_order, make_product):
    from app.core.errors import Invalid

    with pytest.raises(Invalid) as refusal:
        make_order(lines=[{"product_id": make_product(active=False).id, "quantity": 1}])
    assert list(refusal.value.fields) == ["lines-0-product_id"]


def test_a_return_is_worth_exactly_what_was_paid_however_it_is_split(make_order):
    sold = make_order("shipped", lines=[line("3.33", "3", discount="0.1")])
    assert sold.gross == Decimal("8.99")

    def give_back(quantity):
        return make_order(original_id=sold.id, lines=[{"original_line_id": sold.lines[0].id, "quantity": quantity}])

    returns = [give_back("1"), give_back("1"), give_back("1")]

    assert [back.kind.value for back in returns] == ["return"] * 3
    assert [back.gross for back in returns] == [Decimal("3.00"), Decimal("3.00"), Decimal("2.99")]
    assert sum(back.value for back in returns) + sold.value == 0
    assert {back.customer_id for back in returns} == {sold.customer_id}


def test_no_more_is_returned_than_was_sold(make_order, system):
    from app.core.errors import Invalid
    from app.orders import services

    sold = make_order("completed", lines=[line("10", "5")])
    row = sold.lines[0].id

    def give_back(quantity, **values):
        return make_order(original_id=sold.id, lines=[{"original_line_id": row, "quantity": quantity}], **values)

    first = give_back("3")
    with pytest.raises(Invalid) as refusal:
        give_back("2.001")
    assert "2" in str(refusal.value.fields["lines-0-quantity"])
    with pytest.raises(Invalid):
        make_order(original_id=sold.id, lines=[{"original_line_id": row, "quantity": "1"}] * 2)
    services.update_order(first, {"lines": [{"original_line_id": row, "quantity": "5"}]}, by=system, at=NOW)
    assert first.value == -50
    services.workflow.make("cancel", first, by=system, at=NOW)
    assert give_back("5").gross == 50


def test_only_what_was_shipped_is_returned_to_the_customer_who_bought_it(make_order, make_customer):
    from app.core.errors import Invalid

    for status in ("draft", "confirmed", "cancelled"):
        sold = make_order(status)
        with pytest.raises(Invalid) as refusal:
            make_order(original_id=sold.id, lines=[{"original_line_id": sold.lines[0].id, "quantity": 1}])
        assert "original_id" in refusal.value.fields

    sold, other = make_order("shipped"), make_order("shipped")
    rows = [{"original_line_id": sold.lines[0].id, "quantity": 1}]
    for values in (
        {"original_id": sold.id, "customer_id": make_customer().id},
        {"original_id": other.id},
        {"original_id": sold.id, "ordered_on": sold.ordered_on - timedelta(days=1)},
    ):
        with pytest.raises(Invalid):
            make_order(lines=rows, **values)


def test_only_drafts_and_cancelled_orders_are_deleted(session, make_order, make_actor, make_customer):
    from app.core.errors import IllegalMove
    from app.orders import services
    from app.orders.models import Order, OrderLine

    seller = make_actor("Account Manager")
    mine = make_customer(owner_id=seller.user_id).id
    for status in ("confirmed", "shipped", "completed"):
        with pytest.raises(IllegalMove):
            services.delete_order(make_order(status, customer_id=mine), by=seller, at=NOW)
    before = session.scalar(select(func.count(OrderLine.id)))
    for status in ("draft", "cancelled"):
        services.delete_order(make_order(status, customer_id=mine), by=seller, at=NOW)

    assert session.scalar(select(func.count(OrderLine.id))) == before
    assert session.scalar(select(func.count(Order.id))) == 3


def test_an_order_with_a_return_stays(make_order, system):
    from app.core.errors import IllegalMove
    from app.orders import services

    sold = make_order("shipped")
    back = make_order(original_id=sold.id, lines=[{"original_line_id": sold.lines[0].id, "quantity": 1}])

    with pytest.raises(IllegalMove):
        services.delete_order(sold, by=system, at=NOW)
    services.delete_order(back, by=system, at=NOW)
    services.delete_order(sold, by=system, at=NOW)
