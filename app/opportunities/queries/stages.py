"""The stages, kept in memory, and the claim policy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import current_language
from app.core.remembered import remembered
from app.opportunities.models import OpportunityPolicy, OpportunityStage
from app.opportunities.terms import DAILY_CLAIMS, HOLDING_CAP


@dataclass(frozen=True)
class Stage:
    """What is remembered of a stage: its row would be read anew after every commit."""

    id: int
    code: str
    label_zh: str
    label_en: str
    position: int
    probability: int
    normal_days: int
    required: tuple[str, ...]
    active: bool

    def __str__(self) -> str:
        return self.label_zh if current_language() == "zh" else self.label_en


def all_stages(session: Session) -> list[Stage]:
    """Every stage in its order, retired ones included."""
    return remembered(session, "opportunity_stages", _read)


def _read(session: Session) -> list[Stage]:
    rows = session.scalars(select(OpportunityStage).order_by(OpportunityStage.position, OpportunityStage.id))
    return [
        Stage(
            row.id,
            row.code,
            row.label_zh,
            row.label_en,
            row.position,
            row.probability,
            row.normal_days,
            tuple(row.required),
            row.active,
        )
        for row in rows
    ]


def stages(session: Session) -> list[Stage]:
    """The active stages in their order."""
    return [stage for stage in all_stages(session) if stage.active]


def stage_named(session: Session, code: str) -> Stage | None:
    """The stage called ``code``, active or not."""
    return next((stage for stage in all_stages(session) if stage.code == code), None)


def stages_after(session: Session, code: str) -> list[Stage]:
    """The active stages after the one called ``code``, which may be retired."""
    present = stage_named(session, code)
    return [stage for stage in stages(session) if present is None or stage.position > present.position]


def stages_before(session: Session, code: str) -> list[Stage]:
    """The active stages before the one called ``code``, which may be retired."""
    present = stage_named(session, code)
    return [stage for stage in stages(session) if present is not None and stage.position < present.position]


def policy(session: Session) -> tuple[int, int]:
    """(opportunities one person may hold when claiming, claims of one person within 24 hours)."""
    row = session.get(OpportunityPolicy, 1)
    return (row.holding_cap, row.daily_claims) if row else (HOLDING_CAP, DAILY_CLAIMS)
