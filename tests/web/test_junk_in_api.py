"""Junk sent to every REST resource: a status of the 400s with a sentence, nothing of our inside, nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import prison
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import make_rows
from tests.support.digest import digest
from tests.support.junk import JUNK, LONG, encoded, problem_with, shown, text_of
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]

REFUSED = (400, 401, 404, 405, 409, 413, 415, 422)
KIND = {"churn-cases": "churn_case"}
VALUES: tuple[Any, ...] = (
    *(text for text in JUNK if text != LONG),
    "x" * 10_000,
    0,
    -1,
    1.5,
    10**30,
    float("nan"),
    float("inf"),
    float("-inf"),
    True,
    [],
    [1],
    [None],
    {},
    {"a": 1},
    {"id": 1},
)


def resources(app: Flask) -> Iterator[Any]:
    """Every resource with rows, by what FAB registered."""
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]  # FAB puts itself on the app
        if hasattr(view, "writable"):
            yield view


@pytest.fixture
def boss(
    session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client], client: Client
) -> tuple[Callable[..., Any], Any]:
    """Sends requests as an administrator's program; and one row of every kind."""
    user = make_user("Admin", language="zh")
    rows = make_rows(session, user, make_case, "云锦", 1)
    token = client.post("/api/v1/security/login", json={"username": user.username, "password": PASSWORD}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}

    def send(method: str, url: str, **more: Any) -> Any:
        return client.open(url, method=method, headers=headers | more.pop("headers", {}), **more)

    return send, rows


def key_of(view: Any, rows: Any) -> int:
    return rows.keys.get(view.kind, 1)


def test_bodies_that_are_no_object_are_refused(app: Flask, session: Session, boss: Any) -> None:
    send, rows = boss
    bodies = [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b"null", "application/json"),
        (b"1", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"name": "\\ud800"}', "text/plain"),
        (b"name=x", "application/x-www-form-urlencoded"),
        (b"<a/>", "application/xml"),
        (b"[" * 100_000 + b"]" * 100_000, "application/json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "application/json"),
        (b'{"name": ' + b"9" * 10_000 + b"}", "application/json"),
        (b'{"no_such_field": 1, "id": 1, "status": "won", "owner_id": 1, "__class__": "x"}', "application/json"),
    ]
    before = digest(session)

    problems = []
    for view in resources(app):
        base = f"/api/v1/{view.resource_name}/"
        for data, content_type in bodies:
            for method, url in (("POST", base), ("PUT", f"{base}{key_of(view, rows)}")):
                answer = send(method, url, data=data, content_type=content_type)
                if found := problem_with(answer, expected=REFUSED):
                    problems.append((method, url, data[:40], found))

    assert not problems, shown(problems)
    assert digest(session) == before


def test_every_field_refuses_what_it_cannot_hold(app: Flask, session: Session, boss: Any) -> None:
    """Each writable field of each resource with each value: taken or refused with a sentence, never a server error."""
    send, rows = boss
    problems, walked = [], 0
    for number, view in enumerate(resources(app)):
        base = f"/api/v1/{view.resource_name}/"
        pk = key_of(view, rows)
        for place, field in enumerate([*view.writable, "version"]):
            for shift, value in enumerate(VALUES):
                if (shift + place + number) % 7:
                    continue
                walked += 1
                method, url = ("PUT", f"{base}{pk}") if shift % 3 else ("POST", base)
                answer = send(method, url, data=json.dumps({field: value}), content_type="application/json")
                if found := problem_with(answer, expected=(*REFUSED, 200, 201)):
                    problems.append((method, url, field, repr(value)[:40], found))

    assert walked > 300
    assert not problems, shown(problems)


@pytest.mark.parametrize("count", [80, 200])
def test_a_long_chinese_text_is_taken_or_refused_with_a_sentence(
    app: Flask, session: Session, boss: Any, count: int
) -> None:
    """Chinese is six times as long in letters, and what is kept of a name for sorting has its limit, too."""
    send, rows = boss
    problems = []
    for view in resources(app):
        for field in view.writable:
            url = f"/api/v1/{view.resource_name}/{key_of(view, rows)}"
            if found := problem_with(send("PUT", url, json={field: "装" * count}), expected=(200, 404, 405, 409, 422)):
                problems.append((url, field, found))

    assert not problems, shown(problems)


def test_moves_refuse_what_they_cannot_hold(app: Flask, session: Session, boss: Any) -> None:
    send, rows = boss
    problems, walked = [], 0
    for view in resources(app):
        if view.workflow is None:
            continue
        base = f"/api/v1/{view.resource_name}/{key_of(view, rows)}/"
        for place, move in enumerate([*view.workflow.moves]):
            bodies: list[Any] = [[], "x", {"no_such_field": 1}]
            for field in view.move_data.get(move.name, {}):
                bodies += [{field: value} for shift, value in enumerate(VALUES) if (shift + place) % 3 == 0]
            for body in bodies:
                walked += 1
                answer = send("POST", base + move.name, data=json.dumps(body), content_type="application/json")
                if found := problem_with(answer, expected=(*REFUSED, 200)):
                    problems.append((move.name, repr(body)[:60], found))
        names = ("nothing", "delete", "__init__", "%ff", encoded("<script>"), "9" * 3_000)
        answers = ((name, problem_with(send("POST", base + name, json={}), expected=REFUSED)) for name in names)
        problems += [(name[:40], "", found) for name, found in answers if found]

    assert walked > 100
    assert not problems, shown(problems)


