"""Who sees which opportunity, and how much of it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.core.actors import Actor, acting_as
from app.core.errors import NotAllowed, NotFound
from app.core.visibility import find
from app.customers.models import AccessReason, Customer
from app.customers.services import grant_access
from app.opportunities import queries
from app.opportunities.models import Opportunity
from app.opportunities.services import update_opportunity, workflow
from tests.support.opportunities import LATER, NOW

pytestmark = pytest.mark.usefixtures("reach")


@pytest.fixture
def others(make_opportunity, make_actor):
    """(an unassigned opportunity, one of another manager)."""
    stranger = make_actor("Account Manager")
    return make_opportunity("unassigned"), make_opportunity(owner_id=stranger.user_id)


def seen(session, actor):
    with acting_as(actor, session):
        return set(session.scalars(select(Opportunity.id)))


@pytest.mark.parametrize(
    ("role", "sees_pool", "sees_others"),
    [
        ("Admin", True, True),
        ("Marketing Director", True, True),
        ("Sales Director", True, True),
        ("Office Administrator", True, True),
        ("Account Manager", True, False),
        ("Service Specialist", False, False),
    ],
)
def test_each_role_sees_what_it_may_work_with(session, make_actor, others, role, sees_pool, sees_others):
    pool, of_another = others

    visible = seen(session, make_actor(role))

    assert (pool.id in visible, of_another.id in visible) == (sees_pool, sees_others)


def test_a_role_that_may_only_claim_sees_only_the_pool(session, others):
    pool, of_another = others
    claimant = Actor(4711, "", frozenset({"opportunity.claim"}))

    assert seen(session, claimant) == {pool.id}
    assert of_another.id not in seen(session, claimant)
    with acting_as(claimant, session):
        assert not queries.sees_whole(session, pool, claimant)


def test_a_leader_sees_the_opportunities_of_the_team(session, make_opportunity, make_actor, manager):
    leader = make_actor("Account Manager")
    of_the_team = make_opportunity()

    alone, leading = leader, Actor(leader.user_id, "", leader.rights, people=frozenset({manager.user_id}))

    assert of_the_team.id not in seen(session, alone)
    assert of_the_team.id in seen(session, leading)


def test_a_collaborator_sees_the_customers_opportunities(session, make_opportunity, make_actor):
    opportunity, collaborator = make_opportunity(), make_actor("Account Manager")
    assert opportunity.id not in seen(session, collaborator)

    grant_access(session, opportunity.customer_id, collaborator.user_id, AccessReason.collaborator)

    assert opportunity.id in seen(session, collaborator)


def test_a_counted_list_counts_only_what_is_visible(session, make_opportunity, make_actor):
    mine = make_actor("Account Manager")
    make_opportunity(owner_id=mine.user_id)
    make_opportunity()

    with acting_as(mine, session):
        count = session.scalar(select(func.count()).select_from(select(Opportunity).subquery()))

    assert count == 1


def test_the_pool_shows_its_customers_name_but_not_the_customer(session, make_opportunity, make_prospect, make_actor):
    stranger, claimant = make_actor("Account Manager"), make_actor("Account Manager")
    customer = make_prospect("绍兴黄酒酿造有限公司", owner_id=stranger.user_id, region_name="浙江省绍兴市")
    free, taken = make_opportunity("unassigned", customer=customer), make_opportunity(customer=customer)

    with acting_as(claimant, session):
        shown = queries.pool_customers(session, [free.id, taken.id])
        customer_is_visible = find(session, Customer, customer.id) is not None
        whole = queries.sees_whole(session, free, claimant)

    assert {pk: (found.name, found.region_name) for pk, found in shown.items()} == {
        free.id: ("绍兴黄酒酿造有限公司", "浙江省绍兴市")
    }
    assert not customer_is_visible
    assert not whole


def test_who_owns_the_customer_sees_an_unassigned_opportunity_whole(
    session, make_opportunity, make_prospect, make_actor
):
    owner = make_actor("Account Manager")
    opportunity = make_opportunity("unassigned", customer=make_prospect(owner_id=owner.user_id))

    assert queries.sees_whole(session, opportunity, owner)


def test_what_is_in_the_pool_is_claimed_before_it_is_changed(session, others, manager):
    pool, _of_another = others

    with acting_as(manager, session), pytest.raises(NotAllowed):
        update_opportunity(pool, {"title": "改了"}, by=manager, at=LATER)

    assert pool.title == "酒店布草洗唛"


def test_a_move_on_an_invisible_opportunity_finds_nothing(session, others, manager):
    _pool, of_another = others

    for move in ("advance", "win", "lose", "return"):
        with pytest.raises(NotFound):
            workflow.make(move, of_another, by=manager, at=LATER)


def test_opportunities_without_a_next_step_are_those_with_no_open_plan(session, make_opportunity, manager):
    from app.customers.services.plans import finish_plan
    from app.opportunities.services import add_step

    bare, planned, done = make_opportunity(), make_opportunity(), make_opportunity()
    make_opportunity("won")
    with acting_as(manager, session):
        add_step(planned, {"what": "拜访", "kind": "visit", "due_at": LATER}, by=manager, at=NOW)
        step = add_step(done, {"what": "拜访", "kind": "visit", "due_at": LATER}, by=manager, at=NOW)
        finish_plan(step, by=manager, at=NOW)

        found = {opportunity.id for opportunity in session.scalars(queries.without_next_step())}

    assert found == {bare.id, done.id}
