"""The id of somebody else's row, typed wherever an id may be typed, is the id of no row.

Addresses that name one row are walked in ``tests/test_permissions.py``; here are the other ways in: fields of forms,
selected rows, filters, prefilled forms, look-ups, related lists, messages, jobs, the recycle bin, and REST.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import prison
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.application import Client
from tests.support.churn import make_case, make_customer, make_history
from tests.support.company import NOW, PLURAL, Rows, make_rows
from tests.support.digest import digest
from tests.support.forms import forms_of
from tests.support.junk import encoded, shown, text_of
from tests.support.people import PASSWORD

__all__ = ["make_case", "make_customer", "make_history"]

pytestmark = pytest.mark.usefixtures("reach")

MISSING = 987654321
KIND_OF_FIELD = {
    "customer_id": "customer",
    "contact_id": "contact",
    "contact": "contact",
    "opportunity_id": "opportunity",
    "original_id": "order",
    "complete_plan": "plan",
}
"""Fields that name a row which only some people see. ``parent_id`` and ``rowid`` depend on the page."""
SEEN_BY_ALL = {"owner_id", "responsible_id", "product_id", "original_line_id", "external_id"}
KINDS = {plural: kind for kind, plural in PLURAL.items()} | {
    "opportunity-pool": "opportunity",
    "service-archive": "service_request",
    "churn-cases": "churn_case",
}


class World:
    """A person with rows of their own, and the rows of somebody else."""

    def __init__(self, browser: Client, mine: Rows, theirs: Rows, api: Callable[..., Any]) -> None:
        self.browser, self.mine, self.theirs, self.api = browser, mine, theirs, api

    def same(self, ask: Callable[[int], Any], kind: str, *, statuses: tuple[int, ...]) -> str:
        """What differs between the answer to somebody else's row and to no row, or what it tells."""
        foreign, pk = self.theirs.keys[kind], str(self.theirs.keys[kind])
        theirs, nobodys = ask(foreign), ask(MISSING)
        if theirs.status_code != nobodys.status_code or theirs.status_code not in statuses:
            return f"{theirs.status_code} against {nobodys.status_code}"
        if self.theirs.word in text_of(theirs):
            return "tells its name"
        if plain(text_of(theirs)) != plain(text_of(nobodys).replace(str(MISSING), pk)):
            return "differs from a row that does not exist"
        return ""


def plain(page: str) -> str:
    """A page without what differs at every request."""
    return re.sub(r'nonce="[^"]*"|name="(csrf_token|_once)"[^>]*|content="[^"]*"|"[\w-]{43,}"', "", page)


@pytest.fixture
def world(session: Session, make_user: Any, make_case: Any, client_as: Callable[..., Client], client: Client) -> World:
    """Two account managers: the first asks."""
    person = make_user("Account Manager")
    mine = make_rows(session, person, make_case, "云锦", 1)
    theirs = make_rows(session, make_user("Account Manager"), make_case, "龘靐", 2)
    browser = client_as(user=person)
    token = client.post("/api/v1/security/login", json={"username": person.username, "password": PASSWORD}).json
    headers = {"Authorization": f"Bearer {token['access_token']}"}

    def api(method: str, url: str, body: Any = None) -> Any:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return client.open(f"/api/v1/{url}", method=method, headers=headers, **sent)

    return World(browser, mine, theirs, api)


def form_pages(app: Flask, mine: Rows) -> Iterator[str]:
    """Every page with a form that posts, of one's own rows."""
    for rule in app.url_map.iter_rules():
        first = str(rule).split("/")[1]
        kind = KINDS.get(first)
        if "GET" not in (rule.methods or ()) or first in ("api", "static", "login", "logout", "back", "lang"):
            continue
        url = re.sub(r"<(?:\w+:)?pk>", str(mine.keys.get(kind or "", 1)), str(rule))
        if "<name>" in url and "/move/" in url and kind:
            view = next(v for v in app.appbuilder.baseviews if v.endpoint == rule.endpoint.partition(".")[0])  # type: ignore[attr-defined]  # FAB puts itself on the app
            yield from (url.replace("<name>", move.name) for move in view.workflow.moves)
        elif "<" not in url:
            yield url


