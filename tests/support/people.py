"""Fixtures: people of every role, and browsers they are signed in with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Protocol

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.application import Client

PASSWORD = "every tester's 1st password"
_CHEAPEST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = _CHEAPEST.hash(PASSWORD)
_numbers = count(1)


class MakeUser(Protocol):
    def __call__(self, role: str | None = ..., **columns: Any) -> Any: ...


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What the product hashes passwords with. In the tests that costs as little as it can: by the product's own
    parameters each of thousands of sign-ins would replace the hash of ``make_user`` by an expensive one."""
    from app.accounts import passwords

    with pytest.MonkeyPatch.context() as patch:
        real = passwords._hasher
        patch.setattr(passwords, "_hasher", _CHEAPEST)
        patch.setattr(passwords, "_NOBODYS", _CHEAPEST.hash("nobody's password"))
        yield real


@pytest.fixture
def make_user(session: Session) -> MakeUser:
    """``make_user("Account Manager", team=…)``: somebody who can sign in with ``PASSWORD``."""
    from flask_appbuilder.security.sqla.models import Role

    from app.accounts.models import User

    def make(role: str | None = None, **columns: Any) -> User:
        number = next(_numbers)
        values = {
            "first_name": "Lin",
            "last_name": f"Tester {number}",
            "username": f"tester{number}",
            "email": f"tester{number}@example.com",
            "active": True,
            "password": _HASH,
            **columns,
        }
        user = User(**values)
        if role is not None:
            user.roles = [session.scalars(select(Role).where(Role.name == role)).one()]
        session.add(user)
        session.flush()
        return user

    return make


@pytest.fixture
def make_actor(session: Session, make_user: MakeUser) -> Callable[..., Any]:
    """``make_actor("Account Manager")``: the actor of a new user of that role, with the rights it has after ``init``.

    ``make_actor(user=somebody)`` is the actor of an existing user.
    """
    from app.accounts.models import User
    from app.accounts.queries import actor_for

    def make(role: str | None = None, *, user: User | None = None, **columns: Any) -> Any:
        return actor_for(session, user or make_user(role, **columns))

    return make


@pytest.fixture(params=["a few", "half the company"])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Rules are put as for people who own so much; what they mean is the same."""
    far = request.param != "a few"
    monkeypatch.setattr("app.accounts.queries._judges", [lambda _session, _people: far])
    return str(request.param)


@pytest.fixture
def client_as(app: Flask, session: Session, make_user: MakeUser) -> Callable[..., Client]:
    """``client_as("Account Manager")``: a browser with a new user of that role signed in through the sign-in page.

    ``client_as(user=somebody)`` signs in an existing user made by ``make_user``.
    """

    def sign_in(role: str | None = None, *, user: Any = None, **columns: Any) -> Client:
        somebody = user or make_user(role, **columns)
        session.commit()
        browser = app.test_client()
        assert isinstance(browser, Client)
        answer = browser.post("/login/", data={"username": somebody.username, "password": PASSWORD})
        assert answer.status_code == 302, answer.text[:2000]
        assert "/login" not in answer.location
        return browser

    return sign_in


@pytest.fixture
def as_(people: dict[str, Any], client_as: Callable[..., Client]) -> Callable[[str], Client]:
    """``as_("manager")``: a browser in which one of the folder's ``people`` is signed in, once for each."""
    signed_in: dict[str, Client] = {}

    def browser(name: str) -> Client:
        if name not in signed_in:
            signed_in[name] = client_as(user=people[name])
        return signed_in[name]

    return browser
