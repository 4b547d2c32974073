"""Cancel and the arrow of a form lead to a page, the one somebody came from where that is known."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.core.database import utc_now

FORMS = [
    "/customers/add", "/contacts/add", "/follow-ups/add", "/plans/add", "/opportunities/add", "/orders/add",
    "/products/add", "/service-requests/add", "/users/add",
]  # fmt: skip


def ways_back(page: str) -> set[str]:
    cancel = re.findall(r'<a class="btn btn-quiet" href="([^"]*)"', page)
    arrow = re.findall(r'<a class="btn btn-quiet btn-sq" href="([^"]*)" aria-label', page)
    kept = re.findall(r'name="_back" value="([^"]*)"', page)
    assert cancel, "no Cancel"
    assert arrow, "no arrow"
    assert kept, "a refused form would forget where it came from"
    return {*cancel, *arrow, *kept}


@pytest.mark.parametrize("address", FORMS)
def test_a_form_opened_by_its_address_leads_back_to_the_list(session, client_as, address):
    session.commit()
    client = client_as("Admin")
    (back,) = ways_back(client.get(address).text)
    assert back == address.removesuffix("add") + "list/"
    assert client.get(back).status_code == 200


def test_the_form_of_a_record_leads_back_to_it(session, client_as, customers_of):
    (key,) = customers_of("manager", 1)
    session.commit()
    page = client_as("Admin").get(f"/customers/edit/{key}").text
    assert ways_back(page) == {f"/customers/show/{key}"}


def test_a_form_leads_back_to_where_somebody_came_from_even_after_a_refusal(session, client_as):
    session.commit()
    client = client_as("Admin")
    came_from = {"Referer": "http://localhost/products/list/?_flt_0_active=y"}
    assert ways_back(client.get("/products/add", headers=came_from).text) == {"/products/list/?_flt_0_active=y"}

    sent = {"name": "", "_back": "/agenda/?day=1"}
    refused = client.post("/products/add", data=sent, headers={"Referer": "http://localhost/products/add"})
    assert refused.status_code == 200
    assert ways_back(refused.text) == {"/agenda/?day=1"}


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "http://[",
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_form_leads_nowhere_else(session, client_as, elsewhere):
    session.commit()
    client = client_as("Admin")
    answer = client.post("/products/add", data={"name": "", "_back": elsewhere})
    assert ways_back(answer.text) == {"/products/list/"}
    if elsewhere.isprintable():
        assert ways_back(client.get("/products/add", headers={"Referer": elsewhere}).text) == {"/products/list/"}


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_dialog_leads_nowhere_else(session, people, as_, customers_of, make_actor, elsewhere):
    from app.customers.services import create_plan

    (customer,) = customers_of("manager", 1)
    manager = make_actor(user=people["manager"])
    values = {"customer_id": customer, "what": "报价", "kind": "phone", "due_at": utc_now() + timedelta(days=1)}
    plan = create_plan({**values, "owner_id": manager.user_id}, by=manager, at=utc_now())
    session.commit()

    answer = as_("manager").post(f"/plans/{plan.id}/finish", data={"result": "", "_back": elsewhere})

    assert (answer.status_code, answer.location) == (302, f"/plans/show/{plan.id}")
