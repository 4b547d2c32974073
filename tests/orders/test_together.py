"""Several people at once: nothing is counted twice, forgotten, or returned twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

from app.core.kept import reconcile
from tests.support.orders import NOW, TODAY, line

PEOPLE = 8
_numbers = count(1)


def in_own_transaction(app: Any, act: Callable[[Any], Any]) -> Any:
    from app.core.actors import Actor, acting_as
    from app.core.database import db, unit_of_work

    with app.app_context():
        try:
            with unit_of_work() as session, acting_as(Actor.system("test"), session):
                return act(session)
        finally:
            db.session.remove()


def together(app: Any, acts: list[Callable[[Any], Any]]) -> list[Any]:
    """Run ``acts`` at the same moment, each in a transaction of its own; a refusal is an answer too."""
    from app.core.errors import DomainError

    barrier = Barrier(len(acts))

    def attempt(act: Callable[[Any], Any]) -> Any:
        barrier.wait()
        try:
            return in_own_transaction(app, act)
        except DomainError as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(attempt, acts))


def a_customer(session: Any) -> int:
    from app.customers.models import Customer

    customer = Customer(code=f"T-{next(_numbers)}", name="Buyer", name_key="buyer", custom={})
    session.add(customer)
    session.flush()
    return int(customer.id)


def test_orders_confirmed_and_imported_at_once_are_all_counted(own_app, system):
    from app.customers.models import Customer
    from app.orders import services
    from app.orders.models import Order, OrderStatus

    pk = in_own_transaction(own_app, a_customer)
    values = {"customer_id": pk, "ordered_on": TODAY, "lines": [line("10")]}

    def drafts(_session):
        return [services.create_order(values, by=system, at=NOW).id for _n in range(PEOPLE // 2)]

    def confirm(order_id):
        return lambda session: services.workflow.make("confirm", session.get(Order, order_id), by=system, at=NOW).id

    def enter(_session):
        return services.enter_order(values, OrderStatus.completed, by=system, at=NOW).id

    acts = [confirm(order_id) for order_id in in_own_transaction(own_app, drafts)] + [enter] * (PEOPLE // 2)
    answers = together(own_app, acts)

    assert all(isinstance(answer, int) for answer in answers), answers
    kept = in_own_transaction(
        own_app,
        lambda session: (
            session.get(Customer, pk).orders_12m,
            session.get(Customer, pk).value_12m,
            reconcile(session, TODAY),
        ),
    )
    assert kept == (PEOPLE, PEOPLE * 10, [])


def test_the_last_piece_is_returned_once(own_app, system):
    from app.orders import services
    from app.orders.models import Order

    pk = in_own_transaction(own_app, a_customer)

    def sell(_session):
        order = services.create_order(
            {"customer_id": pk, "ordered_on": TODAY, "lines": [line("10", "3")]}, by=system, at=NOW
        )
        for name in ("confirm", "ship"):
            services.workflow.make(name, order, by=system, at=NOW)
        return order.id, order.lines[0].id

    order_id, line_id = in_own_transaction(own_app, sell)

    def give_back(_session):
        rows = [{"original_line_id": line_id, "quantity": 1}]
        services.create_order({"original_id": order_id, "lines": rows}, by=system, at=NOW)
        return "returned"

    answers = Counter(together(own_app, [give_back] * PEOPLE))

    assert answers == {"returned": 3, "Invalid": PEOPLE - 3}
    returned = in_own_transaction(
        own_app, lambda session: sum(order.gross for order in session.query(Order).filter_by(original_id=order_id))
    )
    assert returned == 30
