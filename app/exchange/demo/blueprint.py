"""Who the customers are and when what happened to them; decided for all of them first, so that numbers follow time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from app.exchange.demo.places import City

YEARS_BACK = 1_080
"""Days of history."""


@dataclass(slots=True)
class Sale:
    """One order: its day, and for a return which of the customer's sales it takes back."""

    day: int
    of: int = -1
    id: int = 0
    number: str = ""


@dataclass(slots=True)
class Deal:
    """One opportunity."""

    course: str
    day: int
    closed: int = 0
    steps: int = 0
    id: int = 0
    number: str = ""


@dataclass(slots=True)
class Request:
    """One service request; ``text`` is its place in the texts of its type."""

    course: str
    day: int
    type: str
    text: int
    id: int = 0
    number: str = ""


@dataclass(slots=True)
class Blueprint:
    """One customer. Days are proleptic ordinals; keys of what has no number begin at the ``first_…``."""

    id: int
    name: str
    brand: str
    industry: str
    city: City
    segment: str
    owner: int
    size: float
    day: int
    silence: str = ""
    sales: list[Sale] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    contacts: int = 1
    talks: int = 0
    plan: str = ""
    silences: list[int] = field(default_factory=list)
    first_contact: int = 0
    first_talk: int = 0
    first_plan: int = 0
    first_case: int = 0

    @property
    def plans(self) -> int:
        return bool(self.plan) + sum(deal.steps for deal in self.deals)


def working(day: int) -> int:
    """The last working day until ``day``."""
    weekday = date.fromordinal(day).weekday()
    return day - max(0, weekday - 4)
