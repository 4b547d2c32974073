"""Questions about people: what they may do, and whom a leader sees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Team, TeamLeader, User, full_name
from app.core.actors import Actor
from app.core.i18n import DEFAULT_LANGUAGE
from app.core.remembered import know, present_mark, remembered
from app.core.visibility import record_of, scopes

PREFIX = "can_"
ADMIN = "Admin"


def rights_of(session: Session, user_id: int) -> tuple[frozenset[str], frozenset[str]]:
    """(role names, rights) of a user; a right is ``kind.verb``. Both are remembered."""
    roles = remembered(session, "roles", _read_roles)
    held = remembered(session, ("roles of", user_id), partial(_read_held, user_id))
    rights = frozenset[str]().union(*(roles[pk][1] for pk in held))
    return frozenset(roles[pk][0] for pk in held), rights


def _read_roles(session: Session) -> dict[int, tuple[str, frozenset[str]]]:
    """The name and the rights of every role."""
    statement = (
        select(Role.id, Role.name, ViewMenu.name, Permission.name)
        .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == Role.id)
        .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .outerjoin(Permission, Permission.id == PermissionView.permission_id)
    )
    names: dict[int, str] = {}
    rights: dict[int, set[str]] = {}
    for pk, name, kind, permission in session.execute(statement):
        names[pk] = name
        held = rights.setdefault(pk, set())
        if kind and permission:
            held.add(f"{kind}.{permission.removeprefix(PREFIX)}")
    return {pk: (name, frozenset(rights[pk])) for pk, name in names.items()}


def _read_held(user_id: int, session: Session) -> tuple[int, ...]:
    return tuple(session.scalars(select(assoc_user_role.c.role_id).where(assoc_user_role.c.user_id == user_id)))


def user_with_mark(session: Session, user_id: int) -> User | None:
    """The user of a request, in the statement that says whether what is remembered is still true."""
    found = session.execute(select(User, present_mark()).where(User.id == user_id)).one_or_none()
    if found is None:
        return None
    know(session, found[1])
    return found[0]


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


def permission_ids(session: Session) -> dict[str, int]:
    """The row that stands for each right, by right."""
    statement = (
        select(PermissionView.id, ViewMenu.name, Permission.name)
        .select_from(PermissionView)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
    )
    return {f"{kind}.{name.removeprefix(PREFIX)}": pk for pk, kind, name in session.execute(statement)}


def roles_by_user(session: Session, user_ids: Iterable[int]) -> dict[int, list[str]]:
    """The names of the roles of several users, in one statement."""
    statement = (
        select(assoc_user_role.c.user_id, Role.name)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(assoc_user_role.c.user_id.in_(list(user_ids)))
        .order_by(Role.id)
    )
    found: dict[int, list[str]] = {}
    for pk, name in session.execute(statement):
        found.setdefault(pk, []).append(name)
    return found


def holders_of_role(session: Session, role_id: int) -> list[User]:
    """The active users who hold a role, by name."""
    held = select(assoc_user_role.c.user_id).where(assoc_user_role.c.role_id == role_id)
    statement = select(User).where(User.id.in_(held), User.active.is_(True))
    return list(session.scalars(statement.order_by(User.name_key, User.id)))


def holder_counts(session: Session) -> dict[int, int]:
    """How many active users hold each role."""
    statement = (
        select(assoc_user_role.c.role_id, func.count())
        .join(User, User.id == assoc_user_role.c.user_id)
        .where(User.active.is_(True))
        .group_by(assoc_user_role.c.role_id)
    )
    return dict(session.execute(statement).all())


def holdings(session: Session, user_id: int) -> list[tuple[str, int]]:
    """(kind, number of rows) of everything whose owner ``user_id`` is, as far as whoever asks may see it."""
    # A part, such as the log of a service request, is no record of its own.
    owned = [scope for scope in scopes() if hasattr(scope.model, "owner_id") and scope.model is record_of(scope.kind)]
    counts = [
        select(func.count()).select_from(scope.model).where(scope.model.owner_id == user_id).scalar_subquery()
        for scope in owned
    ]
    row = session.execute(select(*counts)).one()
    return [(scope.kind, count) for scope, count in zip(owned, row, strict=True) if count]


@dataclass(frozen=True)
class TeamNode:
    """One team in its tree; ``depth`` counts from 0."""

    team: Team
    depth: int
    leader: User | None
    people: tuple[User, ...]


def teams_in_order(session: Session) -> list[tuple[Team, int]]:
    """Every team below its parent, with its depth counted from 0; one statement."""
    below: dict[int | None, list[Team]] = {}
    for team in session.scalars(select(Team).order_by(Team.position, Team.name)):
        below.setdefault(team.parent_id, []).append(team)
    found: list[tuple[Team, int]] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for team in below.get(parent_id, ()):
            found.append((team, depth))
            walk(team.id, depth + 1)

    walk(None, 0)
    return found


def team_tree(session: Session) -> list[TeamNode]:
    """Every team below its parent, with its leader and its active people; three statements."""
    users = {user.id: user for user in session.scalars(select(User).order_by(User.name_key, User.id))}
    leaders = dict(session.execute(select(TeamLeader.team_id, TeamLeader.user_id)).all())
    people: dict[int | None, list[User]] = {}
    for user in users.values():
        if user.active:
            people.setdefault(user.team_id, []).append(user)
    return [
        TeamNode(team, depth, users.get(leaders.get(team.id, 0)), tuple(people.get(team.id, ())))
        for team, depth in teams_in_order(session)
    ]


def teams_led_by(user_id: int) -> Select[tuple[int]]:
    """The teams that ``user_id`` leads and every team below them."""
    led = select(TeamLeader.team_id.label("id")).where(TeamLeader.user_id == user_id).cte("led", recursive=True)
    # UNION, not UNION ALL: a circle of teams ends instead of going round.
    tree = led.union(select(Team.id).join(led, Team.parent_id == led.c.id))
    return select(tree.c.id)


def people_led_by(session: Session, user_id: int) -> frozenset[int]:
    """The members of every team that ``user_id`` leads and of the teams below, and ``user_id``; remembered."""
    return remembered(session, ("people led by", user_id), partial(_read_led, user_id))


def _read_led(user_id: int, session: Session) -> frozenset[int]:
    members = session.scalars(select(User.id).where(User.team_id.in_(teams_led_by(user_id))))
    return frozenset(members) | {user_id}


def actor_for(session: Session, user: User, language: str | None = None) -> Actor:
    """Build the actor of a signed-in user, with the rights held now."""
    roles, rights = rights_of(session, user.id)
    is_admin = ADMIN in roles
    sees_team = any(right.endswith(".see_team") for right in rights)
    people = people_led_by(session, user.id) if sees_team and not is_admin else frozenset({user.id})
    return Actor(
        user_id=user.id,
        name=user.name,
        rights=rights,
        people=people,
        everything=is_admin,
        language=language or user.language or DEFAULT_LANGUAGE,
        roles=roles,
        reaches_far=not is_admin and _reaches_far(session, people),
    )


Reach = Callable[[Session, Collection[int]], bool]
_judges: list[Reach] = []


def judge_reach_by(judge: Reach) -> None:
    """Let ``judge`` say whether people own so much that their rules are better put for large parts of the company."""
    _judges.append(judge)


def _reaches_far(session: Session, people: frozenset[int]) -> bool:
    # Only a hint how to ask, so it may be older than what it counts.
    return remembered(session, ("reach", people), lambda session: any(judge(session, people) for judge in _judges))


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
    statement = select(User).where(User.id.in_(holders), User.active.is_(True)).order_by(User.name_key, User.id)
    return list(session.scalars(statement))


def people_with_right(session: Session, *rights: str) -> tuple[tuple[int, str], ...]:
    """(key, name) of :func:`users_with_right`; remembered."""
    return remembered(
        session,
        ("people with", *rights),
        lambda s: tuple((user.id, user.name) for user in users_with_right(s, *rights)),
    )


def user_names(session: Session) -> dict[int, str]:
    """The name of everybody who ever signed in, by key; remembered."""
    statement = select(User.id, User.first_name, User.last_name)
    return remembered(
        session, "user names", lambda s: {pk: full_name(first, last) for pk, first, last in s.execute(statement)}
    )


def team_names(session: Session) -> tuple[tuple[int, str], ...]:
    """(key, name) of every team in its order; remembered."""
    statement = select(Team.id, Team.name).order_by(Team.position, Team.id)
    return remembered(session, "team names", lambda s: tuple((pk, name) for pk, name in s.execute(statement)))


def teams_below(session: Session, team_ids: Iterable[int]) -> frozenset[int]:
    """``team_ids`` and every team under them; one statement."""
    start = select(Team.id.label("id")).where(Team.id.in_(sorted(team_ids))).cte("below", recursive=True)
    tree = start.union(select(Team.id).join(start, Team.parent_id == start.c.id))
    return frozenset(session.scalars(select(tree.c.id)))
