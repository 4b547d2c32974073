"""The judgement of everybody: who is silent, which silences are new, and the cases opened for them.

:func:`look` only reads; :func:`act_on` writes in portions and stops after each, so that whoever iterates can commit and
no write transaction lasts. Both together can be repeated at any time and on any day: one silence is one case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.churn.models import ChurnCase, ChurnMethod, ChurnRun, ChurnStatus
from app.churn.queries import take_ownerless
from app.churn.rule import SILENCE_DAYS, History, histories, is_silent, judged_orders, ranges, rhythms
from app.churn.services.deciding import ending_order
from app.churn.workflow import workflow
from app.core import audit, notifications, timeline
from app.core.actors import Actor, acting_as
from app.core.i18n import local_day
from app.customers.models import ChurnBand, Customer
from app.orders.models import Order, OrderKind

# Cases written in one transaction: some hundredths of a second.
WRITTEN_AT_ONCE = 150


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


@dataclass
class Verdict:
    """What came of a judgement."""

    customers: int
    judged: int
    warned: int
    already_open: int


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


def act_on(session: Session, judgement: Judgement, *, by: Actor, at: datetime) -> Iterator[Verdict]:
    """Open the cases, tell their owners, keep the bands and the run; yield after each portion, where to commit."""
    verdict = Verdict(judgement.customers, judgement.judged, 0, judgement.already_open)
    ownerless = take_ownerless(session)
    for portion in _portions(judgement.silent):
        verdict.warned += _open(session, portion, judgement, ownerless, by=by, at=at)
        yield verdict
    for band, keys in judgement.bands.items():
        for place in range(0, len(keys), 1_000):
            _keep_band(session, keys[place : place + 1_000], band)
            yield verdict
    session.add(
        ChurnRun(
            at=at,
            asof=judgement.asof,
            method=ChurnMethod.rule,
            silence_days=SILENCE_DAYS,
            mean_gap=round(Decimal(judgement.mean_gap), 2),
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
        title = f"{names[customer_id]} {one.history.last_on}"
        entries.append(audit.entry("create", "churn_case", pk, title, changes, by=by, at=at))
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


def _keep_band(session: Session, keys: Sequence[int], band: ChurnBand | None) -> None:
    # Past the row's version: it is kept by the system, and nobody's edit.
    customers = Customer.__table__
    session.execute(update(customers).where(customers.c.id.in_(keys)).values(churn_band=band))


def recover_returned(session: Session, asof: date, *, by: Actor, at: datetime) -> Iterator[int]:
    """Close the cases of customers who are not silent any more, whatever way the order came; yield after each portion.

    Yields how many were closed so far.
    """
    later = (
        select(ChurnCase.id)
        .join(Order, Order.customer_id == ChurnCase.customer_id)
        .where(
            ChurnCase.status != ChurnStatus.recovered,
            Order.kind == OrderKind.sale,
            Order.ordered_on > ChurnCase.last_order_on,
            Order.ordered_on >= asof - timedelta(days=SILENCE_DAYS),
            judged_orders(asof),
        )
        .distinct()
    )
    keys = sorted(session.scalars(later))
    closed = 0
    for place in range(0, len(keys), 50):
        cases = session.scalars(select(ChurnCase).where(ChurnCase.id.in_(keys[place : place + 50]))).all()
        exact = rhythms(session, {case.customer_id for case in cases}, asof)
        for case in cases:
            rhythm = exact.get(case.customer_id)
            if rhythm is None or is_silent(rhythm.history.last_on, asof):
                continue  # what was ordered has been given back, or was long ago
            order_id = ending_order(session, case, asof)
            workflow.cause("recover", case, by=by, at=at, order_id=order_id)
            closed += 1
        yield closed
