"""Who asks, and when: what edges hand to the rules as arguments."""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import current_app, redirect, request
from sqlalchemy import ForeignKey, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.actors import Actor, current_actor
from app.core.database import Model, Moment, db, only_reading, unit_of_work, utc_now
from app.core.i18n import local_day

now = utc_now


def today() -> date:
    """Today in the company's time zone."""
    return local_day(utc_now())


def acting() -> Actor:
    """The person signed in.

    :raises RuntimeError: if nobody is; views ask :func:`signed_in` first.
    """
    actor = current_actor()
    if actor is None:
        raise RuntimeError("nobody is signed in")
    return actor


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Send whoever is not signed in to the sign-in page; the rules decide what the person may."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_actor() is None:
            return redirect(f"{current_app.appbuilder.get_url_for_login}?{urlencode({'next': request.full_path})}")  # type: ignore[attr-defined]  # FAB puts itself on the app
        return view(*args, **kwargs)

    return guarded


@contextmanager
def noting() -> Iterator[Session]:
    """A short transaction that writes, inside a request that only reads: that somebody looked or took away."""
    db.session.rollback()
    token = only_reading.set(False)
    try:
        with unit_of_work() as session:
            yield session
    finally:
        only_reading.reset(token)


def takes_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a page that a script of ours sends JSON; no other page reads any."""
    view.takes_json = True  # type: ignore[attr-defined]  # functions have attributes
    return view


def wants_json() -> bool:
    """Say whether a script asks, so that a sentence is answered instead of a page."""
    return request.headers.get("X-Requested-With") == "fetch" or request.accept_mimetypes.best == "application/json"


def wants_sentence() -> bool:
    """Say whether a script asks that shows a sentence itself; a dialog shows its form again, or leads to a page."""
    return wants_json() and "HX-Request" not in request.headers


ONCE_LENGTH = 43


class Submission(Model):
    """A form that was sent: sending it twice (a double click) makes one record."""

    __tablename__ = "submission"

    token: Mapped[str] = mapped_column(String(43), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    location: Mapped[str] = mapped_column(String(500), comment="where the first one led")


class SentBefore(Exception):
    """The form's first sending has succeeded; ``location`` is where it led."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def once_token(content: str = "") -> str:
    """A fresh token for one form, or the one that stands for ``content``."""
    if not content:
        return secrets.token_urlsafe(32)
    digest = hashlib.sha256(content.encode("utf-8", "replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def claim_submission(session: Session, token: str | None, at: datetime) -> Submission | None:
    """Take the form's token in this transaction; a second sender waits for the first.

    :raises SentBefore: if the form was sent before.
    """
    if not token or len(token) != ONCE_LENGTH:
        return None
    actor = current_actor(session)
    submission = Submission(token=token, user_id=actor.user_id if actor else None, at=at, location="/")
    try:
        with session.begin_nested():
            session.add(submission)
            session.flush()
    except IntegrityError:
        first = session.get(Submission, token)
        raise SentBefore(first.location if first else "/") from None
    return submission


@contextmanager
def submitted() -> Iterator[Submission | None]:
    """One transaction for a form that was sent; commits at the end, yields the sending where the form has a token.

    :raises SentBefore: if the form was sent before; nothing is done then, and the first one's page is shown.
    """
    with unit_of_work() as session:
        yield claim_submission(session, _sending(), now())


def _sending() -> str | None:
    """The token of this sending: of the form's token and what was typed.

    Somebody who goes back in the browser, changes something and saves again means another change.
    """
    once = request.form.get("_once", "")
    if len(once) != ONCE_LENGTH:
        return None
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return once_token(repr((request.path, typed)))
