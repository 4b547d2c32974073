"""Opportunities by REST: the same rules, moves and sentences; of the pool only its columns."""

from __future__ import annotations

import pytest

from app.opportunities.models import Opportunity
from app.opportunities.models import OpportunityStatus as S
from tests.support.people import PASSWORD

BASE = "/api/v1/opportunities/"


@pytest.fixture
def api_as(app, session, make_user, client):
    """``api_as("Account Manager")``: (user, a function that sends requests in their name)."""

    def sign_in(role):
        user = make_user(role)
        session.commit()
        credentials = {"username": user.username, "password": PASSWORD, "provider": "db"}
        answer = client.post("/api/v1/security/login", json=credentials)
        headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

        def send(method, path="", **options):
            return client.open(BASE + path, method=method, headers=headers, **options)

        return user, send

    return sign_in


@pytest.fixture
def stored(session):
    def read(pk):
        session.expire_all()
        return session.get(Opportunity, pk)

    return read


def test_an_opportunity_is_entered_advanced_and_won_by_rest(api_as, make_prospect, stored, session):
    manager, mine = api_as("Account Manager")
    customer = make_prospect(owner_id=manager.id)
    session.commit()

    entered = mine("POST", json={"customer_id": customer.id, "title": "洗唛", "amount": "48000"})
    pk = entered.json["id"]
    assert (entered.status_code, entered.json["result"]["status"]) == (201, "developing")

    needs_more = mine("POST", f"{pk}/advance", json={"stage": "negotiation"})
    assert needs_more.status_code == 422
    assert set(needs_more.json["fields"]) == {"need", "expected_close"}
    assert mine("POST", f"{pk}/advance", json={"need": "洗唛 20 万片"}).json["result"]["stage"] == "needs_confirmed"
    assert mine("POST", f"{pk}/win", json={"amount": 45000}).json["result"]["status"] == "won"
    assert mine("POST", f"{pk}/win", json={}).status_code == 409
    assert mine("POST", f"{pk}/reopen", json={}).status_code == 403
    assert stored(pk).amount == 45_000


def test_of_the_pool_rest_shows_only_its_columns(api_as, make_opportunity, make_prospect, make_actor, session):
    _manager, mine = api_as("Account Manager")
    customer = make_prospect(owner_id=make_actor("Account Manager").user_id)
    pk = make_opportunity("unassigned", customer=customer, competitor="in_house").id
    session.commit()

    one = mine("GET", str(pk)).json["result"]
    (row,) = mine("GET").json["result"]

    for shown in (one, row):
        assert (shown["title"], shown["status"]) == ("酒店布草洗唛", "unassigned")
        assert (shown["customer_id"], shown["competitor"], shown["stage"]) == (None, None, None)
    assert mine("GET", f"?q=(filters:!((col:customer_id,opr:eq,value:{customer.id})))").json["count"] == 0


def test_who_claims_too_late_is_told_why_by_rest(api_as, make_opportunity, stored, session):
    first, firsts = api_as("Account Manager")
    _second, seconds = api_as("Account Manager")
    pk = make_opportunity("unassigned").id
    session.commit()

    assert firsts("POST", f"{pk}/claim").json["result"]["customer_id"]
    late = seconds("POST", f"{pk}/claim")

    assert (late.status_code, "抢先拿到" in late.json["message"]) == (409, True)
    assert stored(pk).owner_id == first.id


@pytest.mark.parametrize("path", ["", "/claim", "/win", "/advance"])
@pytest.mark.parametrize("which", ["foreign", "missing", "absurd", "abc"])
def test_what_one_may_not_see_does_not_exist_by_rest(api_as, make_opportunity, stored, session, path, which):
    from datetime import timedelta

    from app.core.database import utc_now

    _manager, mine = api_as("Account Manager")
    foreign = make_opportunity(at=utc_now() - timedelta(days=1)).id
    session.commit()
    pk = {"foreign": foreign, "missing": 987_654, "absurd": "9" * 30, "abc": "abc"}[which]

    answer = mine("POST" if path else "GET", f"{pk}{path}")

    # An address whose last part is no number is one of another kind: it cannot be read at all.
    assert answer.status_code == 404
    assert stored(foreign).status is S.developing


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": "x"}, 422),
        ({"customer_id": 999_999, "title": "x"}, 422),
        ({"customer_id": 10**30, "title": "x"}, 422),
        ({"title": "x", "status": "won"}, 422),
        ({"title": "x", "stage": "proposal"}, 422),
        ({"title": 7}, 422),
        ([], 400),
        ("{", 400),
    ],
)
def test_a_wrong_body_is_refused_with_a_sentence(api_as, body, status):
    _manager, mine = api_as("Account Manager")

    answer = mine("POST", json=body) if body != "{" else mine("POST", data=body, content_type="application/json")

    assert answer.status_code == status
    assert answer.json["message"]
