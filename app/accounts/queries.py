"""Questions about people: what they may do, and whom a leader sees."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import Team, TeamLeader, User
from app.core.actors import Actor
from app.core.i18n import DEFAULT_LANGUAGE

PREFIX = "can_"
ADMIN = "Admin"


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


def roles_of(session: Session, user_id: int) -> list[Role]:
    """The roles a user holds, by name."""
    held = select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)
    return list(session.scalars(select(Role).where(Role.id.in_(held)).order_by(Role.name)))


def rights_of_role(session: Session, role_id: int) -> frozenset[str]:
    """The rights a role holds, as ``kind.verb``."""
    table = assoc_permissionview_role
    statement = (
        select(ViewMenu.name, Permission.name)
        .join(PermissionView, PermissionView.view_menu_id == ViewMenu.id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(table, table.c.permission_view_id == PermissionView.id)
        .where(table.c.role_id == role_id)
    )
    return frozenset(f"{kind}.{name.removeprefix(PREFIX)}" for kind, name in session.execute(statement))


def teams_led_by(user_id: int) -> Select[tuple[int]]:
    """The teams that ``user_id`` leads and every team below them."""
    led = select(TeamLeader.team_id.label("id")).where(TeamLeader.user_id == user_id).cte("led", recursive=True)
    # UNION, not UNION ALL: a circle of teams ends instead of going round.
    tree = led.union(select(Team.id).join(led, Team.parent_id == led.c.id))
    return select(tree.c.id)


def people_led_by(session: Session, user_id: int) -> frozenset[int]:
    """The members of every team that ``user_id`` leads and of the teams below, and ``user_id``; one statement."""
    members = session.scalars(select(User.id).where(User.team_id.in_(teams_led_by(user_id))))
    return frozenset(members) | {user_id}


def actor_for(session: Session, user: User, language: str | None = None) -> Actor:
    """Build the actor of a signed-in user, with the rights held now."""
    roles, rights = rights_of(session, user.id)
    is_admin = ADMIN in roles
    sees_team = any(right.endswith(".see_team") for right in rights)
    return Actor(
        user_id=user.id,
        name=user.name,
        rights=rights,
        people=people_led_by(session, user.id) if sees_team and not is_admin else frozenset({user.id}),
        everything=is_admin,
        language=language or user.language or DEFAULT_LANGUAGE,
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
