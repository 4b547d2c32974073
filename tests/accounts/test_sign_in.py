"""Signing in and out: what an attacker tries."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client, make_app
from tests.support.people import PASSWORD

WRONG = "not the password at all"


def sign_in(browser: Client, name: str, password: str, **query: str) -> Any:
    return browser.post("/login/", data={"username": name, "password": password}, query_string=query)


def is_signed_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def said(answer: Any) -> list[str]:
    """What the sign-in page says above its fields."""
    return re.findall(r'<p class="alert-l".*?</p>', answer.text, re.DOTALL)


def entries(session: Session, action: str) -> list[Any]:
    from app.core.audit import AuditEntry

    session.expire_all()
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


@pytest.fixture
def lin(session: Session, make_user: Any) -> Any:
    user = make_user("Account Manager", username="lin.xiaomei", first_name="晓梅", last_name="林")
    session.commit()
    return user


def test_a_name_is_locked_out_after_five_wrong_passwords_even_for_the_right_one(client: Client, lin: Any) -> None:
    answers = [sign_in(client, lin.username, WRONG) for _ in range(5)]

    late = sign_in(client, lin.username, PASSWORD)

    assert [answer.status_code for answer in answers] == [401] * 5
    assert late.status_code == 401
    assert said(late) == said(answers[0]) != []
    assert not is_signed_in(client)


def test_an_administrator_sees_who_is_locked_out_and_lets_them_in_with_a_new_password(
    client: Client, session: Session, lin: Any, client_as: Any
) -> None:
    admin = client_as("Admin")
    for _ in range(4):
        sign_in(client, lin.username, WRONG)
    before = admin.get(f"/users/show/{lin.id}").text
    sign_in(client, lin.username, WRONG)

    locked = admin.get(f"/users/show/{lin.id}").text
    shown = admin.post(f"/users/reset_password/{lin.id}").text
    initial = re.search(r"<code[^>]*>([^<]+-[^<]+-[^<]+)</code>", shown)

    assert "输错密码" not in before
    assert "输错密码" in locked
    assert initial is not None
    assert sign_in(client, lin.username, initial[1]).status_code == 302
    assert "输错密码" not in admin.get(f"/users/show/{lin.id}").text


def test_the_lock_counts_a_person_not_a_spelling(client: Client, session: Session, lin: Any) -> None:
    lin.email = "lin@example.com"
    session.commit()
    for name in ("lin.xiaomei", "LIN.XIAOMEI", " lin.xiaomei ", "lin@example.com", "Lin@Example.com"):
        sign_in(client, name, WRONG)

    assert sign_in(client, "lin.xiaomei", PASSWORD).status_code == 401


def test_a_lock_holds_for_programs_and_ends_after_a_while(
    app: Flask, client: Client, session: Session, lin: Any
) -> None:
    from datetime import timedelta

    from app.accounts.models import SignInFailure

    body = {"username": lin.username, "password": WRONG}
    tries = [client.post("/api/v1/security/login", json=body).status_code for _ in range(5)]
    right = {"username": lin.username, "password": PASSWORD}
    locked = client.post("/api/v1/security/login", json=right).status_code
    for failure in session.scalars(select(SignInFailure)):
        failure.at -= timedelta(minutes=app.config["LOGIN_LOCK_MINUTES"] + 1)
    session.commit()

    assert tries == [401] * 5
    assert locked == 401
    assert client.post("/api/v1/security/login", json=right).status_code == 200


def test_attempts_while_locked_do_not_prolong_the_lock(client: Client, session: Session, lin: Any) -> None:
    from app.accounts.models import SignInFailure

    for _ in range(8):
        sign_in(client, lin.username, WRONG)

    assert len(list(session.scalars(select(SignInFailure)))) == 5
    assert [entry.changes["reason"][1] for entry in entries(session, "sign_in_failed")][-3:] == ["locked out"] * 3


def test_an_unknown_name_gets_the_same_answer_and_is_logged(client: Client, session: Session, lin: Any) -> None:
    known, unknown = sign_in(client, lin.username, WRONG), sign_in(client, "nobody-of-us", WRONG)

    assert (known.status_code, said(known)) == (unknown.status_code, said(unknown))
    assert [entry.title for entry in entries(session, "sign_in_failed")][-1] == "nobody-of-us"


def test_both_a_known_and_an_unknown_name_cost_one_hash(client: Client, lin: Any, monkeypatch: Any) -> None:
    from app.accounts import passwords

    judged: list[bool] = []
    real = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda stored, text: judged.append(bool(stored)) or real(stored, text))

    sign_in(client, lin.username, WRONG)
    sign_in(client, "nobody-of-us", WRONG)

    assert judged == [True, False]


def test_somebody_deactivated_cannot_sign_in(client: Client, session: Session, lin: Any) -> None:
    lin.active = False
    session.commit()

    assert sign_in(client, lin.username, PASSWORD).status_code == 401


def test_signing_in_and_out_is_logged(client: Client, session: Session, lin: Any) -> None:
    sign_in(client, lin.username, PASSWORD)
    client.post("/logout/")

    assert [(e.title, e.actor_id) for e in entries(session, "sign_in")][-1] == ("林晓梅", lin.id)
    assert [(e.title, e.actor_id) for e in entries(session, "sign_out")][-1] == ("林晓梅", lin.id)


def test_a_replayed_cookie_is_worth_nothing_after_signing_out(app: Flask, client: Client, lin: Any) -> None:
    sign_in(client, lin.username, PASSWORD)
    stolen = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert stolen is not None
    client.post("/logout/")

    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], stolen.value)

    assert thief.get("/profile/").status_code == 302


def test_other_sessions_end_when_the_password_changes(app: Flask, client: Client, lin: Any) -> None:
    sign_in(client, lin.username, PASSWORD)
    elsewhere = app.test_client()
    sign_in(elsewhere, lin.username, PASSWORD)
    form = {"current": PASSWORD, "password": "a new long sentence", "repeated": "a new long sentence"}

    answer = client.post("/profile/password", data=form)

    assert answer.status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert sign_in(app.test_client(), lin.username, PASSWORD).status_code == 401
    assert sign_in(app.test_client(), lin.username, "a new long sentence").status_code == 302


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"current": "wrong", "password": "a new long sentence"}, "当前密码不正确"),
        ({"password": "short1"}, "至少需要 10 个字符"),
        ({"password": "xx-lin.xiaomei-xx"}, "密码不能包含账号"),
        ({"password": "aaaaaaaaaaaaaa"}, "5 个不同的字符"),
        ({"password": PASSWORD}, "不能与当前密码相同"),
        ({"password": "a new long sentence", "repeated": "another"}, "两次输入的密码不一致"),
        ({"password": "x" * 2000 + "abcd"}, "密码太长"),
    ],
)
def test_a_password_that_is_not_good_enough_is_refused_with_its_reason(
    client: Client, lin: Any, form: dict[str, str], said: str
) -> None:
    sign_in(client, lin.username, PASSWORD)
    form = {"current": PASSWORD, "repeated": form["password"], **form}

    answer = client.post("/profile/password", data=form)

    assert answer.status_code == 200
    assert said in answer.text
    assert is_signed_in(client)


def test_somebody_with_an_initial_password_sees_only_the_page_that_changes_it(
    client: Client, session: Session, lin: Any
) -> None:
    lin.must_change_password = True
    session.commit()
    sign_in(client, lin.username, PASSWORD)

    pages = [client.get(url) for url in ("/", "/profile/", "/users/list/", "/no-such-page")]
    token = client.post("/api/v1/security/login", json={"username": lin.username, "password": PASSWORD})
    forced = client.get("/profile/password")
    before_sending = client.get("/session/")  # the page asks before it sends the form
    form = {"current": PASSWORD, "password": "a new long sentence", "repeated": "a new long sentence"}
    client.post("/profile/password", data=form)

    assert [(page.status_code, page.location) for page in pages] == [(302, "/profile/password")] * 4
    assert token.status_code == 403
    assert "初始密码" in forced.text
    assert before_sending.json is not None
    assert before_sending.json["user"] == lin.id
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https://localhost@evil.example/",
        "/%0d%0aX:1\r\nX: 1",
        "http://[",
        "evil.example",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(client: Client, lin: Any, target: str) -> None:
    answer = sign_in(client, lin.username, PASSWORD, next=target)

    assert answer.status_code == 302
    assert answer.location in ("/", "/evil.example")  # the latter is a page of ours that does not exist


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client: Client, lin: Any) -> None:
    asked = client.get("/profile/?tab=x")

    assert "next=" in asked.location
    answer = sign_in(client, lin.username, PASSWORD, next="http://localhost/profile/?tab=x")
    assert answer.location == "/profile/?tab=x"


def test_a_forged_host_header_does_not_widen_where_signing_in_leads(client: Client, lin: Any) -> None:
    answer = client.post(
        "/login/?next=http://evil.example/x",
        data={"username": lin.username, "password": PASSWORD},
        headers={"Host": "evil.example"},
    )

    assert answer.location == "/x"


def test_a_get_neither_signs_out_nor_changes_the_language(client: Client, session: Session, lin: Any) -> None:
    sign_in(client, lin.username, PASSWORD)

    answers = [client.get(url).status_code for url in ("/logout/", "/language/en", "/lang/en")]

    assert answers == [302, 405, 404]
    assert is_signed_in(client)
    session.refresh(lin)
    assert lin.language is None


def test_posts_without_a_token_are_refused(client: Client, lin: Any, csrf_protection: None) -> None:
    answers = [sign_in(client, lin.username, PASSWORD), client.post("/logout/"), client.post("/language/en")]

    assert [answer.status_code for answer in answers] == [400, 400, 400]


def test_the_language_is_remembered_for_the_person_and_before_that_for_the_browser(
    app: Flask, client: Client, session: Session, lin: Any
) -> None:
    visitor = app.test_client()

    english = visitor.get("/login/", headers={"Accept-Language": "en-GB,en;q=0.8"})
    chinese = visitor.get("/login/", headers={"Accept-Language": "fr"})
    visitor.post("/language/en", data={"next": "/login/"})
    chosen = visitor.get("/login/", headers={"Accept-Language": "zh-CN"})
    sign_in(client, lin.username, PASSWORD)
    there = client.post("/language/en", data={"next": "https://evil.example/"})
    session.refresh(lin)

    assert 'lang="en"' in english.text
    assert 'lang="zh-CN"' in chinese.text
    assert 'lang="en"' in chosen.text
    assert lin.language == "en"
    assert there.location == "/"
    assert client.post("/language/xx").status_code == 404


@pytest.fixture
def token(client: Client, lin: Any) -> str:
    body = {"username": lin.username, "password": PASSWORD, "refresh": True}
    return str(client.post("/api/v1/security/login", json=body).json["access_token"])


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


def test_a_token_ends_with_the_session_it_stands_for(
    app: Flask, client: Client, session: Session, lin: Any, token: str
) -> None:
    visitor = app.test_client()
    before = visitor.get("/profile/", headers=bearer(token)).status_code
    sign_in(client, lin.username, PASSWORD)
    client.post("/logout/")

    after = visitor.get("/profile/", headers=bearer(token))

    assert before == 200
    assert after.status_code == 401
    assert "message" in after.json


def test_forged_tokens_are_refused(app: Flask, lin: Any, token: str) -> None:
    claims = jwt.decode(token, options={"verify_signature": False})
    signed_with_the_cookie_key = jwt.encode(claims, app.config["SECRET_KEY"], algorithm="HS256")
    unsigned = jwt.encode(claims, None, algorithm="none")
    other = jwt.encode({**claims, "sub": "1"}, app.config["JWT_SECRET_KEY"], algorithm="HS256")
    expired = jwt.encode({**claims, "exp": int(time.time()) - 5}, app.config["JWT_SECRET_KEY"], algorithm="HS256")
    visitor = app.test_client()

    answers = {
        name: visitor.get("/profile/", headers=bearer(value)).status_code
        for name, value in {
            "cookie key": signed_with_the_cookie_key,
            "none": unsigned,
            "another person": other,
            "expired": expired,
            "nonsense": "a.b.c",
            "empty": "",
        }.items()
    }

    assert answers == dict.fromkeys(answers, 401)


def test_a_refresh_token_renews_but_opens_nothing(app: Flask, client: Client, lin: Any) -> None:
    body = {"username": lin.username, "password": PASSWORD, "refresh": True}
    refresh = client.post("/api/v1/security/login", json=body).json["refresh_token"]
    visitor = app.test_client()

    renewed = visitor.post("/api/v1/security/refresh", headers=bearer(refresh))

    assert visitor.get("/profile/", headers=bearer(refresh)).status_code == 401
    assert renewed.status_code == 200
    assert visitor.get("/profile/", headers=bearer(renewed.json["access_token"])).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {"username": 1, "password": 2},
        {"username": "admin"},
        {"username": "a", "password": "b", "provider": "ldap"},
    ],
)
def test_nonsense_sent_to_the_programs_sign_in_is_answered_with_a_sentence(client: Client, body: Any) -> None:
    answer = client.post("/api/v1/security/login", json=body)

    assert answer.status_code == 400
    assert answer.json["message"]


def test_an_older_hash_still_opens_and_is_replaced(client: Client, session: Session, lin: Any) -> None:
    from werkzeug.security import generate_password_hash

    lin.password = generate_password_hash(PASSWORD)
    session.commit()

    answer = sign_in(client, lin.username, PASSWORD)
    session.refresh(lin)

    assert answer.status_code == 302
    assert lin.password.startswith("$argon2id$")


def test_a_weaker_hash_opens_once_and_is_replaced_by_one_of_todays_cost(
    client: Client, session: Session, lin: Any, monkeypatch: pytest.MonkeyPatch, real_hasher: Any
) -> None:
    from app.accounts import passwords

    monkeypatch.setattr(passwords, "_hasher", real_hasher)
    weak = lin.password

    answer = sign_in(client, lin.username, PASSWORD)
    session.refresh(lin)

    assert answer.status_code == 302
    assert weak.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    # The least that OWASP recommends for Argon2id.
    assert lin.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_signed_in(client)
    strong = lin.password
    sign_in(client, lin.username, PASSWORD)
    session.refresh(lin)
    assert lin.password == strong


@pytest.mark.parametrize("password", ["", "\0", "\0\0", "x" * 5000])
def test_empty_and_giant_passwords_open_nothing(client: Client, session: Session, lin: Any, password: str) -> None:
    from werkzeug.security import generate_password_hash

    lin.password = generate_password_hash("")
    session.commit()

    assert sign_in(client, lin.username, password).status_code in (200, 401)
    assert not is_signed_in(client)


def test_programs_may_not_try_for_ever(own_url: str, tmp_path: Path) -> None:
    app = make_app(own_url, tmp_path, RATELIMIT_ENABLED=True)
    visitor = app.test_client()

    answers = [visitor.post("/api/v1/security/login", json={}).status_code for _ in range(25)]

    assert answers[0] == 400
    assert answers[-1] == 429


def test_a_visitor_is_led_to_the_sign_in_page_and_programs_get_a_sentence(app: Flask, client: Client) -> None:
    page, call = client.get("/users/list/"), client.get("/api/v1/customers/")

    assert page.status_code == 302
    assert page.location.startswith("/login/?next=")
    assert call.status_code == 401
    assert call.json["message"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("asked", ["", "?_l_=zh", "?_l_=en"])
def test_a_visitor_who_opened_a_page_is_not_told_that_a_right_is_missing(
    client: Client, language: str, asked: str
) -> None:
    client.post(f"/language/{language}")

    client.get(f"/users/list/{asked}")
    page = client.get("/login/")

    assert page.status_code == 200
    assert "alert" not in page.text.partition("<form")[2].partition("</form>")[0]
    assert not re.search("没有权限|Access is Denied|do not have the right", page.text)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask, client: Client, lin: Any) -> None:
    header = sign_in(client, lin.username, PASSWORD).headers["Set-Cookie"]

    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Expires" in header


def test_signing_in_starts_a_session_nobody_has_prepared(app: Flask, client: Client, lin: Any) -> None:
    """A session planted before the sign-in keeps nothing but the language and the theme."""
    with client.session_transaction() as prepared:
        prepared.update({"locale": "en", "_user_id": "1", "planted": "x"})

    sign_in(client, lin.username, PASSWORD)

    with client.session_transaction() as mine:
        assert mine["_user_id"] == str(lin.id)
        assert mine["locale"] == "en"
        assert "planted" not in mine


def test_attempts_made_at_the_same_moment_count_against_each_other(session: Session, lin: Any) -> None:
    """Each is written down before it is judged, so a burst gets no more tries than a patient person."""
    from app.accounts.services.sign_in import begin_attempt
    from app.core.database import utc_now

    at = utc_now()
    judged = [begin_attempt(session, lin.username, at, address=None, allowed=5, minutes=15)[1] for _ in range(8)]

    assert judged == [True] * 5 + [False] * 3
