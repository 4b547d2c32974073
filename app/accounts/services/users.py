"""People: who they are, what they may do, and what happens when one of them leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import NO_MAIL, SignInFailure, Team, User, full_name
from app.accounts.queries import ADMIN, rights_of, rights_of_role, roles_of
from app.core import audit, events
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, REQUIRED, Checks
from app.core.doing import done_by
from app.core.errors import Invalid, NotAllowed, Sentence, invalid
from app.core.i18n import LANGUAGES, _l, local_day
from app.core.kept import KeptName

FIELDS = ("username", "last_name", "first_name", "email", "phone", "team_id", "language", "role_ids")
OWN_FIELDS = ("last_name", "first_name", "email", "phone", "language")


def create_user(values: Mapping[str, Any], *, by: Actor, at: datetime) -> User:
    """Add a person, who cannot sign in until :func:`reset_password` gives a password.

    :raises Invalid: if the user name or mail address is taken, or a role is one that ``by`` may not give.
    """
    with done_by(by, at, "user.add") as session:
        clean, role_ids = _checked(session, values, FIELDS, user=None)
        clean["email"] = clean.get("email") or f"{clean['username']}@{NO_MAIL}"
        clean["last_name"] = clean.get("last_name") or ""
        user = User(**clean, active=True, must_change_password=True, created_on=None, changed_on=None)
        session.add(user)
        session.flush()
        _set_roles(session, user, role_ids or (), by=by, at=at)
    return user


def create_user_with_password(values: Mapping[str, Any], *, by: Actor, at: datetime) -> tuple[User, str]:
    """Add a person and return them with their initial password, which is told once."""
    user = create_user(values, by=by, at=at)
    with done_by(by, at):
        password = passwords.make_initial_password()
        user.password = passwords.hash_password(password)
    return user, password


def update_user(user: User, values: Mapping[str, Any], *, by: Actor, at: datetime) -> User:
    """Change who somebody is and which roles they hold; it takes effect with their next click."""
    with done_by(by, at, "user.edit") as session:
        _must_not_outrank(session, user, by)
        clean, role_ids = _checked(session, values, FIELDS, user=user)
        _apply(user, clean)
        if role_ids is not None:
            _set_roles(session, user, role_ids, by=by, at=at)
    return user


def update_own_profile(user: User, values: Mapping[str, Any], *, by: Actor, at: datetime) -> User:
    """Let ``by`` change their own name, address and language.

    :raises NotAllowed: if it is somebody else's profile.
    """
    with done_by(by, at) as session:
        if by.user_id != user.id:
            raise NotAllowed(_l("You can change only your own profile."))
        clean, _no_roles = _checked(session, values, OWN_FIELDS, user=user)
        _apply(user, clean)
    return user


def reset_password(user: User, *, by: Actor, at: datetime) -> str:
    """Give ``user`` a new initial password, which is returned once, and end their sessions."""
    with done_by(by, at, "user.reset_password") as session:
        _must_not_outrank(session, user, by)
        password = passwords.make_initial_password()
        user.password = passwords.hash_password(password)
        user.must_change_password = True
        _forget_failures(session, user)
    return password


def set_password(user: User, password: str, *, by: Actor, at: datetime, must_change: bool = False) -> None:
    """Set a given password; for the command line and the demo, which decide about its quality."""
    with done_by(by, at, "user.reset_password") as session:
        user.password = passwords.hash_password(password)
        user.must_change_password = must_change
        _forget_failures(session, user)


def change_own_password(user: User, current: str, new: str, *, by: Actor, at: datetime) -> None:
    """Let ``by`` choose a new password; every other session of theirs ends.

    :raises Invalid: if ``current`` is wrong, or ``new`` is the same or not good enough.
    """
    with done_by(by, at):
        if by.user_id != user.id:
            raise NotAllowed(_l("You can change only your own password."))
        if not passwords.is_right(user.password, current):
            raise invalid("current", _l("This is not your current password."))
        passwords.check_policy(new, user.username)
        if new == current:
            raise invalid("password", _l("Choose a password that differs from the current one."))
        user.password = passwords.hash_password(new)
        user.must_change_password = False


def deactivate(user: User, *, by: Actor, at: datetime) -> None:
    """End the access of somebody who leaves; what they own stays theirs until it is handed over."""
    with done_by(by, at, "user.deactivate") as session:
        if user.id == by.user_id:
            raise Invalid(_l("You cannot deactivate yourself."))
        _must_not_outrank(session, user, by)
        if user.active:
            user.active, user.left_on = False, local_day(at)
            user.sign_outs = (user.sign_outs or 0) + 1
            session.flush()
            _keep_an_admin(session)
            events.announce("user.deactivate", user, by=by, at=at)


def reactivate(user: User, *, by: Actor, at: datetime) -> None:
    """Let somebody who came back sign in again, with the roles they had."""
    with done_by(by, at, "user.deactivate") as session:
        _must_not_outrank(session, user, by)
        user.active, user.left_on = True, None


def _checked(
    session: Session, values: Mapping[str, Any], allowed: tuple[str, ...], *, user: User | None
) -> tuple[dict[str, Any], list[int] | None]:
    role_ids = values.get("role_ids")
    checks = Checks({k: v for k, v in values.items() if k != "role_ids"}, allowed, creating=user is None)
    checks.text("username", 64, required=True)
    checks.text("last_name", 64)
    checks.text("first_name", 64, required=True)
    checks.text("email", 254)
    checks.text("phone", 32)
    checks.key("team_id")
    checks.code("language", LANGUAGES)
    clean = checks.clean
    username, email = clean.get("username"), clean.get("email")
    if username and not all(letter.isalnum() or letter in "._-" for letter in username):
        checks.refuse("username", _l("Use letters, digits, dots and hyphens only."))
    elif username and _taken(session, User.username, username, user):
        checks.refuse("username", _l("This user name is already in use."))
    if email and not _is_mail_address(email):
        checks.refuse("email", _l("This is not an e-mail address."))
    elif email and _taken(session, User.email, email, user):
        checks.refuse("email", _l("Another user has this e-mail address."))
    if clean.get("team_id") is not None and session.get(Team, clean["team_id"]) is None:
        checks.refuse("team_id", NO_CHOICE)
    if role_ids is not None and not role_ids and user is None:
        checks.refuse("role_ids", REQUIRED)
    return checks.done(), None if role_ids is None else [int(pk) for pk in role_ids]


def _apply(user: User, clean: dict[str, Any]) -> None:
    if "email" in clean and not clean["email"]:
        clean["email"] = f"{clean.get('username') or user.username}@{NO_MAIL}"
    clean.setdefault("last_name", user.last_name)
    clean["last_name"] = clean["last_name"] or ""
    for name, value in clean.items():
        setattr(user, name, value)


def _taken(session: Session, column: Any, value: str, user: User | None) -> bool:
    statement = select(User.id).where(func.lower(column) == value.casefold())
    if user is not None:
        statement = statement.where(User.id != user.id)
    return session.scalar(statement) is not None


def _is_mail_address(text: str) -> bool:
    name, at_sign, host = text.rpartition("@")
    return bool(name and at_sign and "." in host.strip(".")) and not any(letter.isspace() for letter in text)


def _set_roles(session: Session, user: User, role_ids: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Give ``user`` exactly these roles.

    :raises Invalid: if one does not exist or holds a right that ``by`` lacks: nobody gives away more than they have.
    """
    wanted = {role.id: role for role in session.scalars(select(Role).where(Role.id.in_(list(role_ids))))}
    if len(wanted) != len(set(role_ids)):
        raise invalid("role_ids", NO_CHOICE)
    held = {role.id: role for role in roles_of(session, user.id)}
    if wanted.keys() == held.keys():
        return
    for pk in wanted.keys() ^ held.keys():
        role = wanted.get(pk) or held[pk]
        if not by.everything and (role.name == ADMIN or rights_of_role(session, role.id) - by.rights):
            raise invalid("role_ids", _cannot_give(role))
    table = assoc_user_role
    gone, new = sorted(held.keys() - wanted.keys()), sorted(wanted.keys() - held.keys())
    session.execute(delete(table).where(table.c.user_id == user.id, table.c.role_id.in_(gone)))
    if new:
        session.execute(insert(table), [{"user_id": user.id, "role_id": pk} for pk in new])
    names = [sorted(role.name for role in roles.values()) for roles in (held, wanted)]
    audit.record(session, "roles", "user", user, {"roles": names}, by=by, at=at)
    _keep_an_admin(session)


def _cannot_give(role: Role) -> Sentence:
    return _l("You cannot give or take the role %(role)s: it holds rights that you do not have.", role=role.name)


def _must_not_outrank(session: Session, user: User, by: Actor) -> None:
    """Refuse to change an account that may do more than ``by``: its password would be a way to those rights."""
    if by.everything or user.id == by.user_id:
        return
    roles, rights = rights_of(session, user.id)
    if ADMIN in roles or rights - by.rights:
        raise NotAllowed(
            _l("%(name)s holds rights that you do not have; only an administrator can change this.", name=user)
        )


def _keep_an_admin(session: Session) -> None:
    admins = (
        select(func.count(User.id))
        .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name == ADMIN, User.active.is_(True))
    )
    if not session.scalar(admins):
        raise Invalid(_l("There must be at least one active administrator."))


def _forget_failures(session: Session, user: User) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.username == user.username.casefold()))


NAME_KEY = KeptName(User, "first_name", "last_name", name=full_name)
