"""What is known about a case today, ready to be shown: in words, and as the customer's own rhythm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.churn import queries, reasons
from app.churn.models import ChurnCase
from app.churn.rule import Rhythm, rhythms
from app.core.database import db
from app.core.i18n import local_day
from app.web.session import today


@dataclass(frozen=True)
class Evidence:
    """The sentences about one case."""

    verdict: str
    worth: str
    facts: list[str] = field(default_factory=list)
    pace: Pace | None = None


@dataclass(frozen=True)
class Pace:
    """A customer's own rhythm in days, and half a line about it; None is usual after one order only."""

    usual: int | None
    spread: float
    silent: int
    short: str


def of(case: ChurnCase, story: queries.Story) -> Evidence:
    """Put what is known about ``case`` into words."""
    asof = today()
    rhythm = rhythms(db.session, [case.customer_id], asof).get(case.customer_id)
    if rhythm is None:
        return Evidence(verdict="", worth="")
    gap, complaint = story.mean_gap, story.complaint_since
    return Evidence(
        verdict=reasons.verdict(rhythm, asof),
        worth=reasons.worth(rhythm),
        facts=reasons.facts(rhythm, asof, gap, local_day(complaint) if complaint else None),
        pace=_pace(rhythm, gap),
    )


def paces(cases: Sequence[ChurnCase], mean_gap: float) -> dict[int, Pace]:
    """The rhythm of each case's customer, in one statement."""
    found = rhythms(db.session, {case.customer_id for case in cases}, today()) if cases else {}
    return {pk: _pace(rhythm, mean_gap) for pk, rhythm in found.items()}


def _pace(rhythm: Rhythm, mean_gap: float) -> Pace:
    asof = today()
    usual = rhythm.history.usual_gap(mean_gap)
    spread = rhythm.spread
    return Pace(
        usual=round(usual) if rhythm.history.repeats else None,
        spread=min(spread, usual) if spread is not None else 0.0,
        silent=reasons.silent_days(rhythm, asof),
        short=reasons.short(rhythm, asof, mean_gap),
    )
