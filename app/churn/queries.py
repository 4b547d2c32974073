"""Questions about churn cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.accounts.queries import ADMIN, users_with_right
from app.churn.models import OPEN, ChurnCase, ChurnMeasure, ChurnRun, ChurnStatus
from app.core.actors import Actor
from app.core.visibility import scoped
from app.customers.models import Customer
from app.customers.queries import through_customer
from app.orders.models import Order
from app.service.models import RequestStatus, ServiceRequest

Row = TypeVarTuple("Row")

FIRST_MEAN_GAP = 30.0
"""Days between two orders as long as nobody was judged."""

MANY = 100
"""Above, the sums over all cases are read after the page."""

_mean_gap = select(ChurnRun.mean_gap).order_by(ChurnRun.id.desc()).limit(1)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The cases of the customers within the actor's reach."""
    return through_customer(actor, "churn_case", ChurnCase.customer_id)


def visible_measures(actor: Actor) -> ColumnElement[bool]:
    """The measures of visible cases."""
    if actor.sees_all("churn_case"):
        return true()
    return ChurnMeasure.case_id.in_(select(ChurnCase.id).where(visible_to(actor)))


scoped(ChurnCase, "churn_case", visible_to)
scoped(ChurnMeasure, "churn_case", visible_measures)


def cases(
    status: ChurnStatus | Collection[ChurnStatus], *, level: str = "", owner_id: int | None = None
) -> Select[ChurnCase]:
    """Cases of living customers in one status, or several."""
    wanted = [status] if isinstance(status, ChurnStatus) else list(status)
    statement = select(ChurnCase).join(Customer, Customer.id == ChurnCase.customer_id)
    statement = statement.where(ChurnCase.status.in_(wanted))
    if level:
        statement = statement.where(Customer.level == level)
    if owner_id is not None:
        statement = statement.where(ChurnCase.owner_id == owner_id)
    return statement


def by_money(statement: Select[ChurnCase]) -> Select[ChurnCase]:
    """The most money first."""
    return statement.order_by(ChurnCase.value_12m.desc(), ChurnCase.id.desc())


def by_date_to_look_again(statement: Select[ChurnCase]) -> Select[ChurnCase]:
    """What is due first, first."""
    return statement.order_by(ChurnCase.look_again_on, ChurnCase.id)


def with_newest_measure(statement: Select[ChurnCase]) -> Select[ChurnCase, ChurnMeasure | None]:
    """Add the newest postponement to each case."""
    other = aliased(ChurnMeasure)
    newest = select(func.max(other.id)).where(other.case_id == ChurnCase.id).scalar_subquery()
    return statement.add_columns(ChurnMeasure).outerjoin(ChurnMeasure, ChurnMeasure.id == newest)


def with_people(statement: Select[*Row]) -> Select[*Row]:
    """Load the customer, which :func:`cases` has joined, and the owner of each case with it."""
    return statement.options(contains_eager(ChurnCase.customer), joinedload(ChurnCase.owner))


def standing(session: Session, customer_id: int) -> tuple[float, int | None, ChurnStatus | None]:
    """(everybody's mean gap, id and status of the customer's undecided case, if there is one) in one statement."""
    undecided = (
        select(ChurnCase.id)
        .where(ChurnCase.customer_id == customer_id, ChurnCase.status.in_(OPEN))
        .order_by(ChurnCase.id.desc())
        .limit(1)
    )
    one = aliased(ChurnCase)
    status = select(one.status).where(one.id == undecided.scalar_subquery())
    row = session.execute(
        select(
            _mean_gap.scalar_subquery().label("gap"),
            undecided.scalar_subquery().label("case_id"),
            status.scalar_subquery().label("status"),
        )
    ).one()
    return float(row.gap or FIRST_MEAN_GAP), row.case_id, row.status


def take_ownerless(session: Session) -> list[int]:
    """Who decides cases without owner: the marketing directors, or an administrator where there is none."""
    people = users_with_right(session, "churn_case.take_ownerless")
    directors = [user for user in people if all(role.name != ADMIN for role in user.roles)]
    return [user.id for user in directors or people]


def last_run(session: Session) -> ChurnRun | None:
    """The newest judgement of everybody."""
    return session.scalar(select(ChurnRun).order_by(ChurnRun.id.desc()).limit(1))


