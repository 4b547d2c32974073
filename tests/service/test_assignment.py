"""The specialist with the least open work gets the next request."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.actors import Actor, acting_as
from app.core.errors import Invalid, NotAllowed
from app.service.models import RequestStatus, ServiceRequest
from app.service.services import create_request, least_loaded, workflow

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def minutes(count):
    return NOW + timedelta(minutes=count)


def test_least_open_work_goes_first(make_request, make_user, director, specialist):
    busy, free = specialist.user_id, make_user("Service Specialist").id
    make_request("assigned", owner_id=free)
    make_request("assigned", owner_id=busy)
    make_request("assigned", owner_id=busy)
    request = make_request()

    workflow.make("assign", request, by=director, at=NOW)

    assert request.owner_id == free


def test_work_that_whoever_assigns_does_not_see_counts(make_request, make_user, make_actor, make_customer, specialist):
    busy, free = specialist.user_id, make_user("Service Specialist").id
    assert busy < free, "of equals the lowest key would be next"
    make_request("assigned", owner_id=busy)
    seller = make_actor("Account Manager")
    mine = make_customer(owner_id=seller.user_id)

    with acting_as(seller):
        request = create_request(
            {"type": "repair", "text": "打不出来", "customer_id": mine.id, "assignment": "automatic"}, by=seller, at=NOW
        )

    assert request.owner_id == free


def test_reassigning_automatically_takes_it_to_somebody_else(make_request, make_user, director, specialist):
    other = make_user("Service Specialist").id
    make_request("assigned", owner_id=other)
    make_request("assigned", owner_id=other)
    request = make_request("assigned", owner_id=specialist.user_id)

    workflow.make("reassign", request, by=director, at=NOW)

    assert request.owner_id == other


def test_only_what_is_still_to_be_processed_counts(session, make_request, make_user, specialist):
    done, busy = specialist.user_id, make_user("Service Specialist").id
    for _each in range(3):
        make_request("processed", owner_id=done)
        make_request("archived", owner_id=done)
    make_request("assigned", owner_id=busy)

    assert least_loaded(session) == done


def test_of_equals_the_one_who_waits_longest_is_next(session, make_request, make_user, specialist):
    first, second = specialist.user_id, make_user("Service Specialist").id
    make_request("assigned", owner_id=second, at=minutes(1))
    make_request("assigned", owner_id=first, at=minutes(2))

    assert least_loaded(session) == second


def test_who_never_got_one_is_next_and_then_the_lowest_key(session, make_user, specialist):
    make_user("Service Specialist")

    assert least_loaded(session) == specialist.user_id
    assert least_loaded(session) == specialist.user_id, "asking changes nothing"


def test_administrators_directors_and_leavers_are_not_asked(session, make_user, specialist):
    from app.accounts.models import User

    for role in ("Admin", "Marketing Director", "Account Manager"):
        make_user(role)
    session.get(User, specialist.user_id).active = False
    session.flush()

    assert least_loaded(session) is None


def test_a_role_an_administrator_made_counts_when_it_may_process(session, make_user):
    from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu

    right = session.scalars(
        select(PermissionView)
        .join(PermissionView.permission)
        .join(PermissionView.view_menu)
        .where(Permission.name == "can_process", ViewMenu.name == "service_request")
    ).one()
    session.add(Role(name="Workshop", permissions=[right]))
    session.flush()
    mechanic = make_user("Workshop")

    assert least_loaded(session) == mechanic.id


def test_nobody_to_assign_to_is_said(session, make_request, make_user, director, specialist):
    from app.accounts.models import User

    request = make_request()
    session.get(User, specialist.user_id).active = False
    session.flush()

    with pytest.raises(Invalid):
        workflow.make("assign", request, by=director, at=NOW)


def test_entering_can_assign_at_once(session, make_customer, specialist, make_actor):
    values = {"customer_id": make_customer().id, "type": "repair", "text": "开不了机", "assignment": "automatic"}
    caller = make_actor("Service Specialist")

    with acting_as(caller):
        request = create_request(values, by=caller, at=NOW)

    assert (request.status, request.owner_id) == (RequestStatus.assigned, specialist.user_id)


def test_without_specialists_an_automatic_one_waits_for_the_director(session, make_customer, director):
    values = {"customer_id": make_customer().id, "type": "repair", "text": "开不了机", "assignment": "automatic"}
    if least_loaded(session) is not None:
        from app.accounts.models import User

        for user in session.scalars(select(User)):
            user.active = False
        session.flush()

    with acting_as(director):
        request = create_request(values, by=director, at=NOW)

    assert request.status is RequestStatus.created


def test_the_director_chooses_while_entering_and_a_specialist_may_not(session, make_customer, specialist, director):
    values = {
        "customer_id": make_customer().id,
        "type": "repair",
        "text": "坏了",
        "assignment": str(specialist.user_id),
    }

    with acting_as(director):
        assert create_request(values, by=director, at=NOW).owner_id == specialist.user_id
    with acting_as(specialist), pytest.raises(NotAllowed):
        create_request(values, by=specialist, at=NOW)
    with acting_as(director), pytest.raises(Invalid):
        create_request({**values, "assignment": "somebody"}, by=director, at=NOW)


@pytest.fixture
def committed(own_app):
    """Four specialists and a customer that threads with connections of their own can see."""
    from flask_appbuilder.security.sqla.models import Role

    from app.accounts.models import User
    from app.core.database import db
    from app.core.pinyin import name_key
    from app.customers.models import Customer

    with own_app.app_context(), acting_as(Actor.system("test")):
        role = db.session.scalars(select(Role).where(Role.name == "Service Specialist")).one()
        people = [
            User(first_name="F", last_name=f"L{n}", username=f"thread{n}", email=f"thread{n}@example.com", active=True)
            for n in range(4)
        ]
        for user in people:
            user.roles = [role]
        customer = Customer(code="THREADS", name="并发测试公司", name_key=name_key("并发测试公司"), custom={})
        db.session.add_all([*people, customer])
        db.session.commit()
        ids = [user.id for user in people], customer.id
        db.session.remove()
    return ids


def test_requests_assigned_at_once_are_spread_evenly(own_app, committed):
    from app.core.database import db

    people, customer_id = committed
    caller = Actor.system("caller")
    values = {"customer_id": customer_id, "type": "complaint", "text": "同时来电"}
    with own_app.app_context(), acting_as(caller):
        waiting = [create_request(values, by=caller, at=NOW).id for _each in range(12)]
        db.session.commit()
        db.session.remove()
    barrier, failures = threading.Barrier(len(waiting)), []

    def assign(pk):
        with own_app.app_context(), acting_as(caller):
            try:
                barrier.wait(10)
                workflow.make("assign", db.session.get(ServiceRequest, pk), by=caller, at=NOW)
                db.session.commit()
            except Exception as problem:
                failures.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=assign, args=(pk,)) for pk in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    with own_app.app_context(), acting_as(caller):
        owners = db.session.scalars(select(ServiceRequest.owner_id).where(ServiceRequest.id.in_(waiting))).all()
        db.session.remove()
    assert sorted(owners.count(person) for person in people) == [3, 3, 3, 3]


def test_what_somebody_is_responsible_for_counts_requests_without_their_log(session, make_request, specialist):
    from app.accounts.queries import holdings

    make_request("processed", owner_id=specialist.user_id)

    assert holdings(session, specialist.user_id) == [("service_request", 1)]
