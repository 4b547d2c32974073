"""Entering, editing, deleting and finding service requests, and whose they are to see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core.actors import Actor, acting_as
from app.core.audit import AuditEntry
from app.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from app.core.kept import reconcile, repair
from app.service import queries
from app.service.models import Priority, RequestStatus, ServiceRequest, ServiceRequestLog
from app.service.services import (
    create_request,
    delete_request,
    find_caller,
    note_response,
    restore_request,
    update_request,
    workflow,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def hours(count):
    return NOW + timedelta(hours=count)


def satisfaction_of(session, customer):
    session.flush()
    return session.scalar(select(type(customer).satisfaction).where(type(customer).id == customer.id))


# --- entering ---


def test_entering_leaves_everything_a_request_needs(session, make_customer, specialist):
    customer = make_customer()

    with acting_as(specialist):
        request = create_request(
            {"customer_id": customer.id, "type": "complaint", "text": " 标签掉色\r\n第二批 ", "channel": "phone"},
            by=specialist,
            at=NOW,
        )

    assert request.number.startswith("FW-2026-")
    assert (request.status, request.priority, request.text) == ("created", Priority.normal, "标签掉色\n第二批")
    assert request.response_due_at > NOW
    assert (request.received_at, request.created_by_id) == (NOW, specialist.user_id)
    assert session.scalars(queries.log_of(request.id)).one().move == "create"
    audit = session.scalars(
        select(AuditEntry).where(AuditEntry.kind == "service_request", AuditEntry.record_id == request.id)
    ).one()
    assert (audit.action, audit.actor_id) == ("create", specialist.user_id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "praise"}, "type"),
        ({"text": "   "}, "text"),
        ({"text": "长" * 5_001}, "text"),
        ({"priority": "panic"}, "priority"),
        ({"channel": "pigeon"}, "channel"),
        ({"severity": "deadly"}, "severity"),
        ({"upheld": "maybe"}, "upheld"),
        ({"customer_id": None}, "customer_id"),
        ({"customer_id": 999_999}, "customer_id"),
        ({"customer_id": 10**30}, "customer_id"),
        ({"customer_id": "1; DROP TABLE"}, "customer_id"),
        ({"contact_id": 999_999}, "contact_id"),
        ({"product_id": 999_999}, "product_id"),
        ({"responsible_id": 999_999}, "responsible_id"),
        ({"serial_number": "x" * 81}, "serial_number"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(session, make_customer, specialist, values, field):
    entered = {"customer_id": make_customer().id, "type": "repair", "text": "坏了", **values}

    with acting_as(specialist), pytest.raises(Invalid) as refusal:
        create_request(entered, by=specialist, at=NOW)

    assert field in refusal.value.fields
    assert session.scalar(select(func.count(ServiceRequest.id))) == 0


@pytest.mark.parametrize("field", ["status", "owner_id", "number", "satisfaction", "response_due_at"])
def test_what_the_system_keeps_is_not_entered(make_customer, specialist, field):
    with acting_as(specialist), pytest.raises(Invalid):
        create_request(
            {"customer_id": make_customer().id, "type": "repair", "text": "坏了", field: 1}, by=specialist, at=NOW
        )


def test_the_contact_is_one_of_the_customer(session, make_customer, specialist):
    from app.customers.models import Contact

    ours, theirs = make_customer("甲公司"), make_customer("乙公司")
    stranger = Contact(customer_id=theirs.id, name="王五", name_key="wangwu", tags=[], consent=[], custom={})
    session.add(stranger)
    session.flush()

    with acting_as(specialist), pytest.raises(Invalid) as refusal:
        create_request(
            {"customer_id": ours.id, "contact_id": stranger.id, "type": "repair", "text": "坏了"}, by=specialist, at=NOW
        )

    assert "contact_id" in refusal.value.fields


@pytest.mark.parametrize("role", ["Office Administrator", "Sales Director"])
def test_readers_enter_nothing(make_customer, make_actor, role):
    actor = make_actor(role)

    with acting_as(actor), pytest.raises(NotAllowed):
        create_request({"customer_id": make_customer().id, "type": "repair", "text": "坏了"}, by=actor, at=NOW)


def test_a_manager_enters_requests_of_own_customers_only(make_customer, make_actor):
    manager = make_actor("Account Manager")
    own, foreign = make_customer("甲公司", owner_id=manager.user_id), make_customer("乙公司")

    with acting_as(manager):
        assert create_request({"customer_id": own.id, "type": "repair", "text": "坏了"}, by=manager, at=NOW).id
        with pytest.raises(Invalid):
            create_request({"customer_id": foreign.id, "type": "repair", "text": "坏了"}, by=manager, at=NOW)


# --- editing, deleting ---


def test_editing_changes_only_what_it_names(make_request, specialist):
    request = make_request("assigned", serial_number="SN-1")

    with acting_as(specialist):
        update_request(request, {"text": "第三批也掉色", "upheld": None, "severity": "minor"}, by=specialist, at=NOW)

    assert (request.text, request.serial_number, request.severity) == ("第三批也掉色", "SN-1", "minor")


@pytest.mark.parametrize("field", ["status", "owner_id", "customer_id", "satisfaction", "number"])
def test_editing_does_not_reach_what_moves_change(make_request, specialist, field):
    request = make_request("assigned")

    with acting_as(specialist), pytest.raises(Invalid):
        update_request(request, {field: 1}, by=specialist, at=NOW)


def test_the_archive_is_not_edited(make_request, specialist):
    request = make_request("archived")

    with acting_as(specialist), pytest.raises(IllegalMove):
        update_request(request, {"text": "其他"}, by=specialist, at=NOW)


def test_readers_edit_and_answer_nothing(make_request, make_actor):
    request, reader = make_request("assigned"), make_actor("Sales Director")

    with acting_as(reader):
        with pytest.raises(NotAllowed):
            update_request(request, {"text": "其他"}, by=reader, at=NOW)
        with pytest.raises(NotAllowed):
            note_response(request, by=reader, at=NOW)
        with pytest.raises(NotAllowed):
            delete_request(request, by=reader, at=NOW)
        with pytest.raises(NotAllowed):
            restore_request(request.id, by=reader, at=NOW)


def test_a_processed_request_needs_no_first_answer(make_request, specialist):
    request = make_request("processed")

    with acting_as(specialist), pytest.raises(IllegalMove):
        note_response(request, by=specialist, at=NOW)


def test_what_is_deleted_is_gone_until_it_is_restored(session, make_request, make_actor):
    request, admin = make_request(), make_actor("Admin")

    with acting_as(admin):
        delete_request(request, by=admin, at=NOW)
        assert session.scalars(select(ServiceRequest)).all() == []

        assert restore_request(request.id, by=admin, at=NOW) is request
        assert session.scalars(select(ServiceRequest)).all() == [request]
        with pytest.raises(NotFound):
            restore_request(999_999, by=admin, at=NOW)


# --- satisfaction of the customer ---


def test_an_imported_satisfaction_counts_until_the_first_rating(session, make_customer, make_request, specialist):
    customer = make_customer(satisfaction=Decimal("2.50"))
    request = make_request("processed", customer=customer.id)
    assert satisfaction_of(session, customer) == Decimal("2.50")

    workflow.make("record_feedback", request, by=specialist, at=NOW, satisfaction=4)

    assert satisfaction_of(session, customer) == 4


def test_the_last_five_rated_requests_count(session, make_customer, make_request):
    customer = make_customer()
    for hour, rating in enumerate((3, 5, 5, 4, 4, 3)):
        make_request("reviewed", customer=customer.id, satisfaction=rating, at=hours(hour))
    make_request("processed", customer=customer.id, at=hours(9))

    assert satisfaction_of(session, customer) == Decimal("4.20")
    assert reconcile(session, NOW.date()) == []


def test_a_second_rating_replaces_the_first_of_the_same_request(session, make_customer, make_request, specialist):
    customer = make_customer()
    request = make_request("processed", customer=customer.id)
    workflow.make("record_feedback", request, by=specialist, at=NOW, satisfaction=1)
    assert satisfaction_of(session, customer) == 1

    workflow.make("process", request, by=specialist, at=NOW, solution="全部换新")
    workflow.make("record_feedback", request, by=specialist, at=hours(1), satisfaction=5)

    assert satisfaction_of(session, customer) == 5


def test_a_rating_is_no_edit_of_the_customer(session, make_customer, make_request):
    customer = make_customer()
    version = customer.version

    make_request("reviewed", customer=customer.id)

    session.refresh(customer)
    assert customer.version == version


def test_a_deleted_rating_counts_no_longer(session, make_customer, make_request, make_actor):
    customer, admin = make_customer(), make_actor("Admin")
    make_request("reviewed", customer=customer.id, satisfaction=5)
    bad = make_request("reviewed", customer=customer.id, satisfaction=3, at=hours(1))
    assert satisfaction_of(session, customer) == 4

    with acting_as(admin):
        delete_request(bad, by=admin, at=NOW)
        assert satisfaction_of(session, customer) == 5
        restore_request(bad.id, by=admin, at=NOW)
        assert satisfaction_of(session, customer) == 4


def test_without_any_rating_left_the_customer_is_not_rated(session, make_customer, make_request, make_actor):
    customer, admin = make_customer(), make_actor("Admin")
    only = make_request("reviewed", customer=customer.id)

    with acting_as(admin):
        delete_request(only, by=admin, at=NOW)

    assert satisfaction_of(session, customer) is None


def test_reconcile_names_what_is_wrong(session, make_customer, make_request):
    customer = make_customer()
    make_request("reviewed", customer=customer.id, satisfaction=5)
    customer.satisfaction = Decimal("1.00")
    session.flush()

    (wrong,) = reconcile(session, NOW.date())
    assert (wrong.key, wrong.field, wrong.kept, wrong.true) == (customer.id, "satisfaction", Decimal(1), Decimal(5))

    repair(session, [wrong], NOW.date())

    assert reconcile(session, NOW.date()) == []
    assert satisfaction_of(session, customer) == 5


def test_reconcile_finds_a_mean_of_no_rating(session, make_customer):
    customer = make_customer()
    customer.satisfaction = Decimal("4.00")
    session.flush()

    found = reconcile(session, NOW.date())

    assert [(one.key, one.true) for one in found] == [(customer.id, None)]


# --- who sees what ---


@pytest.fixture
def everyone(make_customer, make_request, make_actor, specialist):
    manager = make_actor("Account Manager")
    others = make_actor("Service Specialist")
    customer = make_customer("甲公司", owner_id=manager.user_id)
    requests = {
        "waiting": make_request("created"),
        "mine": make_request("assigned"),
        "theirs": make_request("assigned", owner_id=others.user_id),
        "customers": make_request("assigned", owner_id=others.user_id, customer=customer.id),
        "archive": make_request("archived", owner_id=others.user_id),
    }
    return {"specialist": specialist, "others": others, "manager": manager}, requests


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("specialist", {"waiting", "mine", "archive"}),
        ("others", {"waiting", "theirs", "customers", "archive"}),
        ("manager", {"customers"}),
        ("Marketing Director", {"waiting", "mine", "theirs", "customers", "archive"}),
        ("Sales Director", {"waiting", "mine", "theirs", "customers", "archive"}),
        ("Office Administrator", {"waiting", "mine", "theirs", "customers", "archive"}),
    ],
)
def test_everyone_sees_what_their_work_needs(session, everyone, make_actor, who, sees):
    people, requests = everyone
    actor = people.get(who) or make_actor(who)

    with acting_as(actor):
        found = set(session.scalars(select(ServiceRequest.id)))
        logged = set(session.scalars(select(ServiceRequestLog.request_id)))

    assert {name for name, request in requests.items() if request.id in found} == sees
    assert logged == found


def test_who_was_given_nothing_but_their_own_sees_no_more(session, everyone):
    reader = Actor(people_id := everyone[0]["specialist"].user_id, "", rights=frozenset({"service_request.see_own"}))

    with acting_as(reader):
        found = session.scalars(select(ServiceRequest.owner_id)).all()

    assert found == [people_id]


def test_a_foreign_request_cannot_be_moved(everyone):
    people, requests = everyone

    with acting_as(people["specialist"]), pytest.raises(NotFound):
        workflow.make("process", requests["theirs"], by=people["specialist"], at=NOW, solution="抢着做")

    assert requests["theirs"].status is RequestStatus.assigned


# --- callers ---


@pytest.fixture
def with_phones(session, make_customer):
    from app.customers.models import Contact
    from app.customers.services.customers import index

    customer = make_customer(phone="0574-88883321")
    contact = Contact(
        customer_id=customer.id,
        name="陈海波",
        name_key="chenhaibo",
        mobile="13805741234",
        tags=[],
        consent=[],
        custom={},
    )
    session.add(contact)
    session.flush()
    index(session, customer)
    return customer, contact


@pytest.mark.parametrize("typed", ["13805741234", "138 0574 1234", "+86 138-0574-1234", "１３８０５７４１２３４"])
def test_a_caller_is_found_by_the_complete_number(session, with_phones, specialist, typed):
    customer, contact = with_phones

    with acting_as(specialist):
        found = find_caller(typed, by=specialist, at=NOW)

    assert [(caller.customer, caller.contact) for caller in found] == [(customer, contact)]
    look = session.scalars(select(AuditEntry).where(AuditEntry.action == "find_caller")).one()
    assert (look.actor_id, look.title) == (specialist.user_id, "138****1234")


def test_the_companys_own_number_finds_the_company(with_phones, specialist):
    with acting_as(specialist):
        found = find_caller("(0574) 8888 3321", by=specialist, at=NOW)

    assert [(caller.customer, caller.contact) for caller in found] == [(with_phones[0], None)]


@pytest.mark.parametrize("typed", ["1380574", "138%", "", "_" * 11, "8888"])
def test_parts_of_a_number_find_nobody(with_phones, specialist, typed):
    with acting_as(specialist), pytest.raises(Invalid):
        find_caller(typed, by=specialist, at=NOW)


def test_looking_for_nobody_is_logged_too(session, with_phones, specialist):
    with acting_as(specialist):
        assert find_caller("13900000000", by=specialist, at=NOW) == []

    assert session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "find_caller")) == 1


def test_who_enters_no_requests_finds_no_callers(make_actor):
    reader = make_actor("Sales Director")

    with acting_as(reader), pytest.raises(NotAllowed):
        find_caller("13805741234", by=reader, at=NOW)
