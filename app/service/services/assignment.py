"""Who gets a request: the specialist somebody chose, or the one with the least open work."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.actors import Actor, acting_as
from app.core.errors import invalid
from app.core.i18n import _l
from app.service.queries import last_assignments, open_work, specialists

AUTOMATIC = "automatic"
_NEVER = datetime.min.replace(tzinfo=UTC)


def least_loaded(session: Session, *, apart_from: int | None = None) -> int | None:
    """Return the specialist with the fewest requests to process, None when there is no specialist.

    Of several, the one whose last assignment is longest ago, then the one with the lowest key. The specialists stay
    locked until the commit, so that of two requests assigned at once the second sees the first.
    """
    # Everybody's work counts, not only what whoever assigns may see.
    with acting_as(Actor.system("least_loaded"), session):
        people = [user.id for user in session.scalars(specialists()) if user.id != apart_from]
        if not people:
            return None
        # NO KEY UPDATE: rows that refer to these people can still be written.
        session.execute(select(User.id).where(User.id.in_(people)).order_by(User.id).with_for_update(key_share=True))
        load = dict(session.execute(open_work(people)).all())
        last = dict(session.execute(last_assignments(people)).all())
    return min(people, key=lambda person: (load.get(person, 0), last.get(person, _NEVER), person))


def chosen(session: Session, owner_id: int | None, *, apart_from: int | None = None) -> int:
    """Return ``owner_id`` if this is a specialist, the least loaded one if it is None.

    :raises Invalid: if it is not a specialist, or if there is none.
    """
    if owner_id is None:
        found = least_loaded(session, apart_from=apart_from)
        if found is None:
            raise invalid("owner_id", _l("There is no active service specialist who could take this request."))
        return found
    if not is_specialist(session, owner_id):
        raise invalid("owner_id", _l("Choose an active service specialist."))
    return owner_id


def is_specialist(session: Session, user_id: int) -> bool:
    """Say whether this user processes requests now."""
    return session.scalar(specialists().where(User.id == user_id).order_by(None)) is not None
