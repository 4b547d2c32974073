"""Signing in and out: attempts are counted over all workers, and everything is logged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import SignInFailure, User
from app.core import audit
from app.core.actors import Actor

KEEP_FAILURES = timedelta(days=1)
_NAME = 128


def find_user(session: Session, name: str) -> User | None:
    """The user called ``name``, or with that mail address; upper and lower case do not matter."""
    wanted = name.casefold()
    by_name = select(User).where(func.lower(User.username) == wanted)
    by_mail = select(User).where(func.lower(User.email) == wanted)
    # Both are always asked, so that the time does not tell which one exists.
    found, by_address = session.scalars(by_name).first(), session.scalars(by_mail).first()
    return found or by_address


def begin_attempt(
    session: Session, key: str, at: datetime, *, address: str | None, allowed: int, minutes: int
) -> tuple[int, bool]:
    """Write down an attempt for ``key`` before it is judged; return its id and whether it may be judged at all.

    Attempts made at the same time are counted against each other, so no more than ``allowed`` are judged within
    ``minutes`` however many arrive at once.
    """
    attempt = SignInFailure(username=key[:_NAME], at=at, address=address)
    session.add(attempt)
    session.flush()
    since = at - timedelta(minutes=minutes)
    earlier = session.scalar(
        select(func.count(SignInFailure.id)).where(
            SignInFailure.username == attempt.username, SignInFailure.at > since, SignInFailure.id <= attempt.id
        )
    )
    return attempt.id, (earlier or 0) <= allowed


def locked_until(session: Session, user: User, at: datetime, *, allowed: int, minutes: int) -> datetime | None:
    """Until when ``user`` is kept out after wrong passwords; None for whoever may try."""
    since = at - timedelta(minutes=minutes)
    failures = select(SignInFailure.at).where(
        SignInFailure.username == user.username.casefold()[:_NAME], SignInFailure.at > since
    )
    newest = session.scalars(failures.order_by(SignInFailure.at.desc()).limit(allowed)).all()
    return newest[-1] + timedelta(minutes=minutes) if len(newest) == allowed else None


def refuse(session: Session, attempt: int, name: str, user_id: int | None, at: datetime, *, locked: bool) -> None:
    """Log a failed attempt; one made while the name is locked out does not prolong the lock."""
    failure = session.get(SignInFailure, attempt)
    address = failure.address if failure else None
    if locked and failure is not None:
        session.delete(failure)
    known = None if user_id is None else session.get(User, user_id)
    reason = "locked out" if locked else "unknown" if known is None else "password" if known.active else "deactivated"
    changes = {"reason": [None, reason], "address": [None, address]}
    audit.record(session, "sign_in_failed", "user", known or name[:_NAME], changes, by=None, at=at)
    if known is not None:
        counted = func.coalesce(User.fail_login_count, 0) + 1
        session.execute(update(User).where(User.id == known.id).values(fail_login_count=counted))


def accept(session: Session, user: User, password: str, at: datetime, *, address: str | None) -> None:
    """Log a sign-in, forget the failures of this name, and store the password in today's form."""
    key = user.username.casefold()[:_NAME]
    forgotten = (SignInFailure.username == key) | (SignInFailure.at < at - KEEP_FAILURES)
    session.execute(delete(SignInFailure).where(forgotten))
    values = {
        "login_count": (user.login_count or 0) + 1,
        "fail_login_count": 0,
        "last_login": at.astimezone(UTC).replace(tzinfo=None),
    }
    if user.password and passwords.is_outdated(user.password):
        values["password"] = passwords.hash_password(password)
    # Not through the row: counting a sign-in is not a change of the user.
    session.execute(update(User).where(User.id == user.id).values(**values))
    by = Actor(user_id=user.id, name=user.name)
    audit.record(session, "sign_in", "user", user, {"address": [None, address]}, by=by, at=at)


def sign_out(session: Session, user: User, at: datetime) -> None:
    """End every session and token of ``user``."""
    session.execute(update(User).where(User.id == user.id).values(sign_outs=func.coalesce(User.sign_outs, 0) + 1))
    session.expire(user, ["sign_outs"])
    audit.record(session, "sign_out", "user", user, {}, by=Actor(user_id=user.id, name=user.name), at=at)
