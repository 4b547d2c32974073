"""Questions about churn cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import Session

from app.churn.models import OPEN, ChurnCase, ChurnMeasure, ChurnRun, ChurnStatus
from app.core.actors import Actor
from app.core.visibility import scoped
from app.customers.models import Customer
from app.customers.queries import through_customer


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


def measures_of(case_id: int) -> Select[ChurnMeasure]:
    """Every postponement of a case, newest first."""
    return select(ChurnMeasure).where(ChurnMeasure.case_id == case_id).order_by(ChurnMeasure.id.desc())


def latest_measures(session: Session, case_ids: Collection[int]) -> dict[int, ChurnMeasure]:
    """The newest postponement of each of some cases."""
    newest = (
        select(func.max(ChurnMeasure.id))
        .where(ChurnMeasure.case_id.in_(sorted(case_ids)))
        .group_by(ChurnMeasure.case_id)
    )
    return {
        measure.case_id: measure for measure in session.scalars(select(ChurnMeasure).where(ChurnMeasure.id.in_(newest)))
    }


def open_case_of(session: Session, customer_id: int) -> ChurnCase | None:
    """The case of a customer that somebody still has to decide, if there is one."""
    return session.scalar(
        select(ChurnCase)
        .where(ChurnCase.customer_id == customer_id, ChurnCase.status.in_(OPEN))
        .order_by(ChurnCase.id.desc())
        .limit(1)
    )


def earlier_cases(case: ChurnCase) -> Select[ChurnCase]:
    """The other cases of the same customer, newest first."""
    return (
        select(ChurnCase)
        .where(ChurnCase.customer_id == case.customer_id, ChurnCase.id != case.id)
        .order_by(ChurnCase.last_order_on.desc())
    )


def last_run(session: Session) -> ChurnRun | None:
    """The newest judgement of everybody."""
    return session.scalar(select(ChurnRun).order_by(ChurnRun.id.desc()).limit(1))


@dataclass(frozen=True)
class Figures:
    """The numbers above the list."""

    waiting: int
    waiting_a: int
    value: Decimal
    due: int
    postponed: int
    recovered: int


def figures(session: Session, today: date, *, owner_id: int | None = None) -> Figures:
    """Count the cases in sight in one statement; ``recovered`` are those of this quarter."""
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
        )
        .join(Customer, Customer.id == ChurnCase.customer_id)
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
    )
