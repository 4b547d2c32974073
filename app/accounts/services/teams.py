"""Teams: a tree with leaders; a leader sees the rows of the team and of the teams under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Team, TeamLeader, User
from app.core.actors import Actor
from app.core.checks import NO_CHOICE, Checks
from app.core.doing import done_by
from app.core.errors import Invalid, invalid
from app.core.i18n import _l

FIELDS = ("name", "parent_id", "leader_id", "position")


def create_team(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Team:
    """Add a team.

    :raises Invalid: if the name is taken.
    """
    with done_by(by, at, "team.add") as session:
        clean = _checked(session, values, None)
        leader_id = clean.pop("leader_id", None)
        team = Team(**{"position": 0, **clean})
        session.add(team)
        session.flush()
        _lead(session, team, leader_id)
    return team


def update_team(team: Team, values: Mapping[str, Any], *, by: Actor, at: datetime) -> Team:
    """Rename or move a team, or give it another leader; whom the leaders see changes at once.

    :raises Invalid: if a team would come to stand under itself.
    """
    with done_by(by, at, "team.edit") as session:
        clean = _checked(session, values, team)
        if "leader_id" in clean:
            _lead(session, team, clean.pop("leader_id"))
        for name, value in clean.items():
            setattr(team, name, value)
    return team


def delete_team(team: Team, *, by: Actor, at: datetime) -> None:
    """Remove a team that has no people and no teams under it."""
    with done_by(by, at, "team.delete") as session:
        people = session.scalar(select(func.count(User.id)).where(User.team_id == team.id))
        below = session.scalar(select(func.count(Team.id)).where(Team.parent_id == team.id))
        if people or below:
            raise Invalid(
                _l("%(team)s still has people or teams under it. Move them to another team first.", team=team.name)
            )
        leader = session.get(TeamLeader, team.id)
        if leader is not None:
            session.delete(leader)
            session.flush()
        session.delete(team)


def _lead(session: Session, team: Team, leader_id: int | None) -> None:
    leader = session.get(TeamLeader, team.id)
    if leader_id is None:
        if leader is not None:
            session.delete(leader)
    elif leader is None:
        session.add(TeamLeader(team_id=team.id, user_id=leader_id))
    else:
        leader.user_id = leader_id


def _checked(session: Session, values: Mapping[str, Any], team: Team | None) -> dict[str, Any]:
    checks = Checks(values, FIELDS, creating=team is None)
    checks.text("name", 80, required=True)
    checks.key("parent_id")
    checks.key("leader_id")
    checks.whole("position", 0, 9_999)
    clean = checks.clean
    if clean.get("position", 0) is None:
        clean["position"] = 0
    name = clean.get("name")
    if name:
        same = select(Team.id).where(Team.name == name)
        if session.scalar(same if team is None else same.where(Team.id != team.id)) is not None:
            checks.refuse("name", _l("There is already a team with this name."))
    leader = None if clean.get("leader_id") is None else session.get(User, clean["leader_id"])
    if clean.get("leader_id") is not None and (leader is None or not leader.active):
        checks.refuse("leader_id", NO_CHOICE)
    parent_id = clean.get("parent_id")
    if parent_id is not None:
        if session.get(Team, parent_id) is None:
            checks.refuse("parent_id", NO_CHOICE)
        elif team is not None and _is_under(session, parent_id, team.id):
            raise invalid("parent_id", _l("A team cannot be its own parent."))
    return checks.done()


def _is_under(session: Session, team_id: int | None, top: int) -> bool:
    seen: set[int] = set()
    while team_id is not None and team_id not in seen:
        if team_id == top:
            return True
        seen.add(team_id)
        team_id = session.scalar(select(Team.parent_id).where(Team.id == team_id))
    return False
