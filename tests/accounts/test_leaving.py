"""When somebody leaves, all they still work on goes to somebody else; what they finished stays theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.services import leaving
from app.core.actors import Actor
from app.core.audit import AuditEntry
from app.core.errors import Invalid, NotAllowed
from app.customers import services as customers
from app.customers.models import FollowUpKind
from app.service import services as requests
from tests.support.churn import make_case, make_history
from tests.support.opportunities import make_opportunity, make_prospect
from tests.support.orders import make_customer

__all__ = ["make_case", "make_customer", "make_history", "make_opportunity", "make_prospect"]

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
BOSS = Actor(user_id=None, name="Administrator", everything=True)


@pytest.fixture
def manager(make_actor: Callable[..., Any]) -> Any:
    """The account manager who leaves."""
    return make_actor("Account Manager")


@pytest.fixture
def heir(make_actor: Callable[..., Any]) -> Any:
    """The account manager who stays."""
    return make_actor("Account Manager")


def plan_of(customer: Any, owner: Any, **values: Any) -> Any:
    given = {
        "customer_id": customer.id,
        "owner_id": owner.user_id,
        "what": "回访",
        "kind": FollowUpKind.phone,
        "due_at": NOW + timedelta(days=2),
        **values,
    }
    return customers.create_plan(given, by=BOSS, at=NOW)


def leave(session: Session, leaver: Any, heir: Any = None, other: Any = None) -> dict[str, int]:
    from app.accounts.models import User

    user = session.get(User, leaver.user_id)
    assert user is not None
    heirs = {False: heir.user_id if heir else None, True: other.user_id if other else None}
    return leaving.hand_over(user, heirs, by=BOSS, at=NOW)


def test_everything_unfinished_changes_hands(
    session: Session,
    make_prospect: Callable[..., Any],
    make_opportunity: Callable[..., Any],
    make_case: Callable[..., Any],
    manager: Any,
    heir: Any,
) -> None:
    customer = make_prospect(owner_id=manager.user_id)
    foreign = make_prospect()
    open_one, won = make_opportunity(customer=customer), make_opportunity("won", customer=customer)
    elsewhere = make_opportunity(customer=foreign)
    plan, far_plan = plan_of(customer, manager), plan_of(foreign, manager)
    case = make_case(owner_id=manager.user_id)

    given = leave(session, manager, heir)

    assert given == {"customer": 3, "plan": 2, "opportunity": 2, "churn_case": 1}
    moved = (customer, open_one, elsewhere, plan, far_plan, case)
    assert {record.owner_id for record in moved} == {heir.user_id}
    assert won.owner_id == manager.user_id
    assert leaving.unfinished(session, manager.user_id) == []


def test_the_heir_sees_what_they_were_given(
    session: Session, make_prospect: Callable[..., Any], manager: Any, heir: Any
) -> None:
    from app.core.actors import acting_as
    from app.core.visibility import find
    from app.customers.models import Plan

    plan = plan_of(make_prospect(), manager)

    leave(session, manager, heir)

    with acting_as(heir, session):
        assert find(session, Plan, plan.id) is not None


def test_open_orders_go_over_and_completed_ones_stay(
    session: Session, make_history: Callable[..., Any], manager: Any, heir: Any
) -> None:
    from app.orders.models import Order

    customer = make_history({"2026-01-05": "100"}, owner_id=manager.user_id)
    make_history({"2026-11-20": "200"}, status="confirmed", customer=customer)
    orders = session.scalars(select(Order).where(Order.customer_id == customer.id).order_by(Order.ordered_on)).all()
    for order in orders:
        order.owner_id = manager.user_id
    session.flush()

    leave(session, manager, heir)

    assert [order.owner_id for order in orders] == [manager.user_id, heir.user_id]


@pytest.mark.parametrize("status", ["assigned", "processed", "reviewed", "archived"])
def test_requests_go_to_another_specialist_unless_they_are_archived(
    session: Session, make_prospect: Callable[..., Any], make_actor: Callable[..., Any], status: str
) -> None:
    leaver, colleague = make_actor("Service Specialist"), make_actor("Service Specialist")
    system = Actor.system("factory")
    values = {"type": "complaint", "text": "标签掉色", "customer_id": make_prospect().id}
    request = requests.create_request(values, by=system, at=NOW)
    data: dict[str, dict[str, Any]] = {
        "assign": {"owner_id": leaver.user_id},
        "process": {"solution": "换了"},
        "record_feedback": {"satisfaction": 4},
        "archive": {},
    }
    way = ("assigned", "processed", "reviewed", "archived")
    for move in list(data)[: way.index(status) + 1]:
        requests.workflow.make(move, request, by=system, at=NOW, **data[move])

    leave(session, leaver)

    assert request.owner_id == (leaver.user_id if status == "archived" else colleague.user_id)
    assert request.status == status


def test_it_is_written_down(session: Session, make_prospect: Callable[..., Any], manager: Any, heir: Any) -> None:
    make_prospect(owner_id=manager.user_id)

    leave(session, manager, heir)

    wanted = select(AuditEntry).where(AuditEntry.kind == "user", AuditEntry.action == "hand_over")
    entry = session.scalars(wanted).one()
    assert entry.record_id == manager.user_id
    assert entry.changes == {"owner_id": [manager.user_id, heir.user_id], "customer": [1, 0]}


def test_somebody_has_to_take_it(session: Session, make_prospect: Callable[..., Any], manager: Any) -> None:
    customer = make_prospect(owner_id=manager.user_id)

    for nobody in (None, manager):
        with pytest.raises(Invalid):
            leave(session, manager, nobody)

    assert customer.owner_id == manager.user_id


def test_whoever_may_not_do_the_work_takes_nothing(
    session: Session, make_opportunity: Callable[..., Any], make_actor: Callable[..., Any], manager: Any
) -> None:
    opportunity = make_opportunity()

    with pytest.raises(Invalid):
        leave(session, manager, make_actor("Service Specialist"))

    assert opportunity.owner_id == manager.user_id


def test_only_who_manages_people_hands_over_their_work(session: Session, manager: Any, heir: Any) -> None:
    from app.accounts.models import User

    user = session.get(User, manager.user_id)
    assert user is not None

    with pytest.raises(NotAllowed):
        leaving.hand_over(user, {False: heir.user_id}, by=heir, at=NOW)


def test_open_opportunities_and_plans_follow_a_customer_that_is_handed_over(
    session: Session,
    make_prospect: Callable[..., Any],
    make_opportunity: Callable[..., Any],
    make_actor: Callable[..., Any],
    manager: Any,
    heir: Any,
) -> None:
    customer = make_prospect(owner_id=manager.user_id)
    theirs, won = make_opportunity(customer=customer), make_opportunity("won", customer=customer)
    third = make_actor("Account Manager")
    of_a_colleague = make_opportunity(customer=customer, owner_id=third.user_id)
    plan, other_plan = plan_of(customer, manager), plan_of(customer, third)

    customers.hand_over(customer, heir.user_id, by=BOSS, at=NOW)

    assert [one.owner_id for one in (theirs, plan)] == [heir.user_id] * 2
    assert won.owner_id == manager.user_id
    assert [one.owner_id for one in (of_a_colleague, other_plan)] == [third.user_id] * 2
