"""Fill an installation with what it needs to be used: rights, roles, dictionary, the first administrator."""

from __future__ import annotations

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import NO_MAIL, User
from app.accounts.queries import ADMIN, PREFIX
from app.core import calendar, dictionary
from app.core.actors import Actor, acting_as
from app.core.database import utc_now
from app.core.events import announce
from app.core.rights import ROLES, grants, kinds

# Any number, the same in every process: only one of them fills the database at a time.
LOCK = 0x6368616E676B65


def install(session: Session, admin_password: str | None = None) -> str | None:
    """Write whatever is missing; return the first administrator's password if one was made now.

    May run at any time and by several processes at once: what an administrator changed stays, and a right that a new
    version declares is given once to the roles that hold it in a new installation. Later features fill their own
    settings when they hear ``install``, announced with the session. The caller commits.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    with acting_as(Actor.system("init"), session):
        pairs, declared_now = _fill_rights(session)
        _fill_roles(session, pairs, declared_now)
        dictionary.fill(session)
        # Three years back: deadlines and working days of what is imported are right, too.
        calendar.fill(session, utc_now().year - 3, calendar.package_years()[-1])
        announce("install", session, by=Actor.system("init"), at=utc_now())
        return _first_admin(session, admin_password)


def _ids(session: Session, model: type[Permission | ViewMenu], names: Iterable[str]) -> dict[str, int]:
    """The id of every name; rows that are missing are inserted."""
    known: dict[str, int] = dict(session.execute(select(model.name, model.id)).all())
    missing = [{"name": name} for name in dict.fromkeys(names) if name not in known]
    if missing:
        session.execute(insert(model), missing)
        known = dict(session.execute(select(model.name, model.id)).all())
    return known


def _fill_rights(session: Session) -> tuple[dict[str, int], frozenset[str]]:
    """The permission row of every declared right, and the rights whose row was made now."""
    rights = [tuple(right.split(".", 1)) for kind in kinds() for right in kind.rights()]
    views = _ids(session, ViewMenu, (kind for kind, _verb in rights))
    permissions = _ids(session, Permission, (PREFIX + verb for _kind, verb in rights))
    wanted = {(permissions[PREFIX + verb], views[kind]): f"{kind}.{verb}" for kind, verb in rights}
    statement = select(PermissionView.permission_id, PermissionView.view_menu_id, PermissionView.id)
    known = {(permission, view): pk for permission, view, pk in session.execute(statement)}
    missing = [pair for pair in wanted if pair not in known]
    if missing:
        rows = [{"permission_id": permission, "view_menu_id": view} for permission, view in missing]
        session.execute(insert(PermissionView), rows)
        known = {(permission, view): pk for permission, view, pk in session.execute(statement)}
    return {right: known[pair] for pair, right in wanted.items()}, frozenset(wanted[pair] for pair in missing)


def _fill_roles(session: Session, pairs: dict[str, int], declared_now: frozenset[str]) -> None:
    known = dict(session.execute(select(Role.name, Role.id)).all())
    rows = []
    for name in ROLES:
        given = grants(name)
        if name in known:
            given &= declared_now
        else:
            role = Role(name=name)
            session.add(role)
            session.flush()
            known[name] = role.id
        rows += [{"permission_view_id": pairs[right], "role_id": known[name]} for right in sorted(given)]
    if rows:
        session.execute(insert(assoc_permissionview_role), rows)


def _first_admin(session: Session, password: str | None) -> str | None:
    if session.scalar(select(func.count(User.id))):
        return None
    chosen = password or passwords.make_initial_password()
    user = User(
        username="admin",
        first_name="管理员",
        last_name="",
        email=f"admin@{NO_MAIL}",
        active=True,
        password=passwords.hash_password(chosen),
        must_change_password=password is None,
    )
    session.add(user)
    session.flush()
    role_id = session.scalar(select(Role.id).where(Role.name == ADMIN))
    session.execute(insert(assoc_user_role), [{"user_id": user.id, "role_id": role_id}])
    return chosen
