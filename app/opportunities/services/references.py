"""What keeps a closed opportunity closed: later features say which of their rows refer to one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.actors import Actor, acting_as
from app.core.errors import IllegalMove, Sentence
from app.opportunities.models import Opportunity

_references: list[tuple[Any, Sentence]] = []


def keep_closed(column: Any, sentence: Sentence) -> None:
    """Refuse with ``sentence`` to reopen an opportunity that a row names in ``column`` (``Order.opportunity_id``)."""
    if all(known is not column for known, _sentence in _references):
        _references.append((column, sentence))


def refuse_if_referred_to(session: Session, opportunity: Opportunity) -> None:
    """Check every registered reference, also rows out of the actor's sight.

    :raises IllegalMove: if there is one.
    """
    with acting_as(Actor.system("opportunity references"), session):
        for column, sentence in _references:
            if session.scalar(select(column).where(column == opportunity.id).limit(1)) is not None:
                raise IllegalMove(sentence)
