"""The customer rates a solution once, by a link, without signing in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.actors import acting_as
from app.core.errors import IllegalMove, Invalid, NotAllowed
from app.service.models import FeedbackLink, FeedbackSource, ServiceRequestLog
from app.service.services import answer, create_link, open_link, workflow
from app.service.services.feedback import LIFETIME, LinkNotValid

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SOON = NOW + timedelta(days=1)


@pytest.fixture
def processed(make_request):
    return make_request("processed")


@pytest.fixture
def token(processed, specialist):
    with acting_as(specialist):
        return create_link(processed, by=specialist, at=NOW)


def test_the_customer_rates_by_link(session, processed, token):
    assert open_link(token, at=SOON) is processed

    answer(token, 5, "很快，谢谢", at=SOON)

    assert (processed.status, processed.satisfaction, processed.feedback) == ("reviewed", 5, "很快，谢谢")
    assert processed.feedback_source is FeedbackSource.customer
    log = session.scalars(select(ServiceRequestLog).where(ServiceRequestLog.move == "record_feedback")).one()
    assert log.actor_id is None


def test_a_dissatisfied_customer_sends_it_back_by_link(processed, token, specialist):
    answer(token, 2, "还是坏的", at=SOON)

    assert (processed.status, processed.owner_id, processed.satisfaction) == ("assigned", specialist.user_id, 2)


def test_a_link_is_answered_once(processed, token, specialist):
    answer(token, 2, None, at=SOON)
    workflow.make("process", processed, by=specialist, at=SOON, solution="再修一次")

    with pytest.raises(LinkNotValid):
        answer(token, 5, None, at=SOON)
    assert processed.status == "processed"


def test_a_refused_answer_does_not_use_the_link_up(processed, token):
    with pytest.raises(Invalid):
        answer(token, 9, None, at=SOON)

    answer(token, 4, None, at=SOON)
    assert processed.status == "reviewed"


def test_a_link_expires(token):
    open_link(token, at=NOW + LIFETIME - timedelta(seconds=1))

    with pytest.raises(LinkNotValid):
        open_link(token, at=NOW + LIFETIME)
    with pytest.raises(LinkNotValid):
        answer(token, 5, None, at=NOW + LIFETIME)


def test_a_new_link_replaces_the_old_one(processed, token, specialist):
    with acting_as(specialist):
        newer = create_link(processed, by=specialist, at=SOON)

    with pytest.raises(LinkNotValid):
        open_link(token, at=SOON)
    assert open_link(newer, at=SOON) is processed


def test_what_the_specialist_recorded_closes_the_link(processed, token, specialist):
    workflow.make("record_feedback", processed, by=specialist, at=SOON, satisfaction=2)
    workflow.make("process", processed, by=specialist, at=SOON, solution="再修一次")

    with pytest.raises(LinkNotValid):
        answer(token, 5, None, at=SOON)


@pytest.mark.parametrize("wrong", ["", "x", "0" * 32, "' OR 1=1 --", "é" * 500])
def test_a_guessed_link_opens_nothing(token, wrong):
    with pytest.raises(LinkNotValid):
        open_link(wrong, at=SOON)


def test_a_deleted_request_is_not_rated(processed, token, make_actor):
    from app.service.services import delete_request

    admin = make_actor("Admin")
    with acting_as(admin):
        delete_request(processed, by=admin, at=NOW)

    with pytest.raises(LinkNotValid):
        open_link(token, at=SOON)


def test_the_token_itself_is_not_stored(session, token):
    link = session.scalars(select(FeedbackLink)).one()

    assert len(link.digest) == 64
    assert token not in {str(value) for value in vars(link).values()}


@pytest.mark.parametrize("status", ["created", "assigned", "reviewed", "archived"])
def test_only_a_processed_request_gets_a_link(make_request, specialist, status):
    request = make_request(status)

    with acting_as(specialist), pytest.raises(IllegalMove):
        create_link(request, by=specialist, at=NOW)


def test_who_records_no_feedback_makes_no_links(processed, director):
    with acting_as(director), pytest.raises(NotAllowed):
        create_link(processed, by=director, at=NOW)
