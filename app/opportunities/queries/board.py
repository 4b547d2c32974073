"""The board: one column per stage with its sums, and the cards that are most urgent in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Team, User
from app.core.visibility import scoped_relations
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries import Stage, next_due, stages

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


def of_team(team_id: int) -> ColumnElement[bool]:
    """The opportunities of the people of a team and of the teams under it."""
    tree = select(Team.id).where(Team.id == team_id).cte("under", recursive=True)
    tree = tree.union(select(Team.id).join(tree, Team.parent_id == tree.c.id))
    return Opportunity.owner_id.in_(select(User.id).where(User.team_id.in_(select(tree.c.id))))


def board(
    session: Session, conditions: Iterable[ColumnElement[bool]], *, now: datetime, month_start: datetime
) -> Board:
    """The board of the visible opportunities that meet ``conditions``; closed ones since ``month_start``."""
    wanted = list(conditions)
    columns = {stage.code: Column(stage.code, stage) for stage in stages(session)}
    others = {status: Column(status) for status in ("won", "lost", "unassigned")}
    closed = and_(Opportunity.status.in_(("won", "lost")), Opportunity.closed_at >= month_start)
    shown = Opportunity.status.in_(("unassigned", "developing")) | closed
    _count(session, [*wanted, shown], columns, others, now)
    _deal(session, [*wanted, shown], columns, others, now)
    return Board(list(columns.values()), others["won"], others["lost"], others["unassigned"])


def _step(due: Any, now: datetime) -> Any:
    return case((due.is_(None), "none"), (due < now, "late"), else_="plan")


def _count(
    session: Session,
    wanted: list[ColumnElement[bool]],
    columns: dict[str, Column],
    others: dict[str, Column],
    now: datetime,
) -> None:
    rows = (
        select(
            Opportunity.status,
            Opportunity.stage,
            Opportunity.amount,
            Opportunity.probability,
            _step(next_due(), now).label("step"),
        )
        .where(*wanted)
        .subquery()
    )
    sums = select(
        rows.c.status,
        rows.c.stage,
        rows.c.step,
        func.count(),
        func.coalesce(func.sum(rows.c.amount), 0),
        func.coalesce(func.sum(rows.c.amount * rows.c.probability), 0),
    ).group_by(rows.c.status, rows.c.stage, rows.c.step)
    for status, stage, step, count, amount, weighted in session.execute(sums):
        column = columns.get(stage) if status == OpportunityStatus.developing else others[status]
        if column is None:
            continue  # no opportunity stays in a stage that is retired
        column.count += count
        column.amount += Decimal(amount)
        column.weighted += round(Decimal(weighted) / 100, 2)
        column.shares[step] += Decimal(amount)


def _deal(
    session: Session,
    wanted: list[ColumnElement[bool]],
    columns: dict[str, Column],
    others: dict[str, Column],
    now: datetime,
) -> None:
    due = next_due()
    place = func.row_number().over(
        partition_by=(Opportunity.status, case((Opportunity.status == "developing", Opportunity.stage), else_="")),
        order_by=(Opportunity.closed_at.desc(), due.is_(None), due, Opportunity.stage_since, Opportunity.id),
    )
    ranked = select(Opportunity.id, due.label("due_at"), place.label("place")).where(*wanted).subquery()
    top = (
        select(Opportunity, ranked.c.due_at)
        .join(ranked, ranked.c.id == Opportunity.id)
        .where(ranked.c.place <= CARDS, Opportunity.status != OpportunityStatus.unassigned)
        .order_by(ranked.c.place)
        .options(joinedload(Opportunity.customer), joinedload(Opportunity.owner))
        .execution_options(eager_tables=tuple(scoped_relations(Opportunity, ("customer",))))
    )
    for opportunity, due_at in session.execute(top):
        if opportunity.status is OpportunityStatus.developing:
            column = columns.get(opportunity.stage)
            step = "none" if due_at is None else "late" if due_at < now else "plan"
            since, until = opportunity.stage_since, now
        else:
            column = others[opportunity.status]
            step, since, until = opportunity.status.value, opportunity.created_at, opportunity.closed_at
        if column is None:
            continue
        days = max((until - since).days, 0)
        is_slow = column.stage is not None and days > column.stage.normal_days
        column.cards.append(Card(opportunity, due_at, step, days, is_slow))
