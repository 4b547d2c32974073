"""Handing over what somebody still works on; each feature says what that is, and how it changes hands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import audit
from app.core.actors import Actor, acting_as
from app.core.checks import REQUIRED
from app.core.doing import done_by
from app.core.errors import invalid
from app.core.i18n import _l


@dataclass(frozen=True)
class Share:
    """Records of one kind: ``rows`` selects those of a user that still need somebody, ``give`` changes hands.

    One with ``automatic`` may be given without naming anybody.
    """

    kind: str
    rows: Callable[[int], Select[Any]]
    give: Callable[..., None]
    automatic: bool = False


_shares: list[Share] = []


def hands_over(kind: str, rows: Callable[[int], Select[Any]], *, automatic: bool = False) -> Callable[[Any], Any]:
    """Register a function ``(row, heir_id, *, by, at)`` that gives one of ``rows(user_id)`` to somebody else."""

    def register(give: Callable[..., None]) -> Callable[..., None]:
        if all(share.kind != kind for share in _shares):
            _shares.append(Share(kind, rows, give, automatic))
        return give

    return register


def unfinished(session: Session, user_id: int) -> list[tuple[Share, int]]:
    """What ``user_id`` still works on and how many there are, in the order of the features, whoever asks."""
    with acting_as(Actor.system("unfinished work"), session):
        counts = [
            (share, session.scalar(select(func.count()).select_from(share.rows(user_id).subquery())) or 0)
            for share in _shares
        ]
    return [(share, count) for share, count in counts if count]


def hand_over(user: User, heirs: Mapping[bool, int | None], *, by: Actor, at: datetime) -> dict[str, int]:
    """Give all unfinished work of ``user`` to others, and return how many records of each kind changed hands.

    ``heirs[False]`` takes what needs a person, ``heirs[True]`` what may also be given without naming one.

    :raises Invalid: if an heir is needed and missing, is the user, has left, or may not do the work.
    """
    with done_by(by, at, "user.deactivate") as session:
        before = unfinished(session, user.id)
        if any(not share.automatic for share, _count in before):
            _check_heir(session, user, heirs.get(False), "heir_id", required=True)
        _check_heir(session, user, heirs.get(True), "other_id", required=False)
        everywhere = Actor(user_id=by.user_id, name=by.name, everything=True)
        with acting_as(everywhere, session):
            for share, _count in before:
                for row in session.scalars(share.rows(user.id)).all():
                    share.give(row, heirs.get(share.automatic), by=everywhere, at=at)
                    session.flush()
        given = {share.kind: count for share, count in before}
        changes: dict[str, list[Any]] = {"owner_id": [user.id, heirs.get(False)]}
        changes |= {kind: [count, 0] for kind, count in given.items()}
        audit.record(session, "hand_over", "user", user, changes, by=by, at=at)
    return given


def _check_heir(session: Session, user: User, heir_id: int | None, field: str, *, required: bool) -> None:
    if heir_id is None:
        if required:
            raise invalid(field, REQUIRED)
        return
    heir = session.get(User, heir_id)
    if heir is None or not heir.active or heir.id == user.id:
        raise invalid(field, _l("Choose somebody else who is still with the company."))
