"""Two people edit one record: the second sees both texts and decides, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import PLURAL, Rows, make_rows
from tests.support.forms import PageForm, forms_of
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]

FIELDS = {
    "customer": ("short_name", "notes"),
    "contact": ("title", "notes"),
    "follow_up": ("summary", "result"),
    "plan": ("what", "expected_result"),
    "opportunity": ("title", "need"),
    "order": ("address", "notes"),
    "service_request": ("text", "serial_number"),
}
"""Two texts that the form of each kind has."""


@pytest.fixture
def company(session: Session, make_user: Any, make_case: Any) -> Rows:
    return make_rows(session, make_user("Admin"), make_case, "云锦", 1)


def edit_form(page: str) -> PageForm:
    return next(form for form in forms_of(page) if form.method == "post" and "version" in form.values)


def stored(session: Session, rows: Rows, kind: str, *names: str) -> tuple[Any, ...]:
    session.commit()
    table = type(rows[kind]).__table__
    return tuple(session.execute(select(*(table.c[name] for name in names)).where(table.c.id == rows.keys[kind])).one())


def test_every_kind_that_people_edit_is_walked(app: Flask) -> None:
    """A new page with an edit form is added to ``FIELDS``."""
    edited = {
        view.kind
        for view in app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
        if hasattr(view, "edit_columns") and getattr(type(view), "update", None) is not None
    }

    # Products and users are edited by administrators, in the same way.
    assert edited - {"product", "user"} == set(FIELDS)


@pytest.mark.parametrize("kind", FIELDS)
def test_the_second_editor_sees_both_texts_and_nothing_is_lost(
    session: Session, company: Rows, client_as: Callable[..., Client], kind: str
) -> None:
    field, other = FIELDS[kind]
    url = f"/{PLURAL[kind]}/edit/{company.keys[kind]}"
    anna, ben = client_as("Admin"), client_as("Admin")
    first, second = edit_form(anna.get(url).text), edit_form(ben.get(url).text)

    saved = anna.post(url, data=first.sent(**{field: "安娜写的"}))
    refused = ben.post(url, data=second.sent(**{field: "老贝写的", other: "贝的另一句"}))

    assert saved.status_code == 302, saved.text[:3000]
    assert stored(session, company, kind, field) == ("安娜写的",)
    assert refused.status_code == 200
    assert f'data-theirs="{field}">安娜写的' in refused.text
    again = edit_form(refused.text)
    assert again.values[field] == ["老贝写的"]
    assert again.values[other] == ["贝的另一句"]

    done = ben.post(url, data=again.values)

    assert done.status_code == 302
    assert stored(session, company, kind, field, other) == ("老贝写的", "贝的另一句")


@pytest.mark.parametrize("kind", FIELDS)
def test_what_the_second_editor_did_not_touch_is_taken_from_the_first(
    session: Session, company: Rows, client_as: Callable[..., Client], kind: str
) -> None:
    """They changed different fields: saving again, as the page asks, keeps the change of either."""
    field, other = FIELDS[kind]
    url = f"/{PLURAL[kind]}/edit/{company.keys[kind]}"
    anna, ben = client_as("Admin"), client_as("Admin")
    first, second = edit_form(anna.get(url).text), edit_form(ben.get(url).text)

    anna.post(url, data=first.sent(**{field: "安娜写的"}))
    refused = ben.post(url, data=second.sent(**{other: "贝的另一句"}))
    done = ben.post(url, data=edit_form(refused.text).values)

    assert refused.status_code == 200
    assert "安娜写的" in refused.text
    assert done.status_code == 302
    assert stored(session, company, kind, field, other) == ("安娜写的", "贝的另一句")


def test_sending_an_edit_twice_saves_it_once_and_asks_nothing(
    session: Session, company: Rows, client_as: Callable[..., Client]
) -> None:
    url = f"/customers/edit/{company.keys['customer']}"
    browser = client_as("Admin")
    form = edit_form(browser.get(url).text).sent(short_name="云锦")
    version = stored(session, company, "customer", "version")[0]

    answers = [browser.post(url, data=form) for _click in range(2)]

    assert [answer.location for answer in answers] == [f"/customers/show/{company.keys['customer']}"] * 2
    assert stored(session, company, "customer", "version") == (version + 1,)


@pytest.mark.parametrize("version", ["", "0", "-1", "abc", "9" * 30, "1.0"])
def test_a_version_that_is_none_saves_nothing(
    session: Session, company: Rows, client_as: Callable[..., Client], version: str
) -> None:
    url = f"/customers/edit/{company.keys['customer']}"
    browser = client_as("Admin")
    form = edit_form(browser.get(url).text).sent(short_name="偷写的", version=version)

    answer = browser.post(url, data=form)

    assert answer.status_code == 200
    assert stored(session, company, "customer", "short_name") == (None,)


@pytest.mark.parametrize("kind", FIELDS)
def test_a_program_with_an_old_version_is_refused(session: Session, company: Rows, client: Client, kind: str) -> None:
    field, _other = FIELDS[kind]
    token = client.post("/api/v1/security/login", json={"username": company.owner.username, "password": PASSWORD}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    url = f"/api/v1/{PLURAL[kind]}/{company.keys[kind]}"
    old = client.get(url, headers=headers).json["result"]["version"]

    first = client.put(url, json={field: "安娜写的"}, headers=headers | {"If-Match": f'"{old}"'})
    late = client.put(url, json={field: "老贝写的"}, headers=headers | {"If-Match": f'"{old}"'})
    by_body = client.put(url, json={field: "老贝写的", "version": old}, headers=headers)
    deleted = client.delete(url, headers=headers | {"If-Match": f'"{old}"'})

    assert first.status_code == 200, first.text
    assert first.headers["ETag"] != f'"{old}"'
    assert [answer.status_code for answer in (late, by_body, deleted)] == [409, 409, 409]
    assert "其他人" in late.json["message"] or "别人" in late.json["message"]
    assert stored(session, company, kind, field) == ("安娜写的",)
    current = client.put(url, json={field: "老贝写的"}, headers=headers | {"If-Match": first.headers["ETag"]})
    assert current.status_code == 200
