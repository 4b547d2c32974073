"""Questions about people: what they may do, and whom a leader sees."""

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
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Team, TeamLeader, User
from app.core.actors import Actor

PREFIX = "can_"


def rights_of(session: Session, user_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """(role names, rights) of a user in one statement; a right is ``kind.verb``."""
    statement = (
        select(Role.name, ViewMenu.name, Permission.name)
        .join(assoc_user_role, assoc_user_role.c.role_id == Role.id)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
        .where(assoc_user_role.c.user_id == user_id)
    )
    roles: set[str] = set()
    rights: set[str] = set()
    for role, kind, permission in session.execute(statement):
        roles.add(role)
        if kind and permission:
            rights.add(f"{kind}.{permission.removeprefix(PREFIX)}")
    return frozenset(roles), frozenset(rights)


def teams_under(session: Session, team_ids: Iterable[int]) -> frozenset[int]:
    """``team_ids`` and every team below them."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in session.execute(select(Team.id, Team.parent_id)):
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    waiting = list(team_ids)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, ()))
    return frozenset(found)


def people_led_by(session: Session, user_id: int) -> frozenset[int]:
    """The members of every team that ``user_id`` leads and of the teams below, and ``user_id``."""
    led = session.scalars(select(TeamLeader.team_id).where(TeamLeader.user_id == user_id)).all()
    if not led:
        return frozenset({user_id})
    members = session.scalars(select(User.id).where(User.team_id.in_(teams_under(session, led))))
    return frozenset(members) | {user_id}


def actor_for(session: Session, user: User) -> Actor:
    """Build the actor of a signed-in user, with the rights held now."""
    roles, rights = rights_of(session, user.id)
    is_admin = "Admin" in roles
    sees_team = any(right.endswith(".see_team") for right in rights)
    return Actor(
        user_id=user.id,
        name=user.name,
        rights=rights,
        people=people_led_by(session, user.id) if sees_team and not is_admin else frozenset({user.id}),
        everything=is_admin,
        language=user.language or "zh",
        roles=roles,
    )


def users_with_right(session: Session, *rights: str) -> list[User]:
    """The active users who hold one of ``rights`` (or are Admins), by name."""
    holders = (
        select(assoc_user_role.c.user_id)
        .join(assoc_permissionview_role, assoc_permissionview_role.c.role_id == assoc_user_role.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .where((ViewMenu.name + "." + Permission.name).in_([r.replace(".", f".{PREFIX}", 1) for r in rights]))
    )
    statement = select(User).where(User.id.in_(holders), User.active.is_(True)).order_by(User.last_name, User.id)
    return list(session.scalars(statement))
