"""How far opportunities came: the funnel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries.stages import Stage, all_stages, stages

WON = "won"
TAKEN = Opportunity.status != OpportunityStatus.unassigned


@dataclass(frozen=True)
class Step:
    """A stage, or the win where ``stage`` is none: how many came so far, and their share of those one step before."""

    code: str
    stage: Stage | None
    count: int
    share: float | None


def reached(session: Session, code: str) -> ColumnElement[bool]:
    """Opportunities that came as far as a stage, or further; what was won came through all of them.

    A lost one keeps the stage it was lost in. ``code`` may be ``won``; of an unknown one there are none.
    """
    if code == WON:
        return Opportunity.status == OpportunityStatus.won
    ordered = all_stages(session)
    place = next((stage.position for stage in ordered if stage.code == code), None)
    if place is None:
        return false()
    so_far = [stage.code for stage in ordered if stage.position >= place]
    return and_(TAKEN, or_(Opportunity.stage.in_(so_far), Opportunity.status == OpportunityStatus.won))


def funnel(session: Session, since: datetime) -> list[Step]:
    """The steps of the visible opportunities that were entered from ``since`` on and that somebody took."""
    counted = (
        select(Opportunity.stage, Opportunity.status, func.count(Opportunity.id))
        .where(Opportunity.created_at >= since, TAKEN)
        .group_by(Opportunity.stage, Opportunity.status)
    )
    rows = session.execute(counted).all()
    places = {stage.code: stage.position for stage in all_stages(session)}
    won = sum(count for _stage, status, count in rows if status is OpportunityStatus.won)
    open_or_lost = [(places[stage], count) for stage, status, count in rows if status is not OpportunityStatus.won]
    numbers: list[tuple[str, Stage | None, int]] = [
        (stage.code, stage, won + sum(count for place, count in open_or_lost if place >= stage.position))
        for stage in stages(session)
    ]
    steps, before = [], 0
    for code, stage, number in [*numbers, (WON, None, won)]:
        steps.append(Step(code, stage, number, number / before if before else None))
        before = number
    return steps
