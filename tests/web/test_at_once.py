"""The same form sent twice at the same moment, and two people whose requests interleave."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.application import Client
from tests.support.forms import forms_of
from tests.support.people import _HASH, PASSWORD

_numbers = count(1)
THREADS = 8


@pytest.fixture
def sign_in(own_app: Flask) -> Callable[..., Client]:
    """``sign_in("Account Manager")``: the browser of a new user of that role."""

    def make(role: str, name: str = "") -> Client:
        from flask_appbuilder.security.sqla.models import Role

        from app.accounts.models import User
        from app.core.database import db

        name = name or f"twice{next(_numbers)}"
        with own_app.app_context():
            user = User(
                username=name,
                first_name="Lin",
                last_name=name,
                email=f"{name}@example.com",
                active=True,
                password=_HASH,
            )
            user.roles = [db.session.scalars(select(Role).where(Role.name == role)).one()]
            db.session.add(user)
            db.session.commit()
        browser = own_app.test_client()
        assert isinstance(browser, Client)
        answer = browser.post("/login/", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 302
        return browser

    return make


def clone(app: Flask, browser: Client) -> Client:
    """The same browser for another thread."""
    other = app.test_client()
    assert isinstance(other, Client)
    cookie = browser.get_cookie("changke")
    assert cookie is not None
    other.set_cookie("changke", cookie.value)
    return other


def together(app: Flask, browser: Client, times: int, send: Callable[[Client], Any]) -> list[Any]:
    barrier = Barrier(times)

    def one(client: Client) -> Any:
        barrier.wait()
        return send(client)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, [clone(app, browser) for _thread in range(times)]))


def rows_of(app: Flask, table: str) -> int:
    from app.core.database import Model, db

    with app.app_context():
        return int(
            db.session.connection().execute(select(func.count()).select_from(Model.metadata.tables[table])).scalar_one()
        )


def make_customer(browser: Client, name: str) -> str:
    """The key of a new customer."""
    answer = browser.post("/customers/add", data={"name": name, "kind": "company", "save_anyway": "1"})
    assert answer.status_code == 302, answer.text[:3000]
    browser.get("/profile/")  # shows the message, which would otherwise stand on the next page
    return str(answer.location).rpartition("/")[2]


# (table, page, what is typed besides); {pk} is the key of a customer
ADDED = [
    ("customer", "/customers/add", {"name": "双击包装有限公司", "kind": "company"}),
    ("contact", "/contacts/add?customer_id={pk}", {"name": "周婷"}),
    ("follow_up", "/follow-ups/add?customer_id={pk}", {"summary": "谈样品", "content": "谈样品", "kind": "phone", "at": "2026-11-20 09:00"}),
    ("plan", "/plans/add?customer_id={pk}", {"what": "送样品", "due_at": "2030-11-20 09:00"}),
    ("opportunity", "/opportunities/add?customer_id={pk}", {"title": "年度框架"}),
    ("sales_order", "/orders/add?customer_id={pk}", {"lines-0-text": "标签", "lines-0-quantity": "1", "lines-0-unit_price": "9"}),
    ("service_request", "/service-requests/add?customer_id={pk}", {"text": "标签掉色", "type": "complaint"}),
    ("product", "/products/add", {"name": "不干胶", "list_price": "9"}),
    ("team", "/teams/add", {"name": "华东组"}),
    ("ab_role", "/roles/2", {"name": "区域经理"}),
    ("opportunity_stage", "/opportunity-stages/add", {"code": "trial", "label_zh": "试样", "label_en": "Trial", "probability": "30", "normal_days": "9"}),
    ("follow_up", "/customers/show/{pk}", {"content": "写在时间线上", "kind": "phone"}),
]  # fmt: skip


@pytest.mark.parametrize(("table", "page", "typed"), ADDED, ids=[f"{table} {page}" for table, page, _typed in ADDED])
def test_a_form_sent_twice_at_the_same_moment_makes_one_record(
    own_app: Flask, sign_in: Callable[..., Client], table: str, page: str, typed: dict[str, str]
) -> None:
    browser = sign_in("Admin")
    pk = make_customer(browser, f"双击客户{next(_numbers)}") if "{pk}" in page else ""
    url = page.format(pk=pk)
    form = next(f for f in forms_of(browser.get(url).text) if f.method == "post" and "_once" in f.values)
    before = rows_of(own_app, table)

    answers = together(own_app, browser, 3, lambda client: client.post(form.action or url, data=form.sent(**typed)))
    late = browser.post(form.action or url, data=form.sent(**typed))

    assert [answer.status_code for answer in (*answers, late)] == [302] * 4, answers[0].text[:3000]
    assert len({answer.location for answer in (*answers, late)}) == 1
    assert rows_of(own_app, table) == before + 1


def test_a_move_sent_twice_at_the_same_moment_is_made_once_and_nobody_is_scolded(
    own_app: Flask, sign_in: Callable[..., Client]
) -> None:
    """A step of a plan and a lost opportunity: the second click leads to the page of the first."""
    browser = sign_in("Account Manager")
    pk = make_customer(browser, f"双击客户{next(_numbers)}")
    opportunity = browser.post("/opportunities/add", data={"customer_id": pk, "title": "年度框架"})
    show = str(opportunity.location)
    base = show.replace("/show", "")
    step = next(form for form in forms_of(browser.get(f"{base}/steps").text) if "what" in form.values)
    plans = rows_of(own_app, "plan")

    added = together(own_app, browser, 3, lambda c: c.post(f"{base}/steps", data=step.sent(what="电话回访")))

    assert [answer.location for answer in added] == [show] * 3, added[0].text[:3000]
    assert rows_of(own_app, "plan") == plans + 1

    lose = next(form for form in forms_of(browser.get(f"{base}/move/lose").text) if "lost_reason" in form.choices)
    reason = next(code for code in lose.choices["lost_reason"] if code)
    trail = rows_of(own_app, "audit_entry")
    lost = together(own_app, browser, 3, lambda c: c.post(f"{base}/move/lose", data=lose.sent(lost_reason=reason)))

    assert [answer.location for answer in lost] == [show] * 3, lost[0].text[:3000]
    assert 0 < rows_of(own_app, "audit_entry") - trail <= 2
    assert "t-bad" not in browser.get(show).text.split('class="toasts')[-1][:2000]


def test_a_person_added_twice_at_the_same_moment_is_one_person_with_one_password(
    own_app: Flask, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in("Admin")
    form = next(f for f in forms_of(browser.get("/users/add").text) if "username" in f.values)
    typed = {"username": "twice-added", "first_name": "琳", "last_name": "周", "role_ids": form.choices["role_ids"][0]}
    before = rows_of(own_app, "ab_user")

    answers = together(own_app, browser, 3, lambda client: client.post("/users/add", data=form.sent(**typed)))

    # The initial password is shown once; the others lead to the page of the person.
    assert sorted(answer.status_code for answer in answers) == [200, 302, 302], answers[0].text[:3000]
    assert rows_of(own_app, "ab_user") == before + 1


def test_a_list_saved_twice_at_the_same_moment_gets_its_new_entry_once(
    own_app: Flask, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in("Admin")
    form = next(form for form in forms_of(browser.get("/dictionary/source").text) if "label_zh" in form.values)
    form.values["label_zh"][-1], form.values["label_en"][-1] = "行业峰会", "Industry summit"
    before = rows_of(own_app, "term")

    answers = together(own_app, browser, 3, lambda client: client.post("/dictionary/source", data=form.values))

    assert [answer.status_code for answer in answers] == [302] * 3, answers[0].text[:3000]
    assert rows_of(own_app, "term") == before + 1


def test_a_form_that_was_refused_may_be_sent_again(own_app: Flask, sign_in: Callable[..., Client]) -> None:
    browser = sign_in("Admin")
    form = next(f for f in forms_of(browser.get("/customers/add").text) if "_once" in f.values)
    name = f"再来一次{next(_numbers)}"

    refused = browser.post("/customers/add", data=form.sent(name=name, kind="company", email="no address"))
    saved = browser.post("/customers/add", data=form.sent(name=name, kind="company"))

    assert refused.status_code == 200
    assert saved.status_code == 302
    assert "/customers/show/" in saved.location


def test_going_back_and_saving_something_else_is_another_change(own_app: Flask, sign_in: Callable[..., Client]) -> None:
    """The browser's Back brings the old form with its old token: what is typed into it then is not thrown away."""
    browser = sign_in("Admin")
    form = next(f for f in forms_of(browser.get("/customers/add").text) if "_once" in f.values)
    names = [f"回退重写{next(_numbers)}", f"另写一家{next(_numbers)}"]

    first, second = (browser.post("/customers/add", data=form.sent(name=name, save_anyway="1")) for name in names)
    edit = next(f for f in forms_of(browser.get(first.location.replace("show", "edit")).text) if "version" in f.values)
    browser.post(first.location.replace("show", "edit"), data=edit.sent(short_name="一"))
    again = browser.post(first.location.replace("show", "edit"), data=edit.sent(short_name="二"))

    assert first.location != second.location
    assert again.status_code == 200
    assert 'data-theirs="short_name">一' in again.text
    assert 'value="二"' in again.text