def row_fields(url: str, names: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(field, kind) of the fields of a page that name a row."""
    own_kind = KINDS.get(url.split("/")[1], "")
    for name in names:
        if name in KIND_OF_FIELD:
            yield name, KIND_OF_FIELD[name]
        elif name == "parent_id" and own_kind == "customer":
            yield name, "customer"
        elif name.endswith("_id") and not name.startswith("lines-"):
            assert name in SEEN_BY_ALL, f"{url}: say in this test what {name} names"


def test_no_form_takes_somebody_elses_row(app: Flask, session: Session, world: World) -> None:
    pages = {url: world.browser.get(url) for url in form_pages(app, world.mine)}
    before = digest(session)

    problems, walked = [], set()
    for url, page in pages.items():
        for form in forms_of(text_of(page)) if page.status_code == 200 else ():
            target = form.action or url
            if form.method != "post" or target.startswith(("/logout", "/language")):
                continue
            for name, kind in row_fields(url, iter({**form.values, **form.choices})):
                walked.add((target, name))

                def ask(pk: int, form: Any = form, name: str = name, target: str = target) -> Any:
                    values = form.sent(content="谈了样品", **{name: str(pk)})
                    return world.browser.post(target, data={k: v for k, v in values.items() if k != "_once"})

                if found := world.same(ask, kind, statuses=(200, 404, 422)):
                    problems.append((target, name, found))

    assert len({name for _target, name in walked}) >= 4
    assert len(walked) >= 10
    assert not problems, shown(problems)
    assert digest(session) == before


def test_no_choice_among_selected_rows_reaches_somebody_elses(app: Flask, session: Session, world: World) -> None:
    """All selected rows or none: one foreign id among one's own, and nothing happens to these either."""
    before = digest(session)
    problems, walked = [], 0
    for rule in app.url_map.iter_rules():
        kind = KINDS.get(str(rule).split("/")[1])
        if kind is None or not str(rule).endswith(("/bulk/<name>", "/action_post")):
            continue
        view = next(v for v in app.appbuilder.baseviews if v.endpoint == rule.endpoint.partition(".")[0])  # type: ignore[attr-defined]  # FAB puts itself on the app
        acts = [act.name for act in getattr(view, "bulk_acts", ())]
        names = [*getattr(view, "bulk_move_names", ()), *acts] if "bulk" in str(rule) else list(view.actions) or ["x"]
        for name in names:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):

                def ask(pk: int, kind: str = kind, rule: Any = rule, name: str = name, method: str = method) -> Any:
                    sent = {"rowid": [str(world.mine.keys[kind]), str(pk)], "action": name, "reason": "x", "note": "x"}
                    more = {"query_string": sent} if method == "GET" else {"data": sent}
                    return world.browser.open(str(rule).replace("<name>", name), method=method, **more)

                walked += 1
                if found := world.same(ask, kind, statuses=(403, 404)):
                    problems.append((str(rule), name, method, found))

    assert walked > 5
    assert not problems, shown(problems)
    assert digest(session) == before


def test_no_filter_prefilled_form_or_related_list_shows_somebody_elses_row(app: Flask, world: World) -> None:
    problems, walked = [], 0
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]  # FAB puts itself on the app
        if not hasattr(view, "related_keys"):
            continue
        base, own = view.route_base, KINDS.get(view.route_base.strip("/"), "")
        columns = {
            name: KIND_OF_FIELD.get(name, own) for name in view.search_columns if name == "id" or name in KIND_OF_FIELD
        }
        asked = [
            (f"{base}/{page}?_flt_{n}_{name}={{}}", kind)
            for name, kind in columns.items()
            for n in range(4)
            for page in ("list/", "count")
        ]
        asked += [(f"{base}/add?{name}={{}}", KIND_OF_FIELD[name]) for name in view.prefill if name in KIND_OF_FIELD]
        asked += [
            (f"{base}/related/{name}/{{}}", KIND_OF_FIELD[name])
            for name in (view.related_keys if f"{view.endpoint}.related" in app.view_functions else ())
            if name in KIND_OF_FIELD
        ]
        asked += [(f"{base}/add?original_id={{}}", "order")] if own == "order" else []
        for url, kind in asked:
            if kind:
                walked += 1
                ask = lambda pk, url=url: world.browser.get(url.format(pk))  # noqa: E731 - one address after the other
                if found := world.same(ask, kind, statuses=(200, 403, 404)):
                    problems.append((url, found))
                # The way in is open for one's own row.
                if "/related/" in url and ask(world.mine.keys[kind]).status_code not in (200, 403):
                    problems.append((url, "does not open for one's own"))

    assert walked > 20
    assert not problems, shown(problems)


