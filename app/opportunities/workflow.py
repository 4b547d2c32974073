"""The status of an opportunity: unassigned, developing, won, lost; stages are steps inside developing."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.core.actors import Actor
from app.core.errors import DomainError, IllegalMove, NotFound
from app.core.i18n import _l, format_time
from app.core.workflow import Move, Workflow
from app.opportunities import queries
from app.opportunities.models import Opportunity
from app.opportunities.models import OpportunityStatus as S

LABELS: dict[StrEnum, Any] = {
    S.unassigned: _l("Unassigned"),
    S.developing: _l("Developing"),
    S.won: _l("Won"),
    S.lost: _l("Lost"),
}

UNASSIGNED = frozenset({S.unassigned})
DEVELOPING = frozenset({S.developing})

MOVES = (
    Move("assign", UNASSIGNED, S.developing, _l("Assign"), style="primary"),
    Move("claim", UNASSIGNED, S.developing, _l("Claim"), style="primary"),
    Move("advance", DEVELOPING, S.developing, _l("Advance"), style="primary"),
    Move("win", DEVELOPING, S.won, _l("Win")),
    Move("lose", DEVELOPING, S.lost, _l("Lose"), style="danger"),
    Move("go_back", DEVELOPING, S.developing, _l("Go back a stage")),
    Move("reassign", DEVELOPING, S.developing, _l("Reassign")),
    Move("return", DEVELOPING, S.unassigned, _l("Return to the pool")),
    Move("reopen", frozenset({S.won, S.lost}), S.developing, _l("Reopen")),
)


class Taken(DomainError):
    "Somebody else got there first."

    status = IllegalMove.status


class OpportunityWorkflow(Workflow):
    """The moves of opportunities; who claims too late is told so, although the opportunity is out of their sight."""

    def make(self, name: str, record: Any, *, by: Actor, at: datetime, **data: Any) -> Any:
        if name != "claim":
            return super().make(name, record, by=by, at=at, **data)
        if record.owner_id is not None and record.owner_id == by.user_id:
            raise IllegalMove(_l("This opportunity is yours already."))
        session, pk = Session.object_session(record), inspect(record).identity[0]
        try:
            return super().make(name, record, by=by, at=at, **data)
        except (NotFound, IllegalMove):
            assert session is not None
            refuse_if_just_taken(session, pk, by=by, at=at)
            raise


def refuse_if_just_taken(session: Session, pk: int, *, by: Actor, at: datetime) -> None:
    """Tell whoever wants to claim an opportunity that it was taken a moment ago.

    :raises Taken: if so.
    """
    if by.may("opportunity.claim") and (taken := queries.just_taken(session, pk, at)):
        raise Taken(_l("Somebody else took this opportunity first, at %(time)s.", time=format_time(taken)))


workflow = OpportunityWorkflow("opportunity", Opportunity, MOVES, LABELS, _l("opportunity"))
