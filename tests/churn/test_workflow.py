"""What can be decided about a churn case, by whom, and what follows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.churn import services
from app.churn.models import ChurnMeasure
from app.churn.models import ChurnStatus as S
from app.churn.workflow import MOVES, workflow
from app.core.actors import Actor
from app.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from app.core.events import announce
from app.core.notifications import Notification
from app.core.timeline import TimelineEntry
from app.customers.models import ChurnBand, Customer, CustomerStatus
from tests.support.churn import ASOF, AT

BY = Actor.system("test")
DATA = {
    "postpone": {"measures": ["visit", "price"], "text": "降价 3%", "look_again_on": ASOF + timedelta(days=14)},
    "confirm": {"reason": "competitor", "note": "签了别家"},
    "recover": {"note": "电话确认下周下单"},
}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
@pytest.mark.parametrize("status", S)
def test_a_move_is_possible_exactly_from_its_sources(session, make_case, move, status):
    case = make_case(status.value)

    if status in move.sources:
        workflow.make(move.name, case, by=BY, at=AT, **DATA[move.name])
        assert case.status is move.target
    else:
        with pytest.raises(IllegalMove):
            workflow.make(move.name, case, by=BY, at=AT, **DATA[move.name])
        assert case.status is status


def test_postponing_keeps_every_measure(session, make_case):
    case = make_case()

    workflow.make("postpone", case, by=BY, at=AT, **DATA["postpone"])
    again = {"measures": ["sample"], "look_again_on": "2027-01-31"}
    workflow.make("postpone", case, by=BY, at=AT + timedelta(days=14), **again)

    kept = session.scalars(select(ChurnMeasure).order_by(ChurnMeasure.id)).all()
    assert [row.measures for row in kept] == [["visit", "price"], ["sample"]]
    assert (case.look_again_on, kept[0].text, kept[1].text) == (date(2027, 1, 31), "降价 3%", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"measures": []}, "measures"),
        ({"measures": ["bribe"]}, "measures"),
        ({"look_again_on": None}, "look_again_on"),
        ({"look_again_on": ASOF}, "look_again_on"),
        ({"look_again_on": ASOF + timedelta(days=367)}, "look_again_on"),
        ({"look_again_on": "2027-02-31"}, "look_again_on"),
        ({"text": "长" * 2001}, "text"),
    ],
)
def test_a_postponement_needs_measures_and_a_day_to_look_again(session, make_case, change, field):
    case = make_case()

    with pytest.raises(Invalid) as refused:
        workflow.make("postpone", case, by=BY, at=AT, **{**DATA["postpone"], **change})

    assert field in refused.value.fields
    assert case.status is S.warned


@pytest.mark.parametrize("reason", [None, "", "no such reason"])
def test_giving_up_needs_a_reason(session, make_case, reason):
    case = make_case()

    with pytest.raises(Invalid) as refused:
        workflow.make("confirm", case, by=BY, at=AT, reason=reason)

    assert "reason" in refused.value.fields


def test_a_confirmed_customer_is_lost_and_regained_by_hand_with_a_note(session, make_case):
    case = make_case()
    customer = session.get(Customer, case.customer_id)

    workflow.make("confirm", case, by=BY, at=AT, **DATA["confirm"])
    assert (customer.status, case.reason, case.decided_on) == (CustomerStatus.lost, "competitor", ASOF)
    with pytest.raises(Invalid):
        workflow.make("recover", case, by=BY, at=AT)
    workflow.make("recover", case, by=BY, at=AT, **DATA["recover"])

    assert (customer.status, case.reason) == (CustomerStatus.active, None)
    told = session.scalars(select(TimelineEntry.event).where(TimelineEntry.customer_id == customer.id)).all()
    assert {"churn_case.confirm", "churn_case.recover"} <= set(told)


def test_an_order_ends_the_silence_and_the_mark_of_risk_with_it(session, make_case, make_order):
    case = make_case()
    session.get(Customer, case.customer_id).churn_band = ChurnBand.at_risk
    session.flush()

    make_order("confirmed", customer_id=case.customer_id, ordered_on=ASOF.isoformat(), at=AT)

    session.expire_all()
    assert case.status is S.recovered
    assert session.get(Customer, case.customer_id).churn_band is ChurnBand.on_track


def test_a_recovery_activates_no_prospect(session, make_case):
    case = make_case()
    customer = make_prospect_of(session, case)

    workflow.make("recover", case, by=BY, at=AT, **DATA["recover"])

    assert customer.status is CustomerStatus.prospect


def make_prospect_of(session, case) -> Customer:
    from sqlalchemy import update

    session.execute(update(Customer.__table__).values(status=CustomerStatus.prospect))
    session.expire_all()
    return session.get(Customer, case.customer_id)


def test_a_manager_decides_their_own_cases_and_sees_no_others(session, make_case, make_actor):
    mine, other = make_actor("Account Manager"), make_actor("Account Manager")
    case = make_case(owner_id=mine.user_id)

    with pytest.raises(NotFound):
        workflow.make("postpone", case, by=other, at=AT, **DATA["postpone"])
    workflow.make("postpone", case, by=mine, at=AT, **DATA["postpone"])

    assert case.status is S.postponed


@pytest.mark.parametrize("role", ["Office Administrator", "Service Specialist", "Sales Director"])
def test_others_decide_nothing(session, make_case, make_actor, role):
    case = make_case()

    with pytest.raises(NotAllowed):
        workflow.make("confirm", case, by=make_actor(role), at=AT, **DATA["confirm"])


def test_an_order_ends_the_silence_whoever_confirms_it(session, make_case, make_history, make_actor):
    case = make_case("postponed")
    customer = session.get(Customer, case.customer_id)
    make_history({"2026-11-20": "10"}, customer=customer)
    order = newest_order(session, customer)

    announce("order.confirm", order, by=make_actor("Service Specialist"), at=AT)

    assert (case.status, case.recovered_by_order_id) == (S.recovered, order.id)


@pytest.mark.parametrize(("day", "amount"), [("2026-01-04", "10"), ("2026-05-20", "10"), ("2026-11-20", "-10")])
def test_an_old_order_or_a_return_ends_no_silence(session, make_case, make_history, day, amount):
    case = make_case()
    customer = session.get(Customer, case.customer_id)
    before = newest_order(session, customer).id
    make_history({day: amount}, customer=customer)

    announce("order.confirm", newest_order(session, customer, after=before), by=BY, at=AT)

    assert case.status is S.warned


def test_entered_orders_end_the_silences_of_their_customers(session, make_case, make_history, make_actor):
    case, other = make_case("lost"), make_case()
    customer = session.get(Customer, case.customer_id)
    make_history({"2026-11-20": "10"}, customer=customer)
    newest = {case.customer_id: date(2026, 11, 20), other.customer_id: date(2026, 11, 20)}

    announce("order.enter", newest, by=make_actor("Office Administrator"), at=AT)

    assert (case.status, other.status) == (S.recovered, S.warned)


def newest_order(session, customer, after: int = 0):
    from app.orders.models import Order

    found = select(Order).where(Order.customer_id == customer.id, Order.id > after).order_by(Order.id.desc())
    return session.scalars(found).first()


def test_a_handed_over_customers_case_goes_along(session, make_case, make_user, make_actor):
    before, after = make_user(), make_user()
    case, done = make_case(owner_id=before.id), make_case("lost", owner_id=before.id)
    customer = session.get(Customer, case.customer_id)
    customer.owner_id = after.id
    session.flush()

    announce("customer.hand_over", customer, by=make_actor("Marketing Director"), at=AT)

    assert (case.owner_id, done.owner_id) == (after.id, before.id)


def test_the_owner_is_told_once_when_the_day_to_look_again_has_come(session, make_case, make_user):
    owner = make_user()
    case = make_case("postponed", owner_id=owner.id, look_again_on=ASOF)
    make_case("postponed", owner_id=owner.id, look_again_on=ASOF + timedelta(days=1))

    assert services.tell_due(session, at=AT) == 1
    assert services.tell_due(session, at=AT) == 0

    told = session.scalars(select(Notification)).one()
    assert (told.user_id, told.kind, told.record_id) == (owner.id, "churn_case.due", case.id)

    session.expire_all()
    workflow.make("postpone", case, by=BY, at=AT, **DATA["postpone"])
    assert services.tell_due(session, at=AT + timedelta(days=14)) == 2
