"""Junk typed into every form: it comes back with a sentence and with what was typed, or is saved as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import PLURAL, Rows, make_rows
from tests.support.forms import PageForm, forms_of
from tests.support.junk import JUNK, body, problem_with, shown, text_of

__all__ = ["make_case", "make_customer", "make_history"]

NEVER_TYPED = {"csrf_token", "_once", "_back", "_again"}
KINDS = {plural: kind for kind, plural in PLURAL.items()} | {"opportunity-pool": "opportunity"}
PLAIN = {
    "/roles/<int:pk>": "/roles/2",
    "/dictionary/<name>": "/dictionary/industry",
    "/calendar/<int:year>": "/calendar/2026",
}
LEFT_OUT = re.compile(r"^/(login|logout|language|lang|static|api|back|profile/password|users/deactivate|feedback)")


@pytest.fixture
def boss(session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client]) -> tuple[Client, Rows]:
    from app.core.actors import Actor, acting_as
    from app.products import services
    from tests.support.company import NOW

    user = make_user("Admin", language="zh")
    rows = make_rows(session, user, make_case, "云锦", 1)
    system = Actor.system("test")
    with acting_as(system):
        product = services.create_product(
            {"name": "不干胶", "list_price": "113.00", "cost_price": "60"}, by=system, at=NOW
        )
    session.commit()
    rows.keys["product"] = product.id
    return client_as(user=user), rows


def pages(app: Flask, rows: Rows) -> Iterator[str]:
    """Every page that may hold a form; moves by each of their names."""
    for rule in app.url_map.iter_rules():
        text = PLAIN.get(str(rule), str(rule))
        if "GET" not in (rule.methods or ()) or LEFT_OUT.match(text):
            continue
        kind = KINDS.get(text.split("/")[1], "product" if text.startswith("/products") else "")
        url = re.sub(r"<(?:\w+:)?pk>", str(rows.keys.get(kind, 1)), text)
        if "/move/<name>" in url:
            view = next(v for v in app.appbuilder.baseviews if v.endpoint == rule.endpoint.partition(".")[0])  # type: ignore[attr-defined]  # FAB puts itself on the app
            yield from (url.replace("<name>", move.name) for move in view.workflow.moves if not move.by_system)
        elif "<" not in url:
            yield url


def forms(app: Flask, browser: Client, rows: Rows) -> dict[tuple[str, str], PageForm]:
    """Every form that posts something typed, by its address and the names of its fields."""
    found: dict[tuple[str, str], PageForm] = {}
    for url in sorted(set(pages(app, rows))):
        page = browser.get(url)
        for form in forms_of(text_of(page)) if page.status_code == 200 else ():
            form.action = form.action or url
            names = sorted({*form.values, *form.choices} - NEVER_TYPED - {"version", "rowid"})
            if form.method == "post" and names and not LEFT_OUT.match(form.action):
                found[form.action, ",".join(names)] = form
    return found


def send(browser: Client, form: PageForm, changes: dict[str, str]) -> Any:
    values = {name: texts for name, texts in form.values.items() if name != "_once"}
    sent = body(values | {name: [text] for name, text in changes.items()})
    answer = browser.post(form.action, data=sent, content_type="application/x-www-form-urlencoded")
    if answer.status_code == 302:
        # Its message would stand on the next page.
        with browser.session_transaction() as kept:
            kept.pop("_flashes", None)
    return answer


def test_no_form_breaks_on_junk_in_one_of_its_fields(app: Flask, boss: tuple[Client, Rows]) -> None:
    browser, rows = boss
    walked, problems = 0, []
    found = forms(app, browser, rows)
    for number, form in enumerate(found.values()):
        names = sorted({*form.values, *form.choices} - NEVER_TYPED)
        # Of a table of equal rows the first ones will do.
        for place, name in enumerate(names[:24]):
            for shift, text in enumerate(JUNK):
                if (shift + place + number) % 13:
                    continue
                walked += 1
                if problem := problem_with(send(browser, form, {name: text})):
                    problems.append((form.action, name, text[:30], problem))

    assert len(found) > 45
    assert walked > 450
    assert not problems, shown(problems)


def test_no_form_breaks_on_junk_in_all_of_its_fields(app: Flask, boss: tuple[Client, Rows]) -> None:
    browser, rows = boss
    problems = []
    for number, form in enumerate(forms(app, browser, rows).values()):
        names = sorted({*form.values, *form.choices} - NEVER_TYPED - {"version"})
        for shift in range(3):
            changes = {name: JUNK[(number + place * (shift + 1)) % len(JUNK)] for place, name in enumerate(names)}
            if problem := problem_with(send(browser, form, changes)):
                problems.append((form.action, shift, problem))

    assert not problems, shown(problems)


def test_what_was_typed_stays_in_a_refused_form(app: Flask, boss: tuple[Client, Rows]) -> None:
    """Beside one wrong field, everything else comes back as it was typed; so does what was wrong."""
    browser, rows = boss
    checked, problems = 0, []
    for (action, _names), form in forms(app, browser, rows).items():
        page = re.match(r"^/[\w-]+/(add|edit/\d+)$|.*/move/\w+$|.*/(steps|finish|postpone|share|hand-over)$", action)
        texts = {name for name, values in form.values.items() if name not in form.choices and not name.startswith("_")}
        typed = {
            name: f"我写的{place}" for place, name in enumerate(sorted(texts - {"version", "rowid", "csrf_token"}))
        }
        # Keys of other rows are chosen, not typed.
        typed = {name: text for name, text in typed.items() if not re.search(r"(_id|region|lines-.*)$", name)}
        wrong = next((name for name in typed if re.search(r"(_at|_on|at|_close|birthday|amount|price)$", name)), None)
        if page is None or wrong is None:
            continue
        checked += 1
        answer = send(browser, form, typed)
        if answer.status_code not in (200, 422) or "t-bad" not in text_of(answer):
            problems.append((action, wrong, answer.status_code))
            continue
        kept = html.unescape(text_of(answer))
        problems += [(action, name, "lost") for name, text in typed.items() if text not in kept]

    assert checked > 8
    assert not problems, shown(problems)


def test_a_form_of_another_kind_of_content_is_refused(app: Flask, boss: tuple[Client, Rows]) -> None:
    browser, rows = boss
    problems = []
    bodies = [
        (b"{}", "application/json"),
        (
            b'{"name": 1, "kind": {}, "title": [[]], "amount": true, "_once": 7, "version": [], "rowid": {}}',
            "application/json",
        ),
        (b"[" * 50_000, "application/json"),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"\xff\xfe\x00", "multipart/form-data"),
        (b"&".join(b"f%d=1" % number for number in range(20_000)), "application/x-www-form-urlencoded"),
    ]
    for (action, _names), form in forms(app, browser, rows).items():
        for data, content_type in bodies:
            answer = browser.post(form.action, data=data, content_type=content_type)
            if problem := problem_with(answer):
                problems.append((action, content_type, data[:20], problem))
    for url in (
        f"/opportunities/{rows.keys['opportunity']}/drop",
        f"/service-requests/{rows.keys['service_request']}/drop",
    ):
        for sent in (
            "[]",
            "{",
            '{"to": []}',
            '{"to": {"a": 1}}',
            '{"to": "\\ud800"}',
            '{"to": "\\u0000"}',
            '{"to": 1e999}',
        ):
            answer = browser.post(
                url, data=sent, content_type="application/json", headers={"X-Requested-With": "fetch"}
            )
            if problem := problem_with(answer):
                problems.append((url, sent, problem))
    assert not problems, shown(problems)
