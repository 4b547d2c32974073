"""After a refusal: empty forms, moves that are not open, and REST, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from tests.support.people import PASSWORD
from tests.tour.addresses import Addresses
from tests.tour.reading import Page, wrong_words

LANGUAGES = ("zh", "en")
APIS = {
    "CustomerView": "customers",
    "OpportunityView": "opportunities",
    "OrderView": "orders",
    "ServiceRequestView": "service-requests",
    "ChurnView": "churn-cases",
}


def _forms(addresses: dict[str, str]) -> Iterator[str]:
    for address, rule in addresses.items():
        if rule.endswith(("/add", "/edit/<pk>")) or "/move/" in rule:
            yield address


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_form_comes_back_in_the_language_of_the_page(tours: Any, language: str) -> None:
    tour = tours["rows"]
    browser = tour.browser("Admin", language)
    faults, refused = {}, 0

    for address in _forms(Addresses(tour.app).of(tour.people["Admin"])):
        # A version nobody has seen: nothing is ever written by this.
        answer = browser.post(address, data={"version": "0", "_once": ""}, headers={"HX-Request": "true"})
        if answer.status_code in (200, 409, 422):
            refused += 1
            found = Page(language, answer.text).faults
        else:
            found = [] if answer.status_code in (204, 302, 403, 404) else [f"status {answer.status_code}"]
        if found:
            faults[address] = found

    assert faults == {}
    assert refused > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_move_that_is_not_open_is_refused_in_the_readers_language(tours: Any, language: str) -> None:
    from app.core.actors import Actor, acting_as
    from app.core.database import db

    tour = tours["rows"]
    views = Addresses(tour.app).views
    visitor = tour.app.test_client()
    signed = visitor.post(
        "/api/v1/security/login",
        json={"username": tour.people["Admin"], "password": PASSWORD, "provider": "db"},
    )
    headers = {"Authorization": f"Bearer {signed.json['access_token']}"}
    closed: list[str] = []
    with tour.app.app_context(), acting_as(Actor.system("tour")):
        for name, path in APIS.items():
            model, workflow = views[name].datamodel.obj, getattr(views[name], "workflow", None)
            for move in workflow.moves if workflow else ():
                record = db.session.scalar(select(model.id).where(model.status.not_in(move.sources)).limit(1))
                if record is not None and not move.by_system:
                    closed.append(f"/api/v1/{path}/{record}/{move.name}")
        db.session.remove()

    faults = {}
    for address in [*closed, "/api/v1/customers/999999", "/api/v1/orders/1/dance"]:
        method = "GET" if address.endswith("999999") else "POST"
        answer = visitor.open(f"{address}?_l_={language}", method=method, json={}, headers=headers)
        sentence = (answer.json or {}).get("message", "")
        found = [*wrong_words(language, str(sentence))]
        if not 400 <= answer.status_code < 500 or not sentence:
            found.append(f"{answer.status_code} {answer.text[:80]}")
        if found:
            faults[address] = found

    assert len(closed) > 10
    assert faults == {}
