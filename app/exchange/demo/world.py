"""What every story of the demonstration company needs to know: the day, the people, the goods, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from random import Random

from app.core.actors import Actor
from app.core.calendar import WorkingCalendar
from app.exchange.demo.blueprint import Blueprint
from app.exchange.demo.people import Staff
from app.exchange.demo.places import EAST

OPENS, CLOSES = 9 * 60, 17 * 60 + 40
MACHINE = 1_000
"""The price from which goods are machines."""


@dataclass(frozen=True)
class Good:
    """A product of the catalogue."""

    id: int
    code: str
    name: str
    price: Decimal
    cost: Decimal
    least: int
    most: int


@dataclass(frozen=True)
class Stage:
    """A stage of development."""

    code: str
    probability: int


class _Openings(dict[int, datetime]):
    """When the company opens on a day, filled as asked; clocks are put forward at night."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def __missing__(self, day: int) -> datetime:
        local = datetime.combine(datetime.fromordinal(day), time(OPENS // 60), self._zone)
        self[day] = moment = local.astimezone(UTC)
        return moment


@dataclass(frozen=True)
class World:
    """The company on the day it is made up."""

    seed: int
    now: datetime
    zone: tzinfo
    staff: Staff
    goods: tuple[Good, ...]
    stages: tuple[Stage, ...]
    levels: dict[tuple[str, str], tuple[int, int]]
    working: WorkingCalendar
    tags: dict[str, int]
    mean_gap: float = 30.0

    @cached_property
    def today(self) -> int:
        """The company's day, as a proleptic ordinal."""
        return self.now.astimezone(self.zone).toordinal()

    @cached_property
    def small_goods(self) -> list[Good]:
        """What is ordered again and again."""
        return [good for good in self.goods if good.price < MACHINE]

    @cached_property
    def machines(self) -> list[Good]:
        """What is bought once in a while."""
        return [good for good in self.goods if good.price >= MACHINE]

    @cached_property
    def _opening(self) -> _Openings:
        return _Openings(self.zone)

    def owner_of(self, one: Blueprint) -> Actor | None:
        """The account manager of a customer."""
        if one.owner < 0:
            return None
        if one.owner == 0:
            return self.staff.named("manager1")
        managers = self.staff.managers[one.city.side] or self.staff.managers[EAST]
        return managers[one.owner % len(managers)]

    def specialist(self, pk: int) -> Actor:
        """Who gets the service request ``pk``."""
        return self.staff.specialists[pk % len(self.staff.specialists)]

    def goods_like(self, beginning: str) -> list[Good]:
        """The goods whose code begins so; all of them when none does."""
        return [good for good in self.goods if good.code.startswith(beginning)] or list(self.goods)

    def at(self, day: int, minute: int) -> datetime:
        """A moment in working hours; never later than a few minutes ago."""
        moment = self._opening[day] + timedelta(minutes=minute - OPENS)
        return moment if moment < self.now else self.now - timedelta(minutes=2 + minute % 7)

    def some_time(self, day: int, rng: Random) -> datetime:
        """Some moment in the working hours of a day."""
        return self.at(day, rng.randrange(OPENS, CLOSES))

    def coming(self, day: int, minute: int) -> datetime:
        """When something not yet done is due: on a working day, or today; what is late stays late."""
        due = date.fromordinal(day)
        if day > self.today:
            due = self.working.add_working_days(due, 0)
        elif day < self.today:
            due = self.working.add_working_days(date.fromordinal(day + 1), -1)
        return datetime.combine(due, time(minute // 60, minute % 60), self.zone).astimezone(UTC)
