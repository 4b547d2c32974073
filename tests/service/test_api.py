"""Service requests by REST: the same rules, moves and sentences."""

from __future__ import annotations

import pytest

from app.service.models import ServiceRequest
from tests.support.people import PASSWORD

BASE = "/api/v1/service-requests/"


@pytest.fixture
def api_as(app, session, make_user, client):
    """``api_as("Service Specialist")``: (user, a function that sends requests in their name)."""

    def sign_in(role):
        user = make_user(role)
        session.commit()
        answer = client.post(
            "/api/v1/security/login", json={"username": user.username, "password": PASSWORD, "provider": "db"}
        )
        headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

        def send(method, path="", **options):
            return client.open(BASE + path, method=method, headers=headers, **options)

        return user, send

    return sign_in


def test_a_request_is_entered_and_moved_by_rest(session, make_customer, api_as):
    customer = make_customer()
    specialist, mine = api_as("Service Specialist")
    _director, directs = api_as("Marketing Director")

    entered = mine("POST", json={"customer_id": customer.id, "type": "repair", "text": "开不了机"})
    assert entered.status_code == 201
    pk = entered.json["id"]
    assert entered.json["result"]["status"] == "created"

    assert mine("POST", f"{pk}/assign", json={}).status_code == 403
    assert directs("POST", f"{pk}/assign", json={"owner_id": specialist.id}).status_code == 200
    assert mine("POST", f"{pk}/archive", json={}).status_code == 409
    assert mine("POST", f"{pk}/process", json={}).status_code == 422
    assert mine("POST", f"{pk}/process", json={"solution": "换电源", "upheld": True}).status_code == 200
    back = mine("POST", f"{pk}/record_feedback", json={"satisfaction": 1})
    assert back.json["result"]["status"] == "assigned"
    session.expire_all()
    assert session.get(ServiceRequest, pk).satisfaction == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"type": "repair", "text": "x"}, 422),
        ({"customer_id": 999_999, "type": "repair", "text": "x"}, 422),
        ({"customer_id": 10**30, "type": "repair", "text": "x"}, 422),
        ({"status": "archived"}, 422),
        ({"owner_id": 1}, 422),
        ([], 400),
    ],
)
def test_bad_input_is_refused_with_a_sentence(api_as, body, status):
    _user, mine = api_as("Service Specialist")

    answer = mine("POST", json=body)

    assert answer.status_code == status
    assert answer.json["message"]
    assert "SELECT" not in answer.text


def test_what_is_foreign_is_missing(session, make_request, api_as):
    pk = make_request("assigned").id
    session.commit()
    _user, other = api_as("Service Specialist")

    assert other("GET", str(pk)).status_code == 404
    assert other("POST", f"{pk}/process", json={"solution": "x"}).status_code == 404
    assert other("PUT", str(pk), json={"text": "x"}).status_code == 404


def test_without_a_token_nothing_is_told(client):
    assert client.get(BASE).status_code == 401
