"""The board: one column per stage with its sums, and the cards that are most urgent in each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, joinedload, load_only

from app.accounts.models import Team, User
from app.core.actors import current_actor
from app.core.visibility import scoped_relations
from app.customers.models import Customer
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries import Stage, stages

CARDS = 15
"""Cards shown in a column, more than a screen holds; the rest is in the list, one click away."""

STEPS = ("plan", "late", "none")
CLOSED = (OpportunityStatus.won, OpportunityStatus.lost)

SHOWN = (
    "title", "amount", "probability", "expected_close", "status", "stage", "stage_since", "next_due_at", "created_at",
    "closed_at", "version",
)  # fmt: skip
"""What a card says of its opportunity."""


@dataclass(frozen=True)
class Card:
    """One opportunity on the board; ``step`` is plan, late, none, won or lost."""

    opportunity: Opportunity
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


def card(opportunity: Opportunity, stage: Stage | None, now: datetime) -> Card:
    """The card of an opportunity under development in ``stage``."""
    due_at = opportunity.next_due_at
    state = "none" if due_at is None else "late" if due_at < now else "plan"
    days = max((now - opportunity.stage_since).days, 0)
    return Card(opportunity, state, days, stage is not None and days > stage.normal_days)


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


def step_of(now: datetime) -> Any:
    """One of :data:`STEPS`: how the next step of an opportunity stands."""
    due_at = Opportunity.next_due_at
    return case((due_at.is_(None), "none"), (due_at < now, "late"), else_="plan")


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
    counted = (
        select(Opportunity.stage, step_of(now).label("step"), *sums())
        .where(DEVELOPING, *wanted)
        .group_by(Opportunity.stage, "step")
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
    for opportunity in chosen(session, _nearest(session, wanted, columns, closed_since)):
        if opportunity.status is OpportunityStatus.developing:
            column = columns[opportunity.stage]
            column.cards.append(card(opportunity, column.stage, now))
            continue
        closed_at = opportunity.closed_at or now
        days = max((closed_at - opportunity.created_at).days, 0)
        others[opportunity.status].cards.append(Card(opportunity, opportunity.status.value, days))
    for column in columns.values():
        del column.cards[CARDS:]


def _nearest(session: Session, wanted: list[ColumnElement[bool]], stages: Iterable[str], since: datetime) -> list[Any]:
    due_at, order = Opportunity.next_due_at, (Opportunity.next_due_at, Opportunity.stage_since)
    closed, by_day = [_closed(status, since) for status in CLOSED], (Opportunity.closed_at,)
    if not sees_most(session):
        urgent_first = (due_at.is_(None), *order, Opportunity.id)
        newest_first = (Opportunity.closed_at.desc(), Opportunity.id.desc())
        return [
            first_of_each(Opportunity.stage, (DEVELOPING, *wanted), urgent_first),
            first_of_each(Opportunity.status, (or_(*closed), *wanted), newest_first),
        ]
    arms = [first_few((condition, *wanted), by_day, newest=True) for condition in closed]
    for code in stages:
        in_stage = (DEVELOPING, Opportunity.stage == code, *wanted)
        # By the day that is missing as well: PostgreSQL takes the index for its order only then.
        arms += [first_few((has_step, *in_stage), order) for has_step in (due_at.is_not(None), due_at.is_(None))]
    return arms


def sees_most(session: Session) -> bool:
    """Say whether the actor sees so many that each column is better chosen by itself."""
    actor = current_actor(session)
    return actor is not None and actor.sees_most("opportunity")


def first_of_each(column: Any, conditions: Iterable[ColumnElement[bool]], order: Iterable[Any]) -> Any:
    """The keys of the first cards of each value of ``column``, of the few opportunities one person sees."""
    place = func.row_number().over(partition_by=column, order_by=list(order)).label("place")
    ranked = select(Opportunity.id, place).where(*conditions).subquery()
    return select(ranked.c.id).where(ranked.c.place <= CARDS).order_by(ranked.c.place)


def first_few(conditions: Iterable[ColumnElement[bool]], order: Iterable[Any], *, newest: bool = False) -> Any:
    """The keys of the first cards that meet ``conditions``: one walk along an index that ends after a few steps."""
    columns = [*order, Opportunity.id]
    keys = select(Opportunity.id).where(*conditions)
    return keys.order_by(*(column.desc() if newest else column for column in columns)).limit(CARDS)


def chosen(session: Session, arms: Iterable[Any]) -> list[Opportunity]:
    """The opportunities of these keys, in their order."""
    keys = [*session.scalars(union_all(*(select(arm.subquery()) for arm in arms)))]
    places = {key: place for place, key in enumerate(keys)}
    return sorted(session.scalars(for_cards(keys)), key=lambda opportunity: places[opportunity.id])


def for_cards(keys: Iterable[int]) -> Any:
    """Read of these opportunities what their cards show, with the customer, as far as it is in sight, and the owner.

    By their keys: a database cannot tell how few the chosen ones are, and would read all customers for them.
    """
    shown = (
        load_only(*(getattr(Opportunity, name) for name in SHOWN)),
        joinedload(Opportunity.customer).load_only(Customer.name),
        joinedload(Opportunity.owner).load_only(User.first_name, User.last_name, User.username),
    )
    statement = select(Opportunity).where(Opportunity.id.in_(list(keys))).options(*shown)
    return statement.execution_options(eager_tables=tuple(scoped_relations(Opportunity, ("customer",))))
