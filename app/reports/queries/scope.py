"""Which customers and which days a report is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, literal, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.models import Team, User
from app.core.actors import current_actor
from app.core.hints import often
from app.core.i18n import time_zone
from app.core.regions import codes_below
from app.customers.models import Customer, CustomerStatus
from app.orders.models import OrderDay

MOST_MONTHS = 36
SHORT_DAYS = 120
"""Up to here it is quicker to follow the days than the customers (measured with 100,000 customers, SQLite)."""


def not_counted() -> Select[int]:
    """The keys of the customers of whom no report speaks, whoever asks; answered by a partial index alone."""
    customer = Customer.__table__
    # The bare table, because visibility would hide those in the recycle bin, whose rows must not be counted either.
    return select(customer.c.id).where(or_(customer.c.is_internal.is_(True), customer.c.deleted_at.is_not(None)))


def _leaves_out(session: Session) -> bool:
    """Whether there is a customer of whom no report speaks; asked once in a request."""
    actor = current_actor(session)
    known = actor.cache.get("report leaves out") if actor else None
    if known is None:
        known = session.scalar(select(not_counted().exists()))
        if actor:
            actor.cache["report leaves out"] = known
    return bool(known)


@dataclass(frozen=True)
class ReportScope:
    """A period, both days included, and the fields of the customers that count; empty means all.

    Customers marked internal and those in the recycle bin never count.
    """

    first: date
    last: date
    owner_id: int | None = None
    team_ids: frozenset[int] = frozenset()
    level: str = ""
    industry: str = ""
    region: str = ""
    source: str = ""
    status: str = ""

    @property
    def days(self) -> int:
        """The length of the period."""
        return (self.last - self.first).days + 1

    def before(self) -> ReportScope:
        """The period of the same length right before."""
        return replace(self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1))

    def customers(self) -> list[ColumnElement[bool]]:
        """The conditions on Customer."""
        conditions: list[ColumnElement[bool]] = [Customer.is_internal.is_(False)]
        if self.owner_id is not None:
            conditions.append(Customer.owner_id == self.owner_id)
        if self.team_ids:
            members = select(User.__table__.c.id).where(User.__table__.c.team_id.in_(sorted(self.team_ids)))
            conditions.append(Customer.owner_id.in_(members))
        named = ("level", "industry", "source")
        conditions += [getattr(Customer, name) == getattr(self, name) for name in named if getattr(self, name)]
        if self.region:
            low, high = codes_below(self.region)
            conditions.append(Customer.region.between(low, high))
        if self.status in CustomerStatus.__members__:
            conditions.append(Customer.status == CustomerStatus[self.status])
        return conditions

    @property
    def is_of_everybody(self) -> bool:
        """Whether no field of the customers narrows the scope."""
        return self == ReportScope(self.first, self.last)

    def _reads_everybody(self, session: Session) -> bool:
        actor = current_actor(session)
        return self.is_of_everybody and actor is not None and actor.sees_all("customer")

    def order_days(self, session: Session) -> list[ColumnElement[bool]]:
        """The conditions on OrderDay."""
        return [OrderDay.day.between(self.first, self.last), self.of_counted(session, OrderDay.customer_id)]

    def order_days_by_customer(self, session: Session) -> list[ColumnElement[bool]]:
        """As :meth:`order_days`, for sums per customer: over a long period they are added up customer by customer."""
        if self.days <= SHORT_DAYS:
            return self.order_days(session)
        return [often(OrderDay.day.between(self.first, self.last)), self.of_counted(session, OrderDay.customer_id)]

    def of_counted(self, session: Session, customer_id: Any) -> ColumnElement[bool]:
        """The condition on the customer of a row."""
        if not self._reads_everybody(session):
            return self.of_matching(customer_id)
        # Naming the few that do not count spares a look at the customer of every row, and naming none a look at them.
        return customer_id.not_in(not_counted()) if _leaves_out(session) else true()

    def of_matching(self, customer_id: Any) -> ColumnElement[bool]:
        """As :meth:`of_counted`, said so that the database starts from the customers."""
        return customer_id.in_(select(Customer.id).where(*self.customers()))

    def moments(self) -> tuple[datetime, datetime]:
        """The period as moments: from the first (inclusive) to the second (exclusive), in the company's time zone."""
        zone = time_zone()
        start = datetime.combine(self.first, time.min, zone)
        return start, datetime.combine(self.last + timedelta(days=1), time.min, zone)

    def months(self) -> list[date]:
        """The first days of the months the period touches, at most the last ``MOST_MONTHS``."""
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = _next_month(month)
        return found[-MOST_MONTHS:]

    def month_of_day(self, column: Any) -> ColumnElement[int]:
        """The number of the month, from 0 in :meth:`months`, a day column falls into; -1 outside."""
        return self._bucket(column, self.months())

    def month_of_moment(self, column: Any) -> ColumnElement[int]:
        """As :meth:`month_of_day` for a moment, by the company's time zone on both databases alike."""
        zone = time_zone()
        return self._bucket(column, [datetime.combine(day, time.min, zone) for day in self.months()])

    def _bucket(self, column: Any, starts: list[Any]) -> ColumnElement[int]:
        ends = [*starts[1:], None]
        steps = [
            (column >= start if end is None else (column >= start) & (column < end), literal(number))
            for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        ]
        return case(*steps, else_=literal(-1))


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def team_choices(session: Session) -> list[tuple[int, str]]:
    """The teams, by name."""
    return [(team.id, team.name) for team in session.scalars(select(Team).order_by(Team.position, Team.name))]
