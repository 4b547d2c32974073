"""Many orders at once leave the rows that one after the other would leave."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.core.kept import reconcile
from app.orders.models import OrderStatus as S
from tests.support.orders import NOW, TODAY, line


def rows_for(customers: list[Any], product: Any) -> list[dict[str, Any]]:
    days = [timedelta(days=age) for age in (0, 1, 1, 400)]
    return [
        {"customer_id": customers[0].id, "ordered_on": TODAY, "external_id": "A-1", "lines": [line("10.10", "3")]},
        {"customer_id": customers[0].id, "ordered_on": TODAY - days[1], "lines": [{"unit_price": Decimal("77.77")}]},
        {
            "customer_id": customers[0].id,
            "ordered_on": TODAY - days[2],
            "kind": "return",
            "lines": [{"unit_price": Decimal("7.77"), "vat_rate": "0"}],
        },
        {
            "customer_id": customers[1].id,
            "ordered_on": TODAY - days[3],
            "address": "Bund 1",
            "lines": [{"product_id": product.id, "quantity": "2", "discount": "0.1"}, line("1")],
        },
    ]


def everything(session: Any, customers: list[Any]) -> dict[str, list[Any]]:
    """All that the orders of ``customers`` left anywhere, without keys, numbers and names."""
    from app.core.audit import AuditEntry
    from app.core.timeline import TimelineEntry
    from app.customers.models import Customer
    from app.orders.models import Order, OrderDay, OrderLine

    place = {customer.id: index for index, customer in enumerate(customers)}
    orders = list(session.scalars(select(Order).where(Order.customer_id.in_(place)).order_by(Order.id)))
    nth = {order.id: index for index, order in enumerate(orders)}
    own = {"id", "number", "external_id", "order_id", "title", "digest", "record_id", "original_id", "original_line_id"}

    def plain(row: Any) -> dict[str, Any]:
        values = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
        values = {name: value for name, value in values.items() if name not in own}
        if "customer_id" in values:
            values["customer_id"] = place[values["customer_id"]]
        for name in ("changes", "words"):
            if name in values:
                inner = {key: value for key, value in values[name].items() if key not in {*own, "customer_id"}}
                values[name] = inner
        return values

    return {
        "orders": [plain(order) for order in orders],
        "lines": [
            (nth[row.order_id], plain(row))
            for row in session.scalars(select(OrderLine).where(OrderLine.order_id.in_(nth)).order_by(OrderLine.id))
        ],
        "audit": [
            (nth[entry.record_id], plain(entry))
            for entry in session.scalars(
                select(AuditEntry)
                .where(AuditEntry.kind == "order", AuditEntry.record_id.in_(nth))
                .order_by(AuditEntry.record_id, AuditEntry.id)
            )
        ],
        "timeline": sorted(
            str(plain(entry))
            for entry in session.scalars(select(TimelineEntry).where(TimelineEntry.customer_id.in_(place)))
        ),
        "days": sorted(
            str(plain(day)) for day in session.scalars(select(OrderDay).where(OrderDay.customer_id.in_(place)))
        ),
        "customers": [
            (row.status, row.last_order_on, row.orders_12m, row.value_12m)
            for row in session.scalars(select(Customer).where(Customer.id.in_(place)).order_by(Customer.id))
        ],
    }


@pytest.mark.parametrize("status", S)
def test_bulk_leaves_the_same_rows_as_one_after_the_other(session, make_customer, make_product, make_actor, status):
    from app.customers.models import CustomerStatus
    from app.orders import services

    office, product = make_actor("Office Administrator"), make_product(list_price="33.33", cost_price="20")

    def two() -> list[Any]:
        return [make_customer(status=CustomerStatus.prospect), make_customer(status=CustomerStatus.lost)]

    singly, together = two(), two()
    for row in rows_for(singly, product):
        services.enter_order(row, status, by=office, at=NOW)
    external = {"external_id": "A-2"}
    rows = [row | (external if "external_id" in row else {}) for row in rows_for(together, product)]
    entered = services.create_orders(rows, by=office, at=NOW, status=status)
    session.expire_all()

    assert not entered.refusals
    one, many = everything(session, singly), everything(session, together)
    assert len(one["orders"]) == len(rows)
    for what, expected in one.items():
        assert many[what] == expected, what
    assert reconcile(session, TODAY) == []


def test_bad_rows_are_told_and_good_ones_written(session, system, make_customer):
    from app.orders import services
    from app.orders.models import Order

    customer = make_customer()
    good = {"customer_id": customer.id, "ordered_on": TODAY, "external_id": "A-1", "lines": [line("10")]}
    rows = [
        good,
        good,
        {**good, "external_id": "A-2", "ordered_on": TODAY + timedelta(days=1)},
        {**good, "external_id": "A-3", "customer_id": 987654321},
        {**good, "external_id": "A-4", "lines": [line("NaN")]},
        {**good, "external_id": "A-5"},
    ]

    entered = services.create_orders(rows, by=system, at=NOW)

    assert {index: list(refusal.fields) for index, refusal in entered.refusals.items()} == {
        1: ["external_id"],
        2: ["ordered_on"],
        3: ["customer_id"],
        4: ["lines-0-unit_price"],
    }
    assert [pk is None for pk in entered.ids] == [False, True, True, True, True, False]
    assert session.scalars(select(Order.external_id).order_by(Order.id)).all() == ["A-1", "A-5"]
    again = services.create_orders([good], by=system, at=NOW)
    assert list(again.refusals) == [0]


def test_returns_in_one_call_share_what_is_left(session, system, make_order):
    from app.orders import services

    sold = make_order("completed", lines=[line("10", "3")])

    def back(quantity):
        rows = [{"original_line_id": sold.lines[0].id, "quantity": quantity}]
        return {"original_id": sold.id, "ordered_on": TODAY, "lines": rows}

    entered = services.create_orders([back("2"), back("2"), back("1")], by=system, at=NOW)

    assert list(entered.refusals) == [1]
    assert reconcile(session, TODAY) == []


def test_an_old_order_does_not_regain_a_lost_customer_but_activates_a_prospect(session, system, make_customer):
    from app.customers.models import CustomerStatus
    from app.orders import services

    lost, prospect = make_customer(status=CustomerStatus.lost), make_customer(status=CustomerStatus.prospect)
    long_ago = TODAY - timedelta(days=184)
    rows = [{"customer_id": of.id, "ordered_on": long_ago, "lines": [line("1")]} for of in (lost, prospect)]

    services.create_orders(rows, by=system, at=NOW)

    assert (lost.status, prospect.status) == (CustomerStatus.lost, CustomerStatus.active)


def test_an_imported_order_is_corrected_when_the_system_of_origin_changes_it(session, system, make_customer):
    from app.orders import services

    first, second = make_customer(), make_customer()
    order = services.enter_order(
        {"customer_id": first.id, "ordered_on": TODAY, "lines": [{"unit_price": "10"}]}, S.completed, by=system, at=NOW
    )

    services.correct_order(order, {"customer_id": second.id, "lines": [{"unit_price": "12"}]}, by=system, at=NOW)
    session.expire_all()

    assert (first.orders_12m, first.value_12m, first.last_order_on) == (0, 0, None)
    assert (second.orders_12m, second.value_12m, second.last_order_on) == (1, 12, TODAY)
    assert reconcile(session, TODAY) == []


def test_what_was_returned_is_not_corrected(session, system, make_order):
    from app.core.errors import IllegalMove
    from app.orders import services

    sold = make_order("completed", lines=[line("10", "3")])
    make_order(original_id=sold.id, lines=[{"original_line_id": sold.lines[0].id, "quantity": 1}])

    with pytest.raises(IllegalMove):
        services.correct_order(sold, {"lines": [line("12", "3")]}, by=system, at=NOW)
    assert sold.gross == 30
    assert reconcile(session, TODAY) == []
