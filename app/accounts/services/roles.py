"""Roles: what each may do, changed by an administrator and effective with the next click of everybody who holds it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, assoc_permissionview_role, assoc_user_role
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.accounts.queries import ADMIN, permission_ids, rights_of_role
from app.core import audit
from app.core.actors import Actor
from app.core.doing import done_by
from app.core.errors import Invalid, NotAllowed, invalid
from app.core.i18n import _l
from app.core.rights import ROLES, SCOPES, kinds

_LONGEST = 64


def create_role(name: str, *, by: Actor, at: datetime, like: Role | None = None) -> Role:
    """Add a role, empty or with the rights of the role it is ``like``.

    :raises Invalid: if the name is empty or taken.
    :raises NotAllowed: if ``like`` holds rights that ``by`` does not have.
    """
    with done_by(by, at, "role.add") as session:
        role = Role(name=_checked_name(session, name, None))
        session.add(role)
        session.flush()
        rights = rights_of_role(session, like.id) if like is not None else frozenset()
        audit.record(session, "create", "role", role, {}, by=by, at=at)
        _set_rights(session, role, rights, by=by, at=at)
    return role


def rename_role(role: Role, name: str, *, by: Actor, at: datetime) -> None:
    """Give a role that somebody made another name.

    :raises Invalid: if it is one of the six, whose names are translated.
    """
    with done_by(by, at, "role.edit") as session:
        if role.name in ROLES:
            raise Invalid(_l("Built-in roles keep their names."))
        before, role.name = role.name, _checked_name(session, name, role)
        audit.record(session, "update", "role", role, {"name": [before, role.name]}, by=by, at=at)


def delete_role(role: Role, *, by: Actor, at: datetime) -> None:
    """Remove a role that nobody holds.

    :raises Invalid: if it is one of the six, or somebody holds it.
    """
    with done_by(by, at, "role.delete") as session:
        if role.name in ROLES:
            raise Invalid(_l("Built-in roles cannot be deleted; take rights away from them instead."))
        holders = session.scalar(select(func.count()).where(assoc_user_role.c.role_id == role.id))
        if holders:
            raise Invalid(
                _l(
                    "People who hold the role %(role)s: %(count)d. Give them another one first.",
                    count=holders,
                    role=role.name,
                )
            )
        audit.record(session, "delete", "role", role, {}, by=by, at=at)
        table = assoc_permissionview_role
        session.execute(delete(table).where(table.c.role_id == role.id))
        session.execute(delete(Role).where(Role.id == role.id))


def set_rights(role: Role, rights: Iterable[str], *, by: Actor, at: datetime) -> frozenset[str]:
    """Let ``role`` hold exactly ``rights``; return the rights that changed.

    A wider scope implies the narrower ones. Rights no feature declares any more are left as they are.

    :raises Invalid: for a right that does not exist, or for the role Admin, which always holds all.
    :raises NotAllowed: if ``by`` would give or take a right that they do not have.
    """
    with done_by(by, at, "role.edit") as session:
        if role.name == ADMIN:
            raise Invalid(_l("An administrator may always do everything."))
        return _set_rights(session, role, rights, by=by, at=at)


def widest_scopes(rights: Iterable[str]) -> frozenset[str]:
    """``rights`` with only the widest scope of each kind: seeing all leaves nothing for seeing own."""
    found = set(rights)
    for kind in kinds():
        held = [scope for scope in SCOPES if f"{kind.name}.{scope}" in found]
        found -= {f"{kind.name}.{scope}" for scope in held[:-1]}
    return frozenset(found)


def _set_rights(session: Session, role: Role, rights: Iterable[str], *, by: Actor, at: datetime) -> frozenset[str]:
    declared = {right for kind in kinds() for right in kind.rights()}
    wanted = widest_scopes(rights)
    if wanted - declared:
        raise Invalid(_l("This right does not exist: %(right)s.", right=min(wanted - declared)))
    held = rights_of_role(session, role.id) & declared
    # A narrower scope beside a wider one means nothing, so losing it is no change.
    effective = widest_scopes(held)
    changed = wanted ^ effective
    if not by.everything and changed - by.rights:
        raise NotAllowed(_l("You cannot give or take a right that you do not have."))
    ids = permission_ids(session)
    table = assoc_permissionview_role
    gone = [ids[right] for right in sorted(held - wanted)]
    new = [ids[right] for right in sorted(wanted - held)]
    if gone:
        session.execute(delete(table).where(table.c.role_id == role.id, table.c.permission_view_id.in_(gone)))
    if new:
        session.execute(insert(table), [{"permission_view_id": pk, "role_id": role.id} for pk in new])
    if changed:
        changes = {}
        for kind in kinds():
            before, after = (
                sorted(right.partition(".")[2] for right in kind.rights() if right in side)
                for side in (effective, wanted)
            )
            if before != after:
                changes[kind.name] = [before, after]
        audit.record(session, "rights", "role", role, changes, by=by, at=at)
    return changed


def _checked_name(session: Session, name: str, role: Role | None) -> str:
    name = " ".join(name.split())
    if not name:
        raise invalid("name", _l("This field is required."))
    if len(name) > _LONGEST:
        raise invalid("name", _l("At most %(limit)d characters.", limit=_LONGEST))
    same = select(Role.id).where(func.lower(Role.name) == name.lower())
    if role is not None:
        same = same.where(Role.id != role.id)
    labels = {str(label).lower() for label in ROLES.values()}
    if session.scalar(same) is not None or name.lower() in labels:
        raise invalid("name", _l("There is already a role with this name."))
    return name
