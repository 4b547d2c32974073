"""What the moves of a churn case do besides the status, and what an order or a hand-over does to a case."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, object_session

from app.accounts.services.leaving import hands_over
from app.churn.models import OPEN, ChurnCase, ChurnMeasure, ChurnStatus
from app.churn.rule import is_silent, judged_orders
from app.churn.workflow import workflow
from app.core import dictionary, timeline
from app.core.actors import Actor, acting_as
from app.core.among import among
from app.core.checks import NO_CHOICE, REQUIRED, Checks
from app.core.database import db
from app.core.errors import Invalid
from app.core.events import on
from app.core.i18n import _l, local_day
from app.core.visibility import find
from app.customers import services as customers
from app.customers.models import ChurnBand, Customer, CustomerStatus
from app.orders.models import Order, OrderKind

LONGEST_TEXT = 2_000
LONGEST_PAUSE = timedelta(days=366)

customers.register(ChurnCase.customer_id, owner=ChurnCase.owner_id)


@workflow.effect("postpone")
def _postpone(
    case: ChurnCase,
    *,
    by: Actor,
    at: datetime,
    measures: Collection[str] = (),
    text: str | None = None,
    look_again_on: date | str | None = None,
) -> None:
    """Keep what is done and when to look again; earlier postponements stay."""
    session = _session(case)
    checks = Checks({"text": text, "look_again_on": look_again_on}, {"text", "look_again_on"}, creating=True)
    checks.text("text", LONGEST_TEXT, lines=True)
    checks.day("look_again_on", required=True)
    day = checks.clean.get("look_again_on")
    today = local_day(at)
    if day is not None and not today < day <= today + LONGEST_PAUSE:
        checks.refuse("look_again_on", _l("Choose a day after today and within a year."))
    chosen = list(dict.fromkeys(measures))
    if not chosen:
        checks.refuse("measures", _l("Choose at least one measure."))
    elif set(chosen) - dictionary.codes(session, "churn_measure"):
        checks.refuse("measures", NO_CHOICE)
    clean = checks.done()
    session.add(
        ChurnMeasure(
            case_id=case.id,
            at=at,
            by_id=by.user_id,
            measures=chosen,
            text=clean.get("text"),
            look_again_on=clean["look_again_on"],
        )
    )
    case.look_again_on, case.note, case.told_at = clean["look_again_on"], clean.get("text"), None
    _tell(case, "postpone", by, at, look_again_on=clean["look_again_on"].isoformat(), measures=chosen)


@workflow.effect("confirm")
def _confirm(case: ChurnCase, *, by: Actor, at: datetime, reason: str | None = None, note: str | None = None) -> None:
    """Give the customer up, for a reason; the customer becomes lost."""
    session = _session(case)
    checks = Checks({"reason": reason, "note": note}, {"reason", "note"}, creating=True)
    checks.code("reason", dictionary.codes(session, "churn_reason"))
    if not reason:
        checks.refuse("reason", REQUIRED)
    checks.text("note", LONGEST_TEXT, lines=True)
    clean = checks.done()
    case.reason, case.note, case.look_again_on = clean["reason"], clean.get("note"), None
    case.decided_on = local_day(at)
    customer = find(session, Customer, case.customer_id, lock=True)
    if customer is not None:
        customers.lose(customer, by=by, at=at)
    _tell(case, "confirm", by, at, reason=case.reason)


@workflow.effect("recover")
def _recover(case: ChurnCase, *, by: Actor, at: datetime, note: str | None = None, order_id: int | None = None) -> None:
    """Close the case: an order came, or somebody says in a note why the customer stays."""
    session = _session(case)
    checks = Checks({"note": note}, {"note"}, creating=True)
    checks.text("note", LONGEST_TEXT, required=order_id is None, lines=True)
    clean = checks.done()
    case.note, case.reason, case.look_again_on = clean.get("note"), None, None
    case.decided_on, case.recovered_by_order_id = local_day(at), order_id
    customer = find(session, Customer, case.customer_id, lock=True)
    if customer is not None and customer.status is CustomerStatus.lost:
        customers.activate(customer, by=by, at=at)
    _tell(case, "recover", by, at, order_id=order_id)


def end_silences(session: Session, newest: Mapping[int, date], *, by: Actor, at: datetime) -> int:
    """Close the cases of customers who are not silent any more; return how many.

    ``newest`` is the day of a newly entered order for each customer. An order found in an old file does not end a
    silence that lasts until today.
    """
    today = local_day(at)
    fresh = sorted(pk for pk, day in newest.items() if not is_silent(day, today))
    # Whoever enters the order need not be allowed to see or to judge churn cases.
    system = Actor(user_id=by.user_id, name=by.name, everything=True)
    closed = 0
    with acting_as(system, session):
        some = among(ChurnCase.customer_id, fresh)
        unrecovered = select(ChurnCase).where(some, ChurnCase.status != ChurnStatus.recovered)
        for case in session.scalars(unrecovered).all() if fresh else ():
            order_id = ending_order(session, case, today)
            if order_id is not None:
                workflow.cause("recover", case, by=system, at=at, order_id=order_id)
                keep_band(session, [case.customer_id], ChurnBand.on_track)
                closed += 1
    return closed


def keep_band(session: Session, keys: Sequence[int], band: ChurnBand | None) -> None:
    """Write down how likely customers are to be lost, past their version: nobody edited them."""
    customer = Customer.__table__
    session.execute(update(customer).where(customer.c.id.in_(keys)).values(churn_band=band))


def ending_order(session: Session, case: ChurnCase, asof: date) -> int | None:
    """The first order after the one a silence began with, until ``asof``; None while the silence lasts."""
    return session.scalar(
        select(Order.id)
        .where(
            Order.customer_id == case.customer_id,
            Order.kind == OrderKind.sale,
            Order.ordered_on > case.last_order_on,
            judged_orders(asof),
        )
        .order_by(Order.ordered_on, Order.id)
        .limit(1)
    )


@on("order.confirm")
def _an_order_ends_the_silence(order: Order, *, by: Actor, at: datetime, **_data: Any) -> None:
    session = object_session(order)
    assert session is not None
    end_silences(session, {order.customer_id: order.ordered_on}, by=by, at=at)


@on("order.enter")
def _entered_orders_end_silences(newest: Mapping[int, date], *, by: Actor, at: datetime, **_data: Any) -> None:
    end_silences(db.session(), newest, by=by, at=at)


@on("customer.hand_over")
def _the_new_owner_decides(customer: Customer, *, by: Actor, at: datetime, **_data: Any) -> None:
    session = object_session(customer)
    assert session is not None
    with acting_as(Actor(user_id=by.user_id, name=by.name, everything=True), session):
        undecided = select(ChurnCase).where(ChurnCase.customer_id == customer.id, ChurnCase.status.in_(OPEN))
        for case in session.scalars(undecided):
            case.owner_id = customer.owner_id
        session.flush()


@hands_over(
    "churn_case", lambda user_id: select(ChurnCase).where(ChurnCase.owner_id == user_id, ChurnCase.status.in_(OPEN))
)
def _give(case: ChurnCase, heir_id: int, *, by: Actor, at: datetime) -> None:
    case.owner_id = heir_id


def _session(case: ChurnCase) -> Session:
    session = object_session(case)
    if session is None:
        raise Invalid
    return session


def _tell(case: ChurnCase, what: str, by: Actor, at: datetime, **words: Any) -> None:
    timeline.tell(
        _session(case),
        case.customer_id,
        f"churn_case.{what}",
        at,
        record_id=case.id,
        actor_id=by.user_id,
        **words,
    )