def test_nothing_finds_somebody_elses_row_by_its_name(app: Flask, world: World) -> None:
    from app.web.lookup import _lookups

    word, phone = encoded(world.theirs.word), "13800138002"
    urls = [f"/lookup/{name}?q={text}" for name in _lookups for text in (word, phone)]
    urls += [f"/search/palette?q={text}" for text in (word, phone)]
    pages = [str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    urls += [f"{url}?q={word}" for url in pages if not url.startswith(("/static", "/api", "/logout", "/login"))]
    urls += [f"/home/{name}" for name in ("numbers", "today", "team", "stories", "charts", "late", "pool")]

    mine = [
        url
        for url in urls
        if world.mine.word in text_of(world.browser.get(url.replace(word, encoded(world.mine.word))))
    ]
    # What was asked for stands in the search box; the rest of each name must not stand anywhere.
    names = [f"{world.theirs.word}{rest}" for rest in ("包装", "婷", "样品", "年度", "标签")]
    told = [url for url in urls for text in [text_of(world.browser.get(url))] if any(name in text for name in names)]

    assert len(mine) > 5
    assert told == []


def test_look_ups_narrowed_by_somebody_elses_customer_do_not_exist(world: World) -> None:
    for lookup in ("contact", "opportunity"):
        ask = lambda pk, lookup=lookup: world.browser.get(f"/lookup/{lookup}?customer_id={pk}&q=")  # noqa: E731 - two look-ups
        assert world.same(ask, "customer", statuses=(404,)) == ""
        own = ask(world.mine.keys["customer"])
        assert [row["id"] for row in own.json] == [world.mine.keys[lookup]]


def test_a_step_of_somebody_elses_plan_is_not_moved(session: Session, world: World) -> None:
    before = digest(session)
    base = f"/opportunities/{world.mine.keys['opportunity']}"

    found = world.same(lambda pk: world.browser.post(f"{base}/steps/{pk}/up"), "plan", statuses=(404,))

    assert found == ""
    assert digest(session) == before


def test_messages_and_jobs_of_somebody_else_do_not_exist(session: Session, world: World) -> None:
    from app.core.jobs import Job
    from app.core.notifications import Notification

    message = Notification(user_id=world.theirs.owner.id, at=NOW, kind="plan.due", words={"what": world.theirs.word})
    job = Job(
        queue="default", name="churn.judge", args={}, run_at=NOW, created_at=NOW, created_by_id=world.theirs.owner.id
    )
    session.add_all([message, job])
    session.commit()
    world.theirs.keys |= {"notification": message.id, "job": job.id}
    before = digest(session)

    ask = {
        "notification": lambda pk: world.browser.post(f"/notifications/{pk}/open"),
        "job": lambda pk: world.browser.get(f"/jobs/{pk}"),
    }
    found = {kind: world.same(asks, kind, statuses=(404,)) for kind, asks in ask.items()}
    for step in ("retry", "cancel"):
        found[step] = world.same(lambda pk, step=step: world.browser.post(f"/jobs/{pk}/{step}"), "job", statuses=(404,))

    assert {kind: problem for kind, problem in found.items() if problem} == {}
    assert digest(session) == before


def test_what_lies_in_the_recycle_bin_is_no_row(app: Flask, session: Session, world: World) -> None:
    """One's own customer, once deleted, is as missing as any: on its page, in forms, look-ups and filters."""
    from app.core.actors import Actor, acting_as
    from app.customers import services

    system = Actor.system("test")
    with acting_as(system):
        gone = services.create_customer({"name": "龘靐旧客户"}, by=system, at=NOW, save_anyway=True)
        gone.owner_id = world.mine.owner.id
        services.delete_customer(gone, by=system, at=NOW)
    session.commit()
    world.theirs.keys["customer"] = gone.id
    before = digest(session)

    urls = ["/customers/show/{}", "/customers/edit/{}", "/customers/preview/{}", "/customers/{}/timeline"]
    urls += ["/contacts/add?customer_id={}", "/orders/related/customer_id/{}", "/lookup/contact?customer_id={}"]
    problems = [
        (url, found)
        for url in urls
        if (found := world.same(lambda pk, url=url: world.browser.get(url.format(pk)), "customer", statuses=(404, 403)))
    ]
    body = {"customer_id": gone.id, "name": "王芳"}
    refused = world.api("POST", "contacts/", body)

    assert not problems, shown(problems)
    assert "龘靐" not in world.browser.get("/lookup/customer?q=%E9%BE%98%E9%9D%90").text
    assert refused.status_code in (403, 422)
    assert digest(session) == before


# --- REST ---


def resources(app: Flask) -> Iterator[Any]:
    for view in app.appbuilder.baseviews:  # type: ignore[attr-defined]  # FAB puts itself on the app
        if hasattr(view, "writable"):
            yield view


def test_no_body_takes_somebody_elses_row(app: Flask, session: Session, world: World) -> None:
    before = digest(session)
    problems, walked = [], 0
    for view in resources(app):
        base = f"{view.resource_name}/"
        fields = {name: KIND_OF_FIELD.get(name, "customer" if name == "parent_id" else "") for name in view.writable}
        for name, kind in fields.items():
            if not kind:
                assert not name.endswith("_id") or name in SEEN_BY_ALL, name
                continue
            own = world.mine.keys[view.kind]
            for method, url in (("POST", base), ("PUT", f"{base}{own}")):
                if getattr(type(view), "create" if method == "POST" else "update") is None:
                    continue
                walked += 1
                extra = {
                    "name": "王芳",
                    "customer_id": world.mine.keys["customer"],
                    "title": "x",
                    "what": "x",
                    "text": "x",
                }
                kept = {k: v for k, v in extra.items() if k in view.writable and method == "POST"}
                ask = lambda pk, m=method, u=url, k=kept, n=name: world.api(m, u, {**k, n: pk})  # noqa: E731 - one after the other
                if found := world.same(ask, kind, statuses=(403, 404, 422)):
                    problems.append((method, url, name, found))

    assert walked > 10
    assert not problems, shown(problems)
    assert digest(session) == before


def test_no_filter_of_a_program_finds_somebody_elses_row(app: Flask, world: World) -> None:
    problems, walked = [], 0
    for view in resources(app):
        own = KINDS.get(view.resource_name, "")
        for column in view.search_columns:
            kind = KIND_OF_FIELD.get(column, own if column == "id" else "")
            if not kind:
                continue
            for operator in ("eq", "gte", "lte"):
                walked += 1

                def ask(pk: int, view: Any = view, column: str = column, operator: str = operator) -> Any:
                    value = pk if operator == "eq" else {"gte": MISSING, "lte": 0}[operator]
                    question = prison.dumps({"filters": [{"col": column, "opr": operator, "value": value}]})
                    return world.api("GET", f"{view.resource_name}/?q={encoded(question)}")

                if found := world.same(ask, kind, statuses=(200, 400, 403)):
                    problems.append((view.resource_name, column, operator, found))

    assert walked > 8
    assert not problems, shown(problems)


def test_a_programs_lists_name_nothing_of_somebody_else(app: Flask, world: World) -> None:
    texts = {view.resource_name: world.api("GET", f"{view.resource_name}/").text for view in resources(app)}

    assert [name for name, text in texts.items() if world.theirs.word in text.encode().decode("unicode_escape")] == []
    assert sum(world.mine.word in json.dumps(json.loads(text), ensure_ascii=False) for text in texts.values()) >= 5
