"""The judgement of everybody, its writing half: the cases opened for new silences.

:func:`~app.churn.services.looking.look` only reads; :func:`act_on` writes in portions and stops after each, so that
whoever iterates can commit and no write transaction lasts. Both together can be repeated at any time and on any day:
one silence is one case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnMethod, ChurnRun, ChurnStatus
from app.churn.queries import take_ownerless
from app.churn.rule import SILENCE_DAYS, judged_orders, rhythms
from app.churn.services.deciding import keep_band
from app.churn.services.looking import Judgement, Silent, look
from app.core import audit, notifications, timeline
from app.core.actors import Actor, acting_as
from app.core.i18n import local_day
from app.customers.models import Customer
from app.orders.models import Order, OrderKind

# Cases written in one transaction: some hundredths of a second.
WRITTEN_AT_ONCE = 150


@dataclass
class Verdict:
    """What came of a judgement."""

    customers: int
    judged: int
    warned: int
    already_open: int


def act_on(session: Session, judgement: Judgement, *, by: Actor, at: datetime, recovered: int = 0) -> Iterator[Verdict]:
    """Open the cases, tell their owners, keep the bands and the run; yield after each portion, where to commit.

    ``recovered`` cases were closed in the same run.
    """
    verdict = Verdict(judgement.customers, judgement.judged, 0, judgement.already_open)
    ownerless = take_ownerless(session)
    for portion in _portions(judgement.silent):
        verdict.warned += _open(session, portion, judgement, ownerless, by=by, at=at)
        yield verdict
    for band, keys in judgement.bands.items():
        for place in range(0, len(keys), 1_000):
            keep_band(session, keys[place : place + 1_000], band)
            yield verdict
    session.add(
        ChurnRun(
            at=at,
            asof=judgement.asof,
            method=ChurnMethod.rule,
            silence_days=SILENCE_DAYS,
            mean_gap=round(Decimal(judgement.mean_gap), 2),
            recovered=recovered,
            **vars(verdict),
        )
    )
    session.flush()
    yield verdict


def judge(session: Session, asof: date, *, by: Actor, at: datetime) -> Verdict:
    """Judge everybody in the session's transaction."""
    with acting_as(by, session):
        return list(act_on(session, look(session, asof, today=local_day(at)), by=by, at=at))[-1]


def _portions(silent: list[Silent]) -> Iterator[list[Silent]]:
    """Portions that keep an owner's customers together, so that one message tells of all."""
    ordered = sorted(silent, key=lambda one: (one.owner_id or 0, one.history.customer_id))
    portion: list[Silent] = []
    for _owner, group in groupby(ordered, key=lambda one: one.owner_id):
        rows = list(group)
        if portion and len(portion) + len(rows) > WRITTEN_AT_ONCE:
            yield portion
            portion = []
        while len(rows) > WRITTEN_AT_ONCE:
            yield rows[:WRITTEN_AT_ONCE]
            rows = rows[WRITTEN_AT_ONCE:]
        portion += rows
    if portion:
        yield portion


def _open(
    session: Session,
    portion: Sequence[Silent],
    judgement: Judgement,
    ownerless: Sequence[int],
    *,
    by: Actor,
    at: datetime,
) -> int:
    asof = judgement.asof
    silent = {one.history.customer_id: one for one in _still_silent(session, portion, asof)}
    rows = [_case(one, judgement, by, at) for one in silent.values()]
    if not rows:
        return 0
    table = ChurnCase.__table__
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # Another judgement may be under way: whoever comes second opens nothing.
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=["customer_id", "last_order_on"])
    connection = session.connection()
    written = connection.execute(statement.returning(table.c.id, table.c.customer_id), rows)
    opened = {row.customer_id: row.id for row in written}
    names = dict(session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(opened))).all())
    entries, told = [], []
    for customer_id, pk in opened.items():
        one = silent[customer_id]
        days = (asof - one.history.last_on).days
        changes = {
            "customer_id": [None, customer_id],
            "status": [None, "warned"],
            "last_order_on": [None, one.history.last_on],
            "opened_on": [None, asof],
            "value_12m": [None, one.history.value],
            "owner_id": [None, one.owner_id],
        }
        entries.append(audit.entry("create", "churn_case", pk, names[customer_id], changes, by=by, at=at))
        told.append(
            timeline.row(customer_id, "churn_case.warn", at, record_id=pk, actor_id=by.user_id, silent_days=days)
        )
    audit.write(connection, entries)
    timeline.write(connection, told)
    cases = [(pk, silent[key]) for key, pk in opened.items()]
    notifications.write(connection, _messages(cases, names, asof, ownerless, at))
    return len(opened)


def _still_silent(session: Session, portion: Sequence[Silent], asof: date) -> Iterator[Silent]:
    """Leave out whoever ordered since the histories were read."""
    newest = dict(
        session.execute(
            select(Order.customer_id, func.max(Order.ordered_on))
            .where(
                Order.customer_id.in_([one.history.customer_id for one in portion]),
                Order.kind == OrderKind.sale,
                judged_orders(asof),
            )
            .group_by(Order.customer_id)
        ).all()
    )
    doubtful = [
        one.history.customer_id
        for one in portion
        if newest.get(one.history.customer_id, date.min) != one.history.last_on
    ]
    # The newest order may have been returned: then the silence began with the one before it.
    exact = rhythms(session, doubtful, asof) if doubtful else {}
    for one in portion:
        rhythm = exact.get(one.history.customer_id)
        if one.history.customer_id not in doubtful or (rhythm and rhythm.history.last_on == one.history.last_on):
            yield one


def _case(one: Silent, judgement: Judgement, by: Actor, at: datetime) -> dict[str, Any]:
    history, asof = one.history, judgement.asof
    gap = history.usual_gap(judgement.mean_gap)
    silent_days = (asof - history.last_on).days
    value = max(history.value, Decimal(0))
    return {
        "customer_id": history.customer_id,
        "status": ChurnStatus.warned,
        "owner_id": one.owner_id,
        "last_order_on": history.last_on,
        "opened_on": asof,
        "method": ChurnMethod.rule,
        "value_12m": value,
        "evidence": {
            "first_on": history.first_on.isoformat(),
            "last_on": history.last_on.isoformat(),
            "orders": history.orders,
            "usual_gap": round(gap),
            "times": round(silent_days / gap, 1),
            "silent_days": silent_days,
            "value_12m": str(value),
            "rule_days": SILENCE_DAYS,
        },
        "created_at": at,
        "changed_at": at,
        "created_by_id": by.user_id,
        "changed_by_id": by.user_id,
        "version": 1,
    }


def _messages(
    opened: list[tuple[int, Silent]],
    names: Mapping[int, str],
    asof: date,
    ownerless: Sequence[int],
    at: datetime,
) -> list[dict[str, Any]]:
    """One message per person, however many customers fell silent."""
    found = []
    opened.sort(key=lambda pair: pair[1].owner_id or 0)
    for owner_id, group in groupby(opened, key=lambda pair: pair[1].owner_id):
        cases = list(group)
        pk, first = max(cases, key=lambda pair: pair[1].history.value)
        words = {
            "count": len(cases),
            "name": names[first.history.customer_id],
            "days": (asof - first.history.last_on).days,
            "value": str(sum((max(one.history.value, Decimal(0)) for _, one in cases), Decimal(0))),
            "ownerless": owner_id is None,
        }
        people = [owner_id] if owner_id is not None else ownerless
        found += [notifications.row(user_id, "churn_case.warn", at=at, record_id=pk, **words) for user_id in people]
    return found
