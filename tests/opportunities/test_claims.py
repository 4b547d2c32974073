"""Claiming from the pool: who is first has it, everybody else is told why not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app.core.actors import Actor, acting_as
from app.core.errors import IllegalMove, NotAllowed, NotFound
from app.opportunities.models import OpportunityStatus as S
from app.opportunities.services import QuotaReached, Taken, claim, update_policy, workflow
from tests.conftest import MOST_THREADS
from tests.support.opportunities import LATER, NEXT_DAY, NOW

SYSTEM = Actor.system("test")
CLAIMANTS = MOST_THREADS


def test_of_fifty_simultaneous_claims_exactly_one_succeeds(own_app):
    with own_app.app_context():
        claimants, pk = _pool_of_one()
    barrier = Barrier(CLAIMANTS)

    def attempt(claimant: Actor) -> str:
        from app.core.database import db, unit_of_work

        with own_app.app_context():
            barrier.wait()
            try:
                with unit_of_work(), acting_as(claimant):
                    claim(pk, by=claimant, at=LATER)
            except Taken as refusal:
                return str(refusal)
            finally:
                db.session.remove()
            return "claimed"

    with ThreadPoolExecutor(CLAIMANTS) as threads:
        answers = Counter(threads.map(attempt, claimants))

    assert answers.pop("claimed") == 1
    assert answers == {"其他同事已在 11:00 抢先拿到这个销售机会。": CLAIMANTS - 1}
    with own_app.app_context():
        assert _state(pk) == (S.developing, 1)


def _pool_of_one() -> tuple[list[Actor], int]:
    from app.accounts.models import User
    from app.core.database import db, unit_of_work
    from app.core.rights import grants
    from app.customers.models import Customer
    from app.opportunities.services import create_opportunity

    with unit_of_work() as session, acting_as(SYSTEM, session):
        users = [
            User(first_name="抢", last_name=f"{n}", username=f"c{n}", email=f"c{n}@example.com", active=True)
            for n in range(CLAIMANTS)
        ]
        customer = Customer(code="T-1", name="宁波恒泰鲜食有限公司", name_key="ningbo", custom={})
        session.add_all([*users, customer])
        session.flush()
        values = {"title": "鲜食标签", "customer_id": customer.id}
        pk = create_opportunity(values, by=SYSTEM, at=NOW).id
        ids = [user.id for user in users]
    db.session.remove()
    return [Actor(user_id, str(user_id), grants("Account Manager")) for user_id in ids], pk


def _state(pk: int) -> tuple[S, int]:
    from app.core.database import db
    from app.opportunities import queries
    from app.opportunities.models import Opportunity

    with acting_as(SYSTEM):
        opportunity = db.session.get(Opportunity, pk)
        rows = list(db.session.scalars(queries.log_of(pk)))
        state = opportunity.status, sum(row.cause == "claim" for row in rows)
    db.session.remove()
    return state


def test_who_claims_has_it_and_sees_its_customer(session, make_opportunity, make_actor):
    from app.core.visibility import sees
    from app.customers.models import Customer

    claimant = make_actor("Account Manager")
    opportunity = make_opportunity("unassigned")

    with acting_as(claimant, session):
        claim(opportunity.id, by=claimant, at=LATER)

    assert (opportunity.owner_id, opportunity.status) == (claimant.user_id, S.developing)
    with acting_as(claimant, session):
        assert sees(session, Customer, opportunity.customer_id)


def test_who_comes_a_moment_too_late_is_told_so_and_later_on_there_is_nothing(session, make_opportunity, make_actor):
    first, second = make_actor("Account Manager"), make_actor("Account Manager")
    opportunity = make_opportunity("unassigned")
    claim(opportunity.id, by=first, at=LATER)

    with acting_as(second, session):
        with pytest.raises(Taken):
            claim(opportunity.id, by=second, at=LATER + timedelta(minutes=9))
        with pytest.raises(NotFound):
            claim(opportunity.id, by=second, at=LATER + timedelta(minutes=11))


def test_somebody_elses_opportunity_that_was_never_in_the_pool_is_not_there(session, make_actor, make_prospect):
    from app.opportunities.services import create_opportunity

    owner, stranger = make_actor("Account Manager"), make_actor("Account Manager")
    with acting_as(owner, session):
        values = {"title": "自己的", "customer_id": make_prospect(owner_id=owner.user_id).id}
        opportunity = create_opportunity(values, by=owner, at=LATER)

    with acting_as(stranger, session), pytest.raises(NotFound):
        claim(opportunity.id, by=stranger, at=LATER)


def test_who_may_not_claim_learns_nothing(session, make_opportunity, make_actor):
    specialist = make_actor("Service Specialist")
    taken, free = make_opportunity(), make_opportunity("unassigned")

    with acting_as(specialist, session):
        for opportunity in (taken, free):
            with pytest.raises(NotFound):
                claim(opportunity.id, by=specialist, at=NOW)


def test_a_director_who_sees_all_is_told_that_it_is_being_developed(session, make_opportunity, make_actor):
    director = make_actor("Admin")

    with acting_as(director, session), pytest.raises(IllegalMove):
        claim(make_opportunity().id, by=director, at=NEXT_DAY)


def test_the_program_itself_claims_nothing(make_opportunity):
    with pytest.raises(NotAllowed):
        claim(make_opportunity("unassigned").id, by=SYSTEM, at=LATER)


@pytest.mark.parametrize("name", ["claim", "advance"])
def test_the_pages_generic_way_of_moving_gives_the_same_reason(session, make_opportunity, make_actor, name):
    first, second = make_actor("Account Manager"), make_actor("Account Manager")
    opportunity = make_opportunity("unassigned")
    with acting_as(second, session):
        claim(opportunity.id, by=first, at=LATER)

        with pytest.raises(Taken if name == "claim" else NotFound):
            workflow.make(name, opportunity, by=second, at=LATER)


def test_nobody_claims_more_than_one_person_can_hold(session, make_opportunity, make_actor):
    claimant = make_actor("Account Manager")
    update_policy({"holding_cap": 2, "daily_claims": 10}, by=SYSTEM, at=NOW)
    pool = [make_opportunity("unassigned") for _ in range(3)]

    with acting_as(claimant, session):
        for opportunity in pool[:2]:
            claim(opportunity.id, by=claimant, at=LATER)
        with pytest.raises(QuotaReached, match="2"):
            claim(pool[2].id, by=claimant, at=LATER)
        workflow.make("win", pool[0], by=claimant, at=LATER, amount=1)
        claim(pool[2].id, by=claimant, at=LATER)

    assert pool[2].owner_id == claimant.user_id


def test_returning_what_one_claimed_does_not_win_back_the_days_claims(session, make_opportunity, make_actor):
    claimant = make_actor("Account Manager")
    update_policy({"daily_claims": 1}, by=SYSTEM, at=NOW)
    first, second = make_opportunity("unassigned"), make_opportunity("unassigned")

    with acting_as(claimant, session):
        claim(first.id, by=claimant, at=LATER)
        workflow.make("return", first, by=claimant, at=LATER)
        with pytest.raises(QuotaReached):
            claim(second.id, by=claimant, at=LATER + timedelta(hours=23))
        claim(second.id, by=claimant, at=LATER + timedelta(hours=25))

    assert second.status is S.developing


def test_who_claims_many_at_the_same_moment_stays_within_the_quota(own_app):
    at_once, cap = 8, 3
    with own_app.app_context():
        claimant, pks = _pool_of_many(at_once, cap)
    barrier = Barrier(at_once)

    def attempt(pk: int) -> bool:
        from app.core.database import db, unit_of_work

        with own_app.app_context():
            barrier.wait()
            try:
                with unit_of_work(), acting_as(claimant):
                    claim(pk, by=claimant, at=LATER)
            except QuotaReached:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(at_once) as threads:
        assert sum(threads.map(attempt, pks)) == cap


def _pool_of_many(count: int, cap: int) -> tuple[Actor, list[int]]:
    from app.accounts.models import User
    from app.core.database import db, unit_of_work
    from app.core.rights import grants
    from app.customers.models import Customer
    from app.opportunities.services import create_opportunity

    with unit_of_work() as session, acting_as(SYSTEM, session):
        user = User(first_name="抢", last_name="多", username="many", email="many@example.com", active=True)
        customers = [Customer(code=f"M-{n}", name=f"第{n}家", name_key=f"{n}", custom={}) for n in range(count)]
        session.add_all([user, *customers])
        session.flush()
        update_policy({"holding_cap": cap}, by=SYSTEM, at=NOW)
        pks = [
            create_opportunity({"title": "标签", "customer_id": customer.id}, by=SYSTEM, at=NOW).id
            for customer in customers
        ]
        user_id = user.id
    db.session.remove()
    return Actor(user_id, "抢多", grants("Account Manager")), pks
