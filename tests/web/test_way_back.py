"""Cancel and the arrow of a form lead to a page, the one somebody came from where that is known."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from app.core.database import utc_now
from tests.support.forms import forms_of

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


def edited(client: Any, key: int, came_from: str) -> str:
    """Where somebody is led who opened the form of a customer from ``came_from`` and saved it."""
    address = f"/customers/edit/{key}"
    page = client.get(address, headers={"Referer": f"http://localhost{came_from}"}).text
    form = next(form for form in forms_of(page) if form.method == "post" and "version" in form.values)
    return str(client.post(address, data=form.sent(notes="改过了"), headers={"Referer": address}).location)


@pytest.mark.parametrize(
    "came_from",
    [
        "/customers/show/{key}",
        "/customers/show/{key}?_flt_0_level=A&_oc_CustomerView=name&_od_CustomerView=asc&at=2",
        "/customers/list/?_flt_0_level=A&page_CustomerView=3",
        "/agenda/?day=2026-11-30",
    ],
)
def test_who_has_saved_an_edit_is_where_they_were(session, client_as, customers_of, came_from):
    (key,) = customers_of("manager", 1)
    session.commit()
    place = came_from.format(key=key)

    assert edited(client_as("Admin"), key, place) == place


@pytest.mark.parametrize("came_from", ["/customers/add", "/customers/edit/{key}?x=1", "/login/", ""])
def test_who_has_saved_an_edit_is_not_shown_another_form(session, client_as, customers_of, came_from):
    (key,) = customers_of("manager", 1)
    session.commit()

    assert edited(client_as("Admin"), key, came_from.format(key=key)) == f"/customers/show/{key}"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_an_edit_leads_nowhere_else(session, client_as, customers_of, elsewhere):
    (key,) = customers_of("manager", 1)
    session.commit()
    client = client_as("Admin")
    address = f"/customers/edit/{key}"
    page = client.get(address).text
    form = next(form for form in forms_of(page) if form.method == "post" and "version" in form.values)

    answer = client.post(address, data=form.sent(notes="改过了") | {"_back": elsewhere})

    assert answer.location == f"/customers/show/{key}"


LISTED = "/customers/list/?_flt_0_level=A&page_CustomerView=1"
ALONG = "_flt_0_level=A&at=2"


def test_a_deleted_row_leaves_its_list_as_it_was(session, client_as, customers_of):
    one, two, three = customers_of("manager", 3)
    session.commit()
    client = client_as("Admin")

    from_the_list = client.post(f"/customers/delete/{one}", headers={"Referer": f"http://localhost{LISTED}"})
    own_page = {"Referer": f"http://localhost/customers/show/{two}?{ALONG}"}
    from_its_page = client.post(f"/customers/delete/{two}", data={"_back": LISTED}, headers=own_page)
    from_nowhere = client.post(
        f"/customers/delete/{three}", headers={"Referer": "https://evil.example/customers/list/"}
    )

    assert (from_the_list.location, from_its_page.location) == (LISTED, LISTED)
    assert from_nowhere.location == "/customers/list/"


def test_a_move_leaves_the_page_at_its_place_in_the_list(session, client_as, customers_of, people):
    (key,) = customers_of("manager", 1)
    session.commit()
    page = f"/customers/show/{key}?{ALONG}"

    answer = client_as("Admin").post(
        f"/customers/{key}/hand-over",
        data={"owner_id": people["other"].id, "reason": "换人"},
        headers={"Referer": f"http://localhost{page}", "HX-Request": "true"},
    )

    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (204, page), answer.text