def waiting() -> Select[int]:
    """How many cases in sight wait for a decision, at most ``MANY``."""
    wanted = select(ChurnCase.id).where(ChurnCase.status == ChurnStatus.warned).limit(MANY)
    return select(func.count()).select_from(wanted.subquery())


@dataclass(frozen=True)
class Story:
    """What is known around a case: postponements and earlier cases, newest first; the day of an open complaint."""

    measures: list[ChurnMeasure]
    earlier: list[ChurnCase]
    mean_gap: float
    complaint_since: datetime | None


def story(session: Session, case: ChurnCase) -> Story:
    """What is known around ``case``, in one statement."""
    complaint = select(func.min(ServiceRequest.received_at)).where(
        ServiceRequest.customer_id == case.customer_id,
        ServiceRequest.type == "complaint",
        ServiceRequest.status.in_((RequestStatus.created, RequestStatus.assigned)),
    )
    newest = select(ChurnCase.id).where(ChurnCase.customer_id == case.customer_id, ChurnCase.id != case.id)
    newest = newest.order_by(ChurnCase.last_order_on.desc()).limit(20)
    statement = (
        select(
            ChurnCase,
            ChurnMeasure,
            _mean_gap.scalar_subquery().label("gap"),
            complaint.scalar_subquery().label("since"),
        )
        .outerjoin(ChurnMeasure, and_(ChurnMeasure.case_id == ChurnCase.id, ChurnCase.id == case.id))
        .where(or_(ChurnCase.id == case.id, ChurnCase.id.in_(select(newest.subquery().c.id))))
        .options(joinedload(ChurnMeasure.by))
        .order_by(ChurnCase.last_order_on.desc(), ChurnMeasure.id.desc())
    )
    rows = session.execute(statement).all()
    return Story(
        measures=[row.ChurnMeasure for row in rows if row.ChurnMeasure is not None],
        earlier=[row.ChurnCase for row in rows if row.ChurnCase.id != case.id],
        mean_gap=float(rows[0].gap or FIRST_MEAN_GAP),
        complaint_since=rows[0].since,
    )


@dataclass(frozen=True)
class Figures:
    """The numbers above the list; ``recovered`` and ``regained`` (what the orders came to) are of this quarter."""

    waiting: int
    waiting_a: int
    value: Decimal
    due: int
    postponed: int
    recovered: int
    regained: Decimal
    judged_at: datetime | None
    mean_gap: float


def figures(session: Session, today: date, *, owner_id: int | None = None) -> Figures:
    """Count the cases in sight in one statement."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    is_warned = ChurnCase.status == ChurnStatus.warned
    is_postponed = ChurnCase.status == ChurnStatus.postponed
    is_recovered = (ChurnCase.status == ChurnStatus.recovered) & (ChurnCase.decided_on >= quarter)

    def count(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    statement = (
        select(
            count(is_warned).label("waiting"),
            count(is_warned & (Customer.level == "A")).label("waiting_a"),
            func.coalesce(func.sum(case((is_warned, ChurnCase.value_12m), else_=0)), 0).label("value"),
            count(is_postponed & (ChurnCase.look_again_on <= today)).label("due"),
            count(is_postponed).label("postponed"),
            count(is_recovered).label("recovered"),
            func.coalesce(func.sum(case((is_recovered, Order.value), else_=0)), 0).label("regained"),
            select(ChurnRun.at).order_by(ChurnRun.id.desc()).limit(1).scalar_subquery().label("judged_at"),
            _mean_gap.scalar_subquery().label("mean_gap"),
        )
        .join(Customer, Customer.id == ChurnCase.customer_id)
        .outerjoin(Order, Order.id == ChurnCase.recovered_by_order_id)
        .where(is_warned | is_postponed | is_recovered)
    )
    if owner_id is not None:
        statement = statement.where(ChurnCase.owner_id == owner_id)
    row = session.execute(statement).one()
    return Figures(
        int(row.waiting),
        int(row.waiting_a),
        round(Decimal(row.value), 2),
        int(row.due),
        int(row.postponed),
        int(row.recovered),
        round(Decimal(row.regained), 2),
        row.judged_at,
        float(row.mean_gap or FIRST_MEAN_GAP),
    )
