"""The judgement of everybody, its reading half: who is silent, and which silences are new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnStatus
from app.churn.rule import History, histories, is_silent, ranges
from app.customers.models import ChurnBand, Customer


@dataclass
class Silent:
    """A customer to be warned of."""

    history: History
    owner_id: int | None


@dataclass
class Judgement:
    """What the orders said on the day ``asof``."""

    asof: date
    customers: int = 0
    judged: int = 0
    already_open: int = 0
    mean_gap: float = 1.0
    silent: list[Silent] = field(default_factory=list)
    bands: dict[ChurnBand | None, list[int]] = field(default_factory=dict)
    """Whose band has changed; only of a judgement as of today or later."""


def look(session: Session, asof: date, *, today: date) -> Judgement:
    """Read every history as of ``asof`` and find the silences that no case was opened for."""
    found = Judgement(asof)
    span = repeats = age = 0
    for keys in ranges(session):
        known = _customers(session, keys)
        judged_before, undecided = _cases(session, keys)
        without_order = set(known)
        found.customers += len(known)
        for history in histories(session, asof, keys):
            pk = history.customer_id
            owner_id, band = known[pk]
            without_order.discard(pk)
            found.judged += 1
            span, repeats = span + history.span, repeats + history.repeats
            age += (asof - history.first_on).days
            now = ChurnBand.on_track
            if is_silent(history.last_on, asof):
                now = ChurnBand.at_risk
                if pk in undecided or (pk, history.last_on) in judged_before:
                    found.already_open += 1
                else:
                    found.silent.append(Silent(history, owner_id))
            # A judgement of the past says nothing about how customers are now.
            if now is not band and asof >= today:
                found.bands.setdefault(now, []).append(pk)
        if asof >= today:
            found.bands.setdefault(None, []).extend(pk for pk in without_order if known[pk][1] is not None)
    if found.judged:
        found.mean_gap = span / repeats if repeats else max(age / found.judged, 1.0)
    return found


def _customers(session: Session, keys: range) -> dict[int, tuple[int | None, ChurnBand | None]]:
    """(owner, band) of the customers that are judged."""
    rows = session.execute(
        select(Customer.id, Customer.owner_id, Customer.churn_band).where(
            Customer.id.between(keys.start, keys.stop - 1), Customer.is_internal.is_(False)
        )
    )
    return {row.id: (row.owner_id, row.churn_band) for row in rows}


def _cases(session: Session, keys: range) -> tuple[set[tuple[int, date]], set[int]]:
    """(silences a case was opened for, customers with a case that no order has ended)."""
    rows = session.execute(
        select(ChurnCase.customer_id, ChurnCase.last_order_on, ChurnCase.status).where(
            ChurnCase.customer_id.between(keys.start, keys.stop - 1)
        )
    ).all()
    return (
        {(row.customer_id, row.last_order_on) for row in rows},
        {row.customer_id for row in rows if row.status is not ChurnStatus.recovered},
    )
