"""The people of the company: who signs in, in which team, and who leads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts import passwords
from app.accounts.models import Team, TeamLeader, User
from app.core.actors import Actor
from app.exchange.demo.places import EAST, SOUTH

MANAGER, SPECIALIST = "Account Manager", "Service Specialist"
CUSTOMERS_PER_MANAGER = 300
MOST_MANAGERS = 60

# Name of the team, its parent, who leads it.
TEAMS = (
    ("总经办", None, "sales"),
    ("销售部", None, "market"),
    ("华东大区", "销售部", "manager1"),
    ("华南大区", "销售部", "manager3"),
    ("商务部", None, "office"),
    ("客服部", None, "service1"),
)
# User name, surname, given name, role, team.
ACCOUNTS = (
    ("admin", "方", "敏", "Admin", "总经办"),
    ("office", "许", "文婷", "Office Administrator", "商务部"),
    ("market", "韩", "卫东", "Marketing Director", "销售部"),
    ("manager1", "林", "晓梅", MANAGER, "华东大区"),
    ("manager2", "周", "启航", MANAGER, "华东大区"),
    ("manager3", "陈", "思远", MANAGER, "华南大区"),
    ("manager4", "黄", "嘉怡", MANAGER, "华南大区"),
    ("service1", "何", "静", SPECIALIST, "客服部"),
    ("service2", "吴", "倩", SPECIALIST, "客服部"),
    ("service3", "赵", "敏", SPECIALIST, "客服部"),
    ("sales", "陈", "立群", "Sales Director", "总经办"),
)
_SURNAMES = "王李张刘杨孙胡朱高何郭马罗梁宋郑谢唐冯于董萧程曹袁邓许傅沈曾"
_GIVEN = ("建国", "雪梅", "志强", "晓东", "丽娜", "海涛", "子涵", "明辉", "婉婷", "俊杰")


@dataclass
class Staff:
    """Actors by user name, and the managers of each side of the country."""

    actors: dict[str, Actor] = field(default_factory=dict)
    managers: dict[str, list[Actor]] = field(default_factory=lambda: {EAST: [], SOUTH: []})
    specialists: list[Actor] = field(default_factory=list)

    def named(self, username: str) -> Actor:
        """The actor of one account."""
        return self.actors[username]


def hire(session: Session, customers: int, password: str, at: datetime) -> Staff:
    """Make teams and people; a company with many customers has more account managers than the named four."""
    teams = _found_teams(session)
    roles = {role.name: role.id for role in session.scalars(select(Role))}
    present = {user.username: user for user in session.scalars(select(User))}
    # Once for all: each account's own would cost a tenth of a second.
    stored = passwords.hash_password(password)
    staff = Staff()
    links = []
    for number, (username, last, first, role, team) in enumerate((*ACCOUNTS, *_further(customers))):
        user = present.get(username) or User(username=username, active=True)
        user.last_name, user.first_name, user.team_id = last, first, teams[team].id
        user.email, user.language = f"{username}@yonglian.example.com", "zh"
        user.phone = f"139{58_000_000 + number * 137:08d}"
        user.password, user.must_change_password = stored, False
        if user.id is None:
            session.add(user)
            session.flush()
            links.append({"user_id": user.id, "role_id": roles[role]})
        _enlist(staff, Actor(user.id, user.name, roles=frozenset({role})), username, role, team)
    if links:
        session.execute(insert(assoc_user_role), links)
    session.flush()
    for name, _parent, leader in TEAMS:
        session.add(TeamLeader(team_id=teams[name].id, user_id=staff.named(leader).user_id))
    session.flush()
    return staff


def _found_teams(session: Session) -> dict[str, Team]:
    teams: dict[str, Team] = {}
    for position, (name, parent, _leader) in enumerate(TEAMS, start=1):
        teams[name] = Team(name=name, parent_id=teams[parent].id if parent else None, position=position)
        session.add(teams[name])
        session.flush()
    return teams


def _further(customers: int) -> list[tuple[str, str, str, str, str]]:
    wanted = min(MOST_MANAGERS, customers // CUSTOMERS_PER_MANAGER)
    return [
        (
            f"manager{number}",
            _SURNAMES[number % len(_SURNAMES)],
            _GIVEN[number * 7 % len(_GIVEN)],
            MANAGER,
            "华东大区" if number % 2 else "华南大区",
        )
        for number in range(5, wanted + 1)
    ]


def _enlist(staff: Staff, actor: Actor, username: str, role: str, team: str) -> None:
    staff.actors[username] = actor
    if role == MANAGER:
        staff.managers[EAST if team == "华东大区" else SOUTH].append(actor)
    elif role == SPECIALIST:
        staff.specialists.append(actor)
