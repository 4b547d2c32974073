"""Do something in somebody's name at a given moment: what is read, kept and logged meanwhile follows both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.actors import Actor, acting_as
from app.core.database import db
from app.core.errors import NotAllowed
from app.core.i18n import _l


@contextmanager
def done_by(by: Actor, at: datetime, right: str = "") -> Iterator[Session]:
    """Yield the session while ``by`` acts on it at ``at``; what is not yet written is flushed at the end.

    :raises NotAllowed: if ``by`` lacks ``right``.
    """
    if right and not by.may(right):
        raise NotAllowed(_l("You do not have the right to do this."))
    session: Session = db.session()
    before = session.info.get("now")
    with acting_as(by, session):
        session.info["now"] = at
        try:
            yield session
            session.flush()
        finally:
            session.info["now"] = before