@pytest.mark.parametrize("token", ["", "x", "x" * 42, "x" * 44, "x" * 10_000, "\x00" * 43, "😀" * 43])
def test_an_odd_token_changes_nothing(own_app: Flask, sign_in: Callable[..., Client], token: str) -> None:
    name = f"怪票据{next(_numbers)}"

    answer = sign_in("Admin").post(
        "/customers/add", data={"name": name, "kind": "company", "save_anyway": "1", "_once": token}
    )

    assert answer.status_code == 302


def test_nobody_sees_the_filter_or_the_rows_of_another_request(own_app: Flask, sign_in: Callable[..., Client]) -> None:
    """Two people, four threads, 200 requests: each page has its own filter and its own person's rows only."""
    anna, ben = sign_in("Account Manager"), sign_in("Account Manager")
    for browser, word in ((anna, "安娜"), (ben, "老贝")):
        for number in range(4):
            make_customer(browser, f"{word}客户{number}号{next(_numbers)}")
    asked = [
        (browser, word, f"{word}客户{number % 4}号", f"/customers/{page}?_flt_1_name={word}客户{number % 4}号")
        for number in range(50)
        for browser, word in ((anna, "安娜"), (ben, "老贝"))
        for page in ("list/", "count")
    ]

    def ask(entry: tuple[Client, str, str, str]) -> str:
        browser, word, wanted, url = entry
        page = clone(own_app, browser).get(url)
        other = "老贝" if word == "安娜" else "安娜"
        if page.status_code != 200:
            return f"{url}: {page.status_code}"
        if url.endswith("号") and "count" in url:
            return "" if page.json == {"count": 1} else f"{url}: {page.json}"
        names = set(re.findall(rf"(?:{word}|{other})客户\d号", page.text))
        return "" if names == {wanted} else f"{url}: {names}"

    with ThreadPoolExecutor(4) as threads:
        problems = [problem for problem in threads.map(ask, asked) if problem]

    assert len(asked) == 200
    assert problems == []


def test_a_program_that_sends_again_with_its_key_makes_one_record(
    own_app: Flask, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in("Admin", "program")
    token = browser.post("/api/v1/security/login", json={"username": "program", "password": PASSWORD}).json[
        "access_token"
    ]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "order 4711, first try"}
    before = rows_of(own_app, "customer")

    def send(client: Client, key: str = headers["Idempotency-Key"], called: str = "程序录入客户") -> Any:
        return client.post("/api/v1/customers/", json={"name": called}, headers=headers | {"Idempotency-Key": key})

    answers = together(own_app, browser, 3, send)
    late, other, giant = send(browser), send(browser, "another", "另一家程序客户"), send(browser, "x" * 201)

    assert sorted(answer.status_code for answer in (*answers, late)) == [200, 200, 200, 201]
    assert len({answer.json["id"] for answer in (*answers, late)}) == 1
    assert other.status_code == 201
    assert giant.status_code == 400
    assert rows_of(own_app, "customer") == before + 2