def questions(view: Any) -> Iterator[str]:
    """What may be asked of a list, as the texts after ``?q=``."""
    yield from (
        "(",
        "!",
        "!(",
        "(a:",
        "(page:",
        "x" * 9_000,
        "(" * 5_000,
        "!(" * 3_000,
        "%00",
        "'%ed%a0%80'",
        "[]",
        "1",
        "!n",
    )
    for page in (-1, 10**30, "abc", 1.5, True, None, [], {}):
        yield encoded(prison.dumps({"page": page}))
        yield encoded(prison.dumps({"page_size": page}))
        yield encoded(prison.dumps({"page": 0, "page_size": page}))
    for column in ("owner.password", "password", "", "id;--", 1, None, [], {"a": 1}, "name\x00"):
        yield encoded(prison.dumps({"order_column": column, "order_direction": "asc"}))
        yield encoded(prison.dumps({"filters": [{"col": column, "opr": "eq", "value": "x"}]}))
        yield encoded(prison.dumps({"columns": [column]}))
        yield encoded(prison.dumps({"keys": [column]}))
    yield encoded(prison.dumps({"order_column": "id", "order_direction": "sideways"}))
    for filters in (1, "x", [1], [None], [[]], {}, [{}], [{"col": "id"}], [{"col": "id", "opr": "nope", "value": 1}]):
        yield encoded(prison.dumps({"filters": filters}))
    yield encoded(prison.dumps({"filters": [{"col": "id", "opr": "eq", "value": 1}] * 50}))


def test_lists_refuse_questions_they_cannot_read(app: Flask, boss: Any) -> None:
    send, _rows = boss
    problems = []
    for view in resources(app):
        for question in questions(view):
            url = f"/api/v1/{view.resource_name}/?q={question}"
            answer = send("GET", url)
            if found := problem_with(answer, expected=(*REFUSED, 200)):
                problems.append((url[:150], found))
            # FAB lets a program ask for columns by name: never for one that is not shown.
            if answer.status_code == 200 and ("argon2" in text_of(answer) or "scrypt" in text_of(answer)):
                problems.append((url[:150], "tells a password hash"))

    assert not problems, shown(problems)


def test_filters_of_lists_refuse_values_they_cannot_read(app: Flask, boss: Any) -> None:
    send, _rows = boss
    problems, walked = [], 0
    for number, view in enumerate(resources(app)):
        operators = view._filters.get_search_filters()
        for place, column in enumerate(view.search_columns):
            for turn, operator in enumerate(operators.get(column, ())):
                for shift, value in enumerate((*VALUES, None, "1" + "0" * 400, 2**63, -(2**63))):
                    if (shift + place + turn + number) % 37 or (isinstance(value, float) and value != 1.5):
                        continue  # rison writes no NaN
                    walked += 1
                    asked = {"filters": [{"col": column, "opr": operator.arg_name, "value": value}]}
                    url = f"/api/v1/{view.resource_name}/?q={encoded(prison.dumps(asked))}"
                    if found := problem_with(send("GET", url), expected=(*REFUSED, 200)):
                        problems.append((view.resource_name, column, operator.arg_name, repr(value)[:40], found))

    assert walked > 150
    assert not problems, shown(problems)


@pytest.mark.parametrize(
    "pk", ["0", "-1", "abc", "1.5", "9" * 19, "9" * 30, "9" * 5_000, "%ff", "²", "null", "%00", "😀", "客户"]
)
def test_odd_keys_are_no_records(app: Flask, boss: Any, pk: str) -> None:
    send, _rows = boss
    answers = {
        (method, view.resource_name): problem_with(
            send(method, f"/api/v1/{view.resource_name}/{pk}", json={} if method == "PUT" else None),
            expected=(404,) if method == "GET" else (400, 404, 405),
        )
        for view in resources(app)
        for method in ("GET", "PUT", "DELETE")
    }

    assert {which: found for which, found in answers.items() if found} == {}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


def test_whatever_is_sent_is_answered(app: Flask, boss: Any) -> None:
    """What nobody thought of: any JSON in any of the fields of any resource."""
    send, rows = boss
    views = list(resources(app))

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def sends(data: st.DataObject) -> None:
        view = data.draw(st.sampled_from(views))
        names = st.sampled_from([*view.writable, "version"]) if view.writable else st.text(max_size=8)
        body = data.draw(st.dictionaries(names, ANYTHING, max_size=6))
        method, url = data.draw(
            st.sampled_from(
                [
                    ("POST", f"/api/v1/{view.resource_name}/"),
                    ("PUT", f"/api/v1/{view.resource_name}/{key_of(view, rows)}"),
                ]
            )
        )
        answer = send(method, url, data=json.dumps(body), content_type="application/json")
        assert problem_with(answer, expected=(*REFUSED, 200, 201)) == ""

    sends()
