"""The board: one column per stage with its sums, and the cards that are most urgent in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Team, User
from app.core.visibility import scoped_relations
from app.customers.models import Plan
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries import Stage, stages

CARDS = 30
"""Cards shown in a column; the rest is in the list, one click away."""

STEPS = ("plan", "late", "none")


@dataclass(frozen=True)
class Card:
    """One opportunity on the board; ``step`` is plan, late, none, won or lost."""

    opportunity: Opportunity
    due_at: datetime | None
    step: str
    days: int
    is_slow: bool = False


@dataclass
class Column:
    """One column; ``shares`` is the amount per state of the next step."""

    code: str
    stage: Stage | None = None
    count: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    shares: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(STEPS, Decimal(0)))
    cards: list[Card] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """How many opportunities have no card."""
        return self.count - len(self.cards)

    def add(self, state: str, count: int, amount: Any, weighted: Any) -> None:
        """Count opportunities in whose next step is ``state``; ``weighted`` is amount times percent."""
        self.count += count
        self.amount += Decimal(amount)
        self.weighted += round(Decimal(weighted) / 100, 2)
        self.shares[state] += Decimal(amount)


@dataclass
class Board:
    """All columns, and what is not under development."""

    stages: list[Column]
    won: Column
    lost: Column
    unassigned: Column

    @property
    def count(self) -> int:
        return sum(column.count for column in self.stages)

    @property
    def amount(self) -> Decimal:
        return sum((column.amount for column in self.stages), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        return sum((column.weighted for column in self.stages), Decimal(0))


def card(opportunity: Opportunity, due_at: datetime | None, stage: Stage | None, now: datetime) -> Card:
    """The card of an opportunity under development in ``stage``."""
    state = "none" if due_at is None else "late" if due_at < now else "plan"
    days = max((now - opportunity.stage_since).days, 0)
    return Card(opportunity, due_at, state, days, stage is not None and days > stage.normal_days)


def of_team(team_id: int) -> ColumnElement[bool]:
    """The opportunities of the people of a team and of the teams under it."""
    tree = select(Team.id).where(Team.id == team_id).cte("under", recursive=True)
    tree = tree.union(select(Team.id).join(tree, Team.parent_id == tree.c.id))
    return Opportunity.owner_id.in_(select(User.id).where(User.team_id.in_(select(tree.c.id))))


def board(
    session: Session, conditions: Iterable[ColumnElement[bool]], *, now: datetime, closed_since: datetime
) -> Board:
    """The board of the visible opportunities that meet ``conditions``; closed ones since then."""
    wanted = list(conditions)
    columns = {stage.code: Column(stage.code, stage) for stage in stages(session)}
    others = {status: Column(status) for status in ("won", "lost", "unassigned")}
    _count_developing(session, wanted, columns, now)
    _count_others(session, wanted, others, closed_since)
    _deal(session, wanted, columns, others, now, closed_since)
    return Board(list(columns.values()), others["won"], others["lost"], others["unassigned"])


DEVELOPING = Opportunity.status == OpportunityStatus.developing


def dues() -> Any:
    """(opportunity_id, due_at of its earliest open plan), as a subquery."""
    # One pass over the open plans: asking for each of twenty thousand opportunities costs twice as much.
    return (
        select(Plan.opportunity_id.label("opportunity_id"), func.min(Plan.due_at).label("due_at"))
        .where(Plan.done_at.is_(None), Plan.opportunity_id.is_not(None))
        .group_by(Plan.opportunity_id)
        .subquery("due")
    )


def step_of(due: Any, now: datetime) -> Any:
    """One of :data:`STEPS`: how the next step of an opportunity stands."""
    return case((due.c.due_at.is_(None), "none"), (due.c.due_at < now, "late"), else_="plan")


def sums() -> tuple[Any, Any, Any]:
    """How many opportunities, their amount, and their amount times percent of probability."""
    return (
        func.count(),
        func.coalesce(func.sum(Opportunity.amount), 0),
        func.coalesce(func.sum(Opportunity.amount * Opportunity.probability), 0),
    )


def _count_developing(
    session: Session, wanted: list[ColumnElement[bool]], columns: dict[str, Column], now: datetime
) -> None:
    due = dues()
    step = step_of(due, now).label("step")
    counted = (
        select(Opportunity.stage, step, *sums())
        .outerjoin(due, due.c.opportunity_id == Opportunity.id)
        .where(DEVELOPING, *wanted)
        .group_by(Opportunity.stage, step)
    )
    for stage, state, count, amount, weighted in session.execute(counted):
        column = columns.get(stage)
        if column is None:
            continue  # no opportunity stays in a stage that is retired
        column.add(state, count, amount, weighted)


def _count_others(
    session: Session, wanted: list[ColumnElement[bool]], others: dict[str, Column], closed_since: datetime
) -> None:
    conditions = {
        status: _closed(OpportunityStatus(status), closed_since)
        if status != "unassigned"
        else Opportunity.status == OpportunityStatus.unassigned
        for status in others
    }
    parts = [select(literal(status), *sums()[:2]).where(condition, *wanted) for status, condition in conditions.items()]
    for status, count, amount in session.execute(union_all(*parts)):
        others[status].count, others[status].amount = count, Decimal(amount)


def _closed(status: OpportunityStatus, closed_since: datetime) -> ColumnElement[bool]:
    return and_(Opportunity.status == status, Opportunity.closed_at >= closed_since)


def _deal(
    session: Session,
    wanted: list[ColumnElement[bool]],
    columns: dict[str, Column],
    others: dict[str, Column],
    now: datetime,
    closed_since: datetime,
) -> None:
    due = dues()
    urgent_first = (due.c.due_at.is_(None), due.c.due_at, Opportunity.stage_since, Opportunity.id)
    place = func.row_number().over(partition_by=Opportunity.stage, order_by=urgent_first)
    ranked = (
        select(Opportunity.id, due.c.due_at, place.label("place"))
        .outerjoin(due, due.c.opportunity_id == Opportunity.id)
        .where(DEVELOPING, *wanted)
        .subquery("ranked")
    )
    top = (
        select(Opportunity, ranked.c.due_at)
        .join(ranked, ranked.c.id == Opportunity.id)
        .where(ranked.c.place <= CARDS)
        .order_by(ranked.c.place)
    )
    for opportunity, due_at in session.execute(with_names(top)):
        column = columns.get(opportunity.stage)
        if column is None:
            continue
        column.cards.append(card(opportunity, due_at, column.stage, now))
    for opportunity in session.scalars(with_names(_newest_closed(wanted, closed_since))):
        days = max((opportunity.closed_at - opportunity.created_at).days, 0)
        others[opportunity.status].cards.append(Card(opportunity, None, opportunity.status.value, days))


def _newest_closed(wanted: list[ColumnElement[bool]], closed_since: datetime) -> Any:
    newest = [
        select(Opportunity.id)
        .where(_closed(status, closed_since), *wanted)
        .order_by(Opportunity.closed_at.desc(), Opportunity.id.desc())
        .limit(CARDS)
        .subquery()
        for status in (OpportunityStatus.won, OpportunityStatus.lost)
    ]
    shown = or_(*(Opportunity.id.in_(select(rows.c.id)) for rows in newest))
    return select(Opportunity).where(shown).order_by(Opportunity.closed_at.desc(), Opportunity.id.desc())


def with_names(statement: Any) -> Any:
    """Read the customer, as far as it is in sight, and the owner along with each opportunity."""
    return statement.options(joinedload(Opportunity.customer), joinedload(Opportunity.owner)).execution_options(
        eager_tables=tuple(scoped_relations(Opportunity, ("customer",)))
    )
