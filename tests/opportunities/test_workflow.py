"""Every move from every status, and who may make it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.core import notifications
from app.core.actors import Actor, acting_as
from app.core.errors import IllegalMove, Invalid, NotAllowed
from app.customers.models import CustomerStatus, Plan
from app.opportunities import queries
from app.opportunities.models import OpportunityStatus as S
from app.opportunities.services import add_step, keep_closed, workflow
from tests.support.opportunities import LATER, NEXT_DAY, NOW

SYSTEM = Actor.system("test")
STAGES = ("initial_contact", "needs_confirmed", "proposal", "negotiation")


@pytest.fixture
def data(make_actor):
    """What each move needs, for an opportunity in the second stage."""
    somebody = make_actor("Account Manager")
    return {
        "assign": {"owner_id": somebody.user_id},
        "reassign": {"owner_id": somebody.user_id},
        "lose": {"lost_reason": "price"},
    }


@pytest.mark.parametrize("move", workflow.moves, ids=lambda move: move.name)
@pytest.mark.parametrize("status", S)
def test_a_move_is_possible_exactly_from_its_sources(make_opportunity, make_actor, data, move, status):
    actor = make_actor("Admin") if move.name == "claim" else SYSTEM
    opportunity = make_opportunity(status)
    if status is S.developing:
        workflow.make("advance", opportunity, by=SYSTEM, at=NOW, need="洗唛 20 万片")

    if status in move.sources:
        workflow.make(move.name, opportunity, by=actor, at=NEXT_DAY, **data.get(move.name, {}))
        assert opportunity.status is move.target
    else:
        with pytest.raises(IllegalMove):
            workflow.make(move.name, opportunity, by=actor, at=NEXT_DAY, **data.get(move.name, {}))
        assert opportunity.status is status


@pytest.mark.parametrize("move", workflow.moves, ids=lambda move: move.name)
def test_without_its_right_a_move_is_refused(make_opportunity, manager, data, move):
    opportunity = make_opportunity(next(iter(move.sources)))
    rights = manager.rights | {"opportunity.see_all"}
    nearly = Actor(manager.user_id, manager.name, rights=rights - {f"opportunity.{move.permission}"})

    with pytest.raises(NotAllowed):
        workflow.make(move.name, opportunity, by=nearly, at=LATER, **data.get(move.name, {}))


@pytest.mark.parametrize("move", ["advance", "win", "lose", "return"])
def test_who_only_sees_the_customer_does_not_move_somebody_elses_opportunity(
    make_opportunity, make_prospect, make_actor, data, move
):
    onlooker = make_actor("Account Manager")
    opportunity = make_opportunity(customer=make_prospect(owner_id=onlooker.user_id))

    with pytest.raises(NotAllowed):
        workflow.make(move, opportunity, by=onlooker, at=LATER, **data.get(move, {}))


def test_advancing_asks_for_the_fields_of_every_stage_on_the_way(make_opportunity, manager):
    opportunity = make_opportunity(amount=None)

    with acting_as(manager), pytest.raises(Invalid) as refusal:
        workflow.make("advance", opportunity, by=manager, at=LATER, stage="negotiation")

    assert set(refusal.value.fields) == {"need", "amount", "expected_close"}
    assert opportunity.stage == "initial_contact"


def test_advancing_takes_the_missing_fields_and_the_stages_probability(make_opportunity, manager):
    opportunity = make_opportunity(amount=None)

    with acting_as(manager):
        values = {"need": "年度框架", "amount": "86,500", "expected_close": "2026-12-31"}
        workflow.make("advance", opportunity, by=manager, at=LATER, stage="negotiation", **values)

    assert (opportunity.stage, opportunity.probability, opportunity.stage_since) == ("negotiation", 70, LATER)
    assert opportunity.amount == Decimal("86500.00")


def test_without_a_stage_an_opportunity_advances_to_the_next_and_goes_back_to_the_one_before(make_opportunity, manager):
    opportunity = make_opportunity(need="洗唛", expected_close="2026-12-31")

    with acting_as(manager):
        passed = []
        for _ in STAGES[1:]:
            workflow.make("advance", opportunity, by=manager, at=LATER)
            passed.append(opportunity.stage)
        workflow.make("go_back", opportunity, by=manager, at=NEXT_DAY)

    assert passed == list(STAGES[1:])
    assert (opportunity.stage, opportunity.probability) == ("proposal", 50)


@pytest.mark.parametrize(
    ("move", "stage", "target"),
    [("advance", "negotiation", None), ("go_back", "initial_contact", None)],
)
def test_beyond_the_first_and_the_last_stage_there_is_nothing(make_opportunity, manager, move, stage, target):
    opportunity = make_opportunity(need="洗唛", expected_close="2026-12-31")

    with acting_as(manager):
        if stage == "negotiation":
            workflow.make("advance", opportunity, by=manager, at=LATER, stage=stage)
        with pytest.raises(IllegalMove):
            workflow.make(move, opportunity, by=manager, at=LATER)


@pytest.mark.parametrize(("move", "stage"), [("advance", "initial_contact"), ("advance", "x"), ("go_back", "proposal")])
def test_a_stage_on_the_wrong_side_is_refused(make_opportunity, manager, move, stage):
    opportunity = make_opportunity(need="洗唛")

    with acting_as(manager):
        workflow.make("advance", opportunity, by=manager, at=LATER)
        with pytest.raises(Invalid) as refusal:
            workflow.make(move, opportunity, by=manager, at=LATER, stage=stage)

    assert "stage" in refusal.value.fields


@pytest.mark.parametrize("amount", ["-1", "NaN", "1e309", "abc", "99999999999999"])
def test_an_impossible_amount_advances_nothing(make_opportunity, manager, amount):
    opportunity = make_opportunity(need="洗唛")

    with acting_as(manager), pytest.raises(Invalid) as refusal:
        workflow.make("advance", opportunity, by=manager, at=LATER, amount=amount)

    assert set(refusal.value.fields) == {"amount"}


def test_a_win_fixes_amount_and_date_and_makes_the_prospect_a_customer(make_opportunity, manager):
    opportunity = make_opportunity()

    with acting_as(manager):
        workflow.make("win", opportunity, by=manager, at=LATER, amount="45,000.50")
        customer = opportunity.customer

    assert (opportunity.amount, opportunity.closed_at, opportunity.probability) == (Decimal("45000.50"), LATER, 100)
    assert customer.status is CustomerStatus.active


def test_a_win_by_a_team_leader_activates_a_customer_of_another_team(
    make_opportunity, make_prospect, make_actor, manager
):
    stranger = make_actor("Account Manager")
    leader = make_actor("Account Manager")
    leader = Actor(leader.user_id, leader.name, leader.rights, people=frozenset({leader.user_id, manager.user_id}))
    customer = make_prospect(owner_id=stranger.user_id)
    opportunity = make_opportunity(customer=customer)

    workflow.make("win", opportunity, by=leader, at=LATER)

    assert customer.status is CustomerStatus.active


def test_a_win_without_an_amount_is_refused_and_the_prospect_stays_one(make_opportunity, manager):
    opportunity = make_opportunity(amount=None)

    with acting_as(manager), pytest.raises(Invalid) as refusal:
        workflow.make("win", opportunity, by=manager, at=LATER)

    assert set(refusal.value.fields) == {"amount"}
    assert opportunity.customer.status is CustomerStatus.prospect


@pytest.mark.parametrize("reason", [None, "", "not_in_the_list"])
def test_a_loss_needs_a_reason_of_the_list(make_opportunity, manager, reason):
    opportunity = make_opportunity()

    with acting_as(manager), pytest.raises(Invalid) as refusal:
        workflow.make("lose", opportunity, by=manager, at=LATER, lost_reason=reason)

    assert set(refusal.value.fields) == {"lost_reason"}
    assert opportunity.status is S.developing


def test_a_reopened_loss_forgets_its_reason_and_goes_on_where_it_was(make_opportunity, director):
    opportunity = make_opportunity("lost")

    workflow.make("reopen", opportunity, by=director, at=LATER)

    assert (opportunity.closed_at, opportunity.lost_reason, opportunity.probability) == (None, None, 10)


def test_an_opportunity_that_another_record_refers_to_stays_closed(make_opportunity, director, session, monkeypatch):
    from app.opportunities.services import references

    monkeypatch.setattr(references, "_references", [])
    keep_closed(Plan.opportunity_id, "There is a plan.")
    opportunity = make_opportunity("won")
    workflow.make("reopen", opportunity, by=director, at=LATER)
    with acting_as(SYSTEM, session):
        add_step(opportunity, {"what": "拜访", "kind": "visit", "due_at": NEXT_DAY}, by=SYSTEM, at=LATER)
    workflow.make("win", opportunity, by=director, at=LATER)

    with pytest.raises(IllegalMove, match="There is a plan"):
        workflow.make("reopen", opportunity, by=director, at=LATER)


@pytest.mark.parametrize("role", ["Service Specialist", "Sales Director"])
def test_an_opportunity_is_given_only_to_somebody_who_develops_opportunities(
    make_opportunity, make_actor, director, role
):
    opportunity = make_opportunity("unassigned")

    with pytest.raises(Invalid) as refusal:
        workflow.make("assign", opportunity, by=director, at=LATER, owner_id=make_actor(role).user_id)

    assert "owner_id" in refusal.value.fields


def test_an_opportunity_is_not_given_to_somebody_who_has_left(make_opportunity, make_actor, director):
    opportunity = make_opportunity("unassigned")
    gone = make_actor("Account Manager", active=False)

    with pytest.raises(Invalid):
        workflow.make("assign", opportunity, by=director, at=LATER, owner_id=gone.user_id)


def test_open_plans_and_the_sight_of_the_customer_go_to_the_new_owner(
    session, make_opportunity, make_prospect, make_actor, director, manager
):
    customer = make_prospect(owner_id=make_actor("Account Manager").user_id)
    opportunity = make_opportunity(customer=customer)
    successor = make_actor("Account Manager")
    with acting_as(manager, session):
        step = add_step(opportunity, {"what": "寄样", "kind": "visit", "due_at": NEXT_DAY}, by=manager, at=LATER)

    workflow.make("reassign", opportunity, by=director, at=LATER, owner_id=successor.user_id)

    assert step.owner_id == successor.user_id
    assert sees(session, successor, customer)
    assert not sees(session, manager, customer)


def test_who_has_another_opportunity_of_the_customer_keeps_seeing_it(
    session, make_opportunity, make_prospect, make_actor, director, manager
):
    customer = make_prospect(owner_id=make_actor("Account Manager").user_id)
    make_opportunity(customer=customer)
    second = make_opportunity(customer=customer)

    workflow.make("return", second, by=manager, at=LATER)

    assert sees(session, manager, customer)


def test_a_customer_of_nobodys_becomes_the_owners(session, make_opportunity, make_prospect, manager):
    customer = make_prospect()

    make_opportunity(customer=customer)

    assert customer.owner_id == manager.user_id


def test_every_change_is_kept_with_its_time_so_that_a_past_pipeline_can_be_rebuilt(session, make_opportunity, manager):
    opportunity = make_opportunity(need="洗唛")
    with acting_as(manager, session):
        workflow.make("advance", opportunity, by=manager, at=LATER)
        workflow.make("win", opportunity, by=manager, at=NEXT_DAY, amount=40_000)

    rows = list(session.scalars(queries.log_of(opportunity.id)))
    stood = {
        at: [(row.status, row.stage, row.amount) for row in session.scalars(queries.as_it_stood(at))]
        for at in (NOW - timedelta(seconds=1), LATER, NEXT_DAY)
    }

    assert [row.cause for row in rows] == ["create", "assign", "advance", "win"]
    assert stood == {
        NOW - timedelta(seconds=1): [],
        LATER: [(S.developing, "needs_confirmed", Decimal(48_000))],
        NEXT_DAY: [(S.won, "needs_confirmed", Decimal(40_000))],
    }


@pytest.mark.parametrize("move", ["assign", "reassign"])
def test_who_is_given_an_opportunity_is_told_so(session, make_opportunity, make_actor, director, move):
    opportunity = make_opportunity("unassigned" if move == "assign" else "developing")
    owner = make_actor("Account Manager")

    workflow.make(move, opportunity, by=director, at=LATER, owner_id=owner.user_id)

    (message,) = notifications.page(session, owner.user_id)
    sentence = notifications.notice_of(message.kind).sentence(message.words)
    assert sentence == f"{director.name} 把销售机会“酒店布草洗唛”交给了您"
    assert message.record_id == opportunity.id


def test_who_claims_needs_no_message(session, make_opportunity, make_actor):
    claimant = make_actor("Account Manager")

    workflow.make("claim", make_opportunity("unassigned"), by=claimant, at=LATER)

    assert notifications.page(session, claimant.user_id) == []


def sees(session: Any, actor: Actor, customer: Any) -> bool:
    from app.customers.models import Customer

    fresh = Actor(actor.user_id, actor.name, actor.rights, actor.people)
    with acting_as(fresh, session):
        return session.scalar(select(Customer.id).where(Customer.id == customer.id)) is not None
