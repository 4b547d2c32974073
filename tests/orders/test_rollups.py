"""What is kept about orders stays what the orders say, whatever happens to them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from app.core.kept import reconcile, repair
from tests.support.orders import NOW, TODAY, line

quantities = st.decimals("0.001", "5000", places=3)
prices = st.decimals("0", "99999.99", places=2)
discounts = st.decimals("0", "1", places=4)
rates = st.sampled_from([Decimal(rate) for rate in ("0.13", "0.09", "0.06", "0.03", "0.01", "0")])


def rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@settings(deadline=None)
@given(st.lists(st.tuples(quantities, prices, discounts, rates), min_size=1, max_size=8))
def test_totals_are_sums_of_rounded_lines(lines):
    from app.orders.services.amounts import line_amounts, totals

    rows = []
    for quantity, price, discount, rate in lines:
        row: dict[str, Any] = {
            "quantity": quantity,
            "unit_price": price,
            "discount": discount,
            "vat_rate": rate,
            "unit_cost": None,
        }
        row["gross"], row["net"] = line_amounts(row)
        rows.append(row)
    found = totals(rows)

    gross = [rounded(quantity * price * (1 - discount)) for quantity, price, discount, _rate in lines]
    assert found.gross == sum(gross)
    assert found.net == sum(rounded(part / (1 + rate)) for part, (*_, rate) in zip(gross, lines, strict=True))
    assert found.net <= found.gross


@settings(deadline=None)
@given(quantities, prices, st.lists(quantities, min_size=1, max_size=6))
def test_parts_given_back_add_up_to_what_was_paid_and_never_exceed_it(sold, price, parts):
    from app.orders.services.amounts import part_of

    gross = rounded(sold * price)
    left = (sold, gross)
    for quantity in [*parts, sold]:
        take = min(quantity, left[0])
        if take <= 0:
            break
        part = part_of(gross, take, left, sold)
        assert 0 <= part <= left[1]
        left = (left[0] - take, left[1] - part)
    assert left == (0, 0)


def naive(session: Any, customer_id: int, today: date) -> tuple[Any, int, Decimal]:
    """The definition, in Python: confirmed or later, 0 ≤ today − day < 365, gross net of returns."""
    from app.orders.models import Order

    session.expire_all()
    orders = [
        order
        for order in session.scalars(select(Order).where(Order.customer_id == customer_id))
        if order.status.value in {"confirmed", "shipped", "completed"}
    ]
    year = [order for order in orders if 0 <= (today - order.ordered_on).days < 365]
    sales = [order for order in year if order.kind.value == "sale"]
    newest = max((order.ordered_on for order in orders if order.kind.value == "sale"), default=None)
    value = sum((order.gross if order.kind.value == "sale" else -order.gross for order in year), Decimal(0))
    return newest, len(sales), value


def kept(session: Any, customer: Any) -> tuple[Any, int, Decimal]:
    session.refresh(customer)
    return customer.last_order_on, customer.orders_12m, customer.value_12m


steps = st.lists(
    st.tuples(
        st.sampled_from(["create", "confirm", "ship", "complete", "cancel", "delete", "return", "enter", "correct"]),
        st.integers(0, 7),
        st.integers(0, 800),
        st.decimals("0.01", "9999.99", places=2),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_roll_ups_are_right_after_any_history(session, system, make_customer, steps):
    from app.core.errors import DomainError
    from app.orders import services
    from app.orders.models import OrderStatus

    customer = make_customer()
    orders: list[Any] = []
    for what, which, age, price in steps:
        order = orders[which % len(orders)] if orders else None
        day = TODAY - timedelta(days=age)
        rows = [line(price, "2"), line("0.03", "0.5")]
        try:
            # As an edge does it: what is refused leaves nothing behind.
            with session.begin_nested():
                if what == "create":
                    orders.append(
                        services.create_order(
                            {"customer_id": customer.id, "ordered_on": day, "lines": rows}, by=system, at=NOW
                        )
                    )
                elif what == "enter":
                    values = {"customer_id": customer.id, "ordered_on": day, "lines": [{"unit_price": price}]}
                    kind = "return" if age % 3 == 0 else "sale"
                    orders.append(
                        services.enter_order(values | {"kind": kind}, OrderStatus.completed, by=system, at=NOW)
                    )
                elif order is None:
                    continue
                elif what == "return":
                    values = {
                        "original_id": order.id,
                        "ordered_on": TODAY,
                        "lines": [{"original_line_id": order.lines[0].id, "quantity": 1}],
                    }
                    orders.append(services.create_order(values, by=system, at=NOW))
                elif what == "correct":
                    services.correct_order(order, {"ordered_on": day, "lines": rows}, by=system, at=NOW)
                elif what == "delete":
                    services.delete_order(order, by=system, at=NOW)
                    orders.remove(order)
                else:
                    services.workflow.make(what, order, by=system, at=NOW)
        except DomainError:
            continue

    assert kept(session, customer) == naive(session, customer.id, TODAY)
    assert reconcile(session, TODAY) == []


@pytest.mark.parametrize("end", ["delete", "cancel"])
def test_a_counted_order_that_is_deleted_or_cancelled_counts_no_longer(session, system, make_customer, make_order, end):
    from app.orders import services

    def take_away(order):
        if end == "delete":
            services.delete_order(order, by=system, at=NOW)
        else:
            services.workflow.make("cancel", order, by=system, at=NOW)

    customer = make_customer()
    older = make_order("confirmed", customer_id=customer.id, ordered_on=TODAY - timedelta(days=9))
    newest = make_order("confirmed", customer_id=customer.id)
    assert kept(session, customer) == (TODAY, 2, 200)

    take_away(newest)
    assert kept(session, customer) == (TODAY - timedelta(days=9), 1, 100)
    take_away(older)

    assert kept(session, customer) == (None, 0, 0)
    assert reconcile(session, TODAY) == []


def test_the_window_is_365_days_with_today_and_without_the_same_day_last_year(session, make_customer, make_order):
    customer = make_customer()
    for age in (0, 364, 365):
        make_order("confirmed", customer_id=customer.id, ordered_on=TODAY - timedelta(days=age))

    assert kept(session, customer) == (TODAY, 2, 200)


def test_time_alone_moves_the_window_and_refresh_follows(session, make_customer, make_order):
    from app.orders import services

    customer, other = make_customer(), make_customer()
    make_order("confirmed", customer_id=customer.id, ordered_on=TODAY - timedelta(days=364))
    make_order("confirmed", customer_id=other.id)
    assert kept(session, customer) == (TODAY - timedelta(days=364), 1, 100)

    tomorrow = TODAY + timedelta(days=1)
    assert services.stale_customers(session, tomorrow) == [customer.id]
    assert services.refresh(session, tomorrow) == 1

    assert kept(session, customer) == (TODAY - timedelta(days=364), 0, 0)
    assert kept(session, other) == (TODAY, 1, 100)
    assert reconcile(session, tomorrow) == []
    assert services.refresh(session, tomorrow) == 0


@pytest.mark.parametrize("table", ["customer", "order_day", "sales_order", "missing day", "strange day"])
def test_reconcile_finds_what_is_wrong_and_repair_puts_it_right(session, make_customer, make_order, table):
    from app.customers.models import Customer
    from app.orders.models import Order, OrderDay

    customer = make_customer()
    order = make_order("confirmed", customer_id=customer.id)
    before = kept(session, customer)
    if table == "customer":
        session.execute(update(Customer).where(Customer.id == customer.id).values(value_12m=1, last_order_on=None))
    elif table == "order_day":
        session.execute(update(OrderDay).where(OrderDay.customer_id == customer.id).values(orders=7, net=3))
    elif table == "sales_order":
        session.execute(update(Order).where(Order.id == order.id).values(gross=1, value=1))
    elif table == "missing day":
        session.delete(session.get(OrderDay, (customer.id, TODAY)))
    else:
        day = {"orders": 1, "returns": 0, "gross": 5, "returned": 0, "net": 5, "cost": 0}
        session.add(OrderDay(customer_id=customer.id, day=TODAY - timedelta(days=9), **day))
    session.flush()

    differences = reconcile(session, TODAY)
    assert differences
    repair(session, differences, TODAY)

    assert reconcile(session, TODAY) == []
    assert kept(session, customer) == before
    assert (order.gross, order.value) == (100, 100)


def test_a_kept_column_is_no_edit_of_the_customer(session, make_customer, make_order):
    customer = make_customer()
    version = customer.version

    make_order("confirmed", customer_id=customer.id)

    session.refresh(customer)
    assert (customer.orders_12m, customer.version) == (1, version)
