"""The board's sums and cards, compared with the rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.actors import Actor, acting_as
from app.opportunities.models import Opportunity
from app.opportunities.queries.board import CARDS, board
from app.opportunities.services import add_step, workflow
from tests.support.opportunities import LATER, NEXT_DAY, NOW

SYSTEM = Actor.system("test")
MONTH = NOW - timedelta(days=22)


@pytest.fixture
def look(session):
    """The board as an actor sees it at ten o'clock of the next day."""

    def look(actor=SYSTEM, *conditions):
        with acting_as(actor, session):
            return board(session, conditions, now=NEXT_DAY, closed_since=MONTH)

    return look


def test_each_column_has_the_count_and_the_sum_of_its_stage(make_opportunity, look):
    make_opportunity(amount=100)
    make_opportunity(amount=200, probability=50)
    further = make_opportunity(amount=1000, need="洗唛")
    workflow.make("advance", further, by=SYSTEM, at=LATER)
    make_opportunity("unassigned", amount=7)
    make_opportunity("won", amount=30)
    make_opportunity("lost", amount=5)
    make_opportunity("won", amount=999, at=MONTH - timedelta(days=1))

    seen = look()

    columns = {column.code: (column.count, column.amount, column.weighted) for column in seen.stages}
    assert columns == {
        "initial_contact": (2, Decimal(300), Decimal(110)),
        "needs_confirmed": (1, Decimal(1000), Decimal(300)),
        "proposal": (0, Decimal(0), Decimal(0)),
        "negotiation": (0, Decimal(0), Decimal(0)),
    }
    assert (seen.count, seen.amount, seen.weighted) == (3, Decimal(1300), Decimal(410))
    assert [(c.count, c.amount) for c in (seen.won, seen.lost, seen.unassigned)] == [(1, 30), (1, 5), (1, 7)]


def test_a_card_says_whether_a_next_step_is_planned_overdue_or_missing(session, make_opportunity, manager, look):
    bare, late, planned = (make_opportunity(amount=n) for n in (1, 2, 4))
    with acting_as(manager, session):
        for opportunity, due in ((late, LATER), (planned, NEXT_DAY + timedelta(days=1))):
            add_step(opportunity, {"what": "拜访", "kind": "visit", "due_at": due}, by=manager, at=NOW)

    column = look().stages[0]

    assert [(card.opportunity.id, card.step, card.days) for card in column.cards] == [
        (late.id, "late", 1),
        (planned.id, "plan", 1),
        (bare.id, "none", 1),
    ]
    assert column.shares == {"plan": 4, "late": 2, "none": 1}


def test_an_opportunity_that_stays_longer_than_normal_is_marked(make_opportunity, look):
    make_opportunity(at=NEXT_DAY - timedelta(days=15))
    make_opportunity(at=NEXT_DAY - timedelta(days=14))

    assert {card.days: card.is_slow for card in look().stages[0].cards} == {15: True, 14: False}


def test_a_long_column_shows_the_most_urgent_and_counts_the_rest(make_opportunity, make_prospect, look):
    customer = make_prospect()
    for _ in range(CARDS + 2):
        make_opportunity(customer=customer)

    column = look().stages[0]

    assert (len(column.cards), column.count, column.hidden) == (CARDS, CARDS + 2, 2)


def test_a_manager_sees_and_counts_only_their_own(make_opportunity, make_actor, look, manager):
    make_opportunity(amount=100)
    make_opportunity(amount=200, owner_id=make_actor("Account Manager").user_id)

    seen = look(manager)

    assert (seen.count, seen.amount) == (1, Decimal(100))


def test_conditions_narrow_sums_and_cards_alike(make_opportunity, look):
    make_opportunity(amount=100)
    make_opportunity(amount=200)

    column = look(SYSTEM, Opportunity.amount > 150).stages[0]

    assert (column.count, column.amount, len(column.cards)) == (1, Decimal(200), 1)
