"""Who the customers are and when what happened to them; decided for all of them first, so that numbers follow time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, cycle, islice
from random import Random
from typing import Any

from app.churn.rule import SILENCE_DAYS
from app.exchange.demo import names
from app.exchange.demo.places import CITIES, City
from app.exchange.demo.requests import REQUESTS, SHARES

YEARS_BACK = 1_080
"""Days of history."""
OPEN_STAGES = 4
RETURN_SHARE = 0.03
FEW = 2_000
"""Up to so many companies find a brand of two characters that nobody else has."""

# Which customers there are, in a cycle: r regular, n new, p prospect, s silent.
_SEGMENTS = "rrsrprnrrrsrprrnrpsrrrprr"
# What became of a silence: warned, postponed (to a day to come or past), lost, recovered by hand.
_SILENCES = (
    "warned",
    "postponed",
    "lost",
    "due",
    "warned",
    "lost",
    "recovered",
    "lost",
    "warned",
    "lost",
    "postponed",
    "lost",
)
# How a deal went; a figure is the stage it is in.
_DEALS = (
    "won",
    "0",
    "lost",
    "1",
    "pool",
    "2",
    "won",
    "3",
    "lost",
    "won",
    "claimed",
    "lost",
    "returned",
    "won",
    "1",
    "reopened",
    "lost",
    "won",
    "pool",
    "won",
)
_PROSPECT_DEALS = ("0", "lost", "1", "pool", "2", "0", "3", "claimed", "lost")
# How far a service request came.
_REQUESTS = (
    "created", "assigned", "archived", "processed", "archived", "reviewed", "archived", "overdue", "archived",
    "sent_back", "archived", "created", "unanswered", "archived", "assigned", "archived", "twice", "archived",
    "processed", "archived", "archived", "reassigned", "archived", "archived",
)  # fmt: skip
OPEN_REQUESTS = frozenset({"created", "assigned", "processed", "reviewed", "overdue", "sent_back", "reassigned"})


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


def draw(customers: int, orders: int, seed: int, today: date) -> list[Blueprint]:
    """Decide everything that has a day."""
    rng = Random(f"changke/{seed}")  # noqa: S311 - a demonstration wants the same company again
    prints = list(_companies(customers, rng, today.toordinal()))
    _sell(prints, orders, rng, today.toordinal())
    _deal(prints, rng, today.toordinal())
    _serve(prints, rng, today.toordinal())
    _talk(prints, rng)
    _number(prints)
    return prints


# --- who ---


def _companies(count: int, rng: Random, today: int) -> Iterator[Blueprint]:
    brands = cycle(_mixed(names.brands(longer=count > FEW), rng))
    cities = _shuffled(CITIES, [city.share for city in CITIES], count, rng)
    codes = list(names.INDUSTRY_WORDS)
    industries = _shuffled(codes, [names.INDUSTRY_WORDS[code][0] for code in codes], count, rng)
    forms, weights = [form for form, _weight in names.FORMS], [weight for _form, weight in names.FORMS]
    used: set[str] = set()
    segments, silences = cycle(_SEGMENTS), cycle(_SILENCES)
    for number in range(1, count + 1):
        city, industry, segment = cities[number - 1], industries[number - 1], next(segments)
        form = rng.choices(forms, weights)[0]
        # Not only the whole name: two companies of one brand in one city would look like one.
        brand = next(each for each in brands if f"{city.name}{each}" not in used)
        name = f"{city.name}{brand}{rng.choice(names.INDUSTRY_WORDS[industry][1])}{form}"
        used.add(f"{city.name}{brand}")
        yield Blueprint(
            id=number,
            name=name,
            brand=brand,
            industry=industry,
            city=city,
            segment=segment,
            owner=_owner(number, segment, rng),
            size=math.exp(rng.gauss(0, 0.9)),
            day=today,
            silence=next(silences) if segment == "s" else "",
            contacts=1 + (rng.random() < 0.55) + (rng.random() < 0.2),
        )


def _mixed(words: list[str], rng: Random) -> list[str]:
    rng.shuffle(words)
    return words


def _shuffled(things: tuple[City, ...] | list[str], weights: list[int], count: int, rng: Random) -> list:  # type: ignore[type-arg]
    """Each thing at least once when there is room, then by weight; in no order."""
    found = [*islice(things, count), *rng.choices(things, weights, k=max(0, count - len(things)))]
    rng.shuffle(found)
    return found


def _owner(number: int, segment: str, rng: Random) -> int:
    """-1: nobody's. Otherwise a number from which the manager is chosen; 0 is always manager1."""
    if number % 23 == 0:
        return -1
    return 0 if number <= 40 and number % 3 == 0 else rng.randrange(1 << 20)


# --- orders ---


def _sell(prints: list[Blueprint], orders: int, rng: Random, today: int) -> None:
    buyers = [one for one in prints if one.segment != "p"]
    counts = _shares(buyers, max(orders - int(orders * RETURN_SHARE), 0), rng)
    for one, count in zip(buyers, counts, strict=True):
        one.sales = [Sale(day) for day in _days_of_sale(one, count, rng, today)] if count else []
    _return(buyers, orders - sum(counts), rng, today)
    for one in prints:
        first = one.sales[0].day if one.sales else today - rng.randrange(6, 420)
        one.day = working(first - rng.randrange(2, 60)) if one.sales else working(first)
        sold = [sale.day for sale in one.sales if sale.of < 0]
        one.silences = [
            place
            for place, day in enumerate(sold)
            if (sold[place + 1] if place + 1 < len(sold) else today) - day > SILENCE_DAYS
        ]


def _shares(buyers: list[Blueprint], total: int, rng: Random) -> list[int]:
    """How many orders each has: a few have many, everybody has one if there are enough."""
    weights = [one.size * (0.25 if one.segment == "n" else 1.0) for one in buyers]
    whole = sum(weights) or 1.0
    spare = max(0, total - len(buyers))
    counts = [min(1, total) + int(spare * weight / whole) for weight in weights]
    counts = [0 if place >= total else count for place, count in enumerate(counts)] if total < len(buyers) else counts
    for place in _places(len(buyers), total - sum(counts), rng):
        counts[place] += 1
    return counts


def _places(many: int, count: int, rng: Random) -> list[int]:
    return [rng.randrange(many) for _place in range(count)] if many else []


def _days_of_sale(one: Blueprint, count: int, rng: Random, today: int) -> list[int]:
    """Erlang gaps around the customer's own one, shorter in its season, back from its last order."""
    gap = min(110.0, max(5.0, math.exp(rng.gauss(3.75, 0.5))))
    if one.segment == "n":
        gap, limit = min(gap, 30.0), 110
    else:
        limit = YEARS_BACK - 60
    last = today - _since_last(one, gap, rng)
    if count == 1:
        return [working(last)]
    shape, peak, swing = rng.choice((2, 3, 4, 6)), rng.randrange(12), rng.uniform(0.1, 0.55)
    scale = min(gap, (limit - (today - last if one.segment == "s" else 0)) / count)
    day, days = float(last), [working(last)]
    pause = rng.randrange(1, count) if one.segment == "r" and count > 4 and rng.random() < 0.05 else -1
    for place in range(1, count):
        season = 1 - swing * math.cos(2 * math.pi * ((day % 365.25) / 365.25 * 12 - peak) / 12)
        step = max(1.0, rng.gammavariate(shape, scale / shape) * season)
        step = min(step, SILENCE_DAYS - 6.0)
        if place == pause:
            step = rng.uniform(SILENCE_DAYS + 8, SILENCE_DAYS + 90)
        day -= step
        days.append(working(int(day)))
    return sorted(days)


def _since_last(one: Blueprint, gap: float, rng: Random) -> int:
    """Days since the last order; two of a weekend lie between a working day and the day meant."""
    if one.segment == "s":
        first, last = {
            "warned": (1, 14),
            "postponed": (20, 80),
            "due": (40, 110),
            "recovered": (60, 160),
            "lost": (70, 520),
        }[one.silence]
        return SILENCE_DAYS + rng.randrange(first, last)
    most = gap if one.segment == "r" else min(gap, 25.0)
    return min(int(rng.random() ** 1.3 * most * 1.1), SILENCE_DAYS - 6)


def _return(buyers: list[Blueprint], count: int, rng: Random, today: int) -> None:
    """Take something back of ``count`` sales, some days after each."""
    able = [(one, place) for one in buyers for place, sale in enumerate(one.sales) if sale.day < today - 12]
    for one, place in rng.sample(able, min(count, len(able))):
        one.sales.append(Sale(working(min(one.sales[place].day + rng.randrange(4, 24), today)), of=place))


# --- opportunities, service, follow-ups ---


def _deal(prints: list[Blueprint], rng: Random, today: int) -> None:
    courses, prospects = cycle(_DEALS), cycle(_PROSPECT_DEALS)
    for one in prints:
        chance = 0.62 if one.segment == "p" else 0.3 if one.segment in "rn" else 0.08
        if one.id > 30 and rng.random() > chance:
            continue
        course = next(prospects) if one.segment == "p" else next(courses)
        if one.segment == "s":
            course = "lost"
        one.deals.append(_course(one, course, rng, today))


def _course(one: Blueprint, course: str, rng: Random, today: int) -> Deal:
    if course in {"won", "lost"}:
        closed = today - rng.randrange(3, 400) if one.segment != "p" else today - rng.randrange(3, 40)
        closed = max(closed, one.day + 12)
        if closed >= today:
            return Deal("0", max(one.day, today - 5), steps=2)
        opened = max(one.day, closed - rng.randrange(18, 95))
        return Deal(
            course, working(opened) if working(opened) >= one.day else opened, closed, steps=rng.randrange(2, 5)
        )
    age = {"pool": 16, "claimed": 12, "returned": 40, "reopened": 120}.get(course, 0)
    age = rng.randrange(max(2, age // 3), age) if age else rng.randrange(3, 12) + int(course) * rng.randrange(8, 24)
    opened = max(one.day, today - age)
    # Some have no next step: that is what the list of the day is for.
    steps = 0 if course in {"pool", "returned"} or rng.random() < 0.2 else rng.randrange(2, 5)
    return Deal(course, opened, steps=steps)


def _serve(prints: list[Blueprint], rng: Random, today: int) -> None:
    decks = {type: _deck(len(texts), rng) for type, texts in REQUESTS.items()}
    types, weights = [type for type, _weight in SHARES], [weight for _type, weight in SHARES]
    courses = cycle(_REQUESTS)
    for one in prints:
        if not one.sales:
            continue
        often = 1 if one.id <= 30 else (rng.random() < 0.34) + (rng.random() < 0.12)
        for _time in range(int(often)):
            course = next(courses)
            first = one.sales[0].day + 3
            age = {
                "created": 2,
                "assigned": 4,
                "processed": 7,
                "reviewed": 6,
                "overdue": 30,
                "sent_back": 12,
                "reassigned": 5,
            }.get(course)
            day = today - rng.randrange(0, age) if age else today - rng.randrange(30, 620)
            if course == "overdue":
                day = today - rng.randrange(16, 30)
            type = rng.choices(types, weights)[0] if course not in {"twice", "sent_back"} else "complaint"
            day = min(max(day, min(first, today)), today)
            if day > today - 26 and course not in OPEN_REQUESTS:
                course = "reviewed"
            one.requests.append(
                Request(course, working(day) if working(day) >= one.day else day, type, next(decks[type]))
            )


def _deck(size: int, rng: Random) -> Iterator[int]:
    """Every text once before any comes again."""
    while True:
        cards = list(range(size))
        rng.shuffle(cards)
        yield from cards


def _talk(prints: list[Blueprint], rng: Random) -> None:
    plans = cycle(("today", "later", "later", "", "later", "overdue", "", "later", "", "later", "", ""))
    # In a big company nobody talks to everybody all the time.
    most = 4 if len(prints) <= 20_000 else 2
    for one in prints:
        if one.owner < 0 or (one.segment == "s" and one.silence == "lost"):
            continue
        one.talks = rng.randrange(0, most + 1)
        one.plan = next(plans) if one.id <= 60 or rng.random() < 0.6 else ""
        if one.id > 240 and one.plan in {"today", "overdue"} and rng.random() < 0.75:
            one.plan = "later"


# --- numbers and keys ---


def _number(prints: list[Blueprint]) -> None:
    for pattern, records in (
        ("DD-{}-{:05d}", _in_time((one, one.sales) for one in prints)),
        ("SJ-{}-{:04d}", _in_time((one, one.deals) for one in prints)),
        ("FW-{}-{:04d}", _in_time((one, one.requests) for one in prints)),
    ):
        year, number = 0, 0
        for pk, record in enumerate(records, start=1):
            of_year = date.fromordinal(record.day).year
            number = number + 1 if of_year == year else 1
            year = of_year
            record.id, record.number = pk, pattern.format(year, number)
    for name, count in (("contact", "contacts"), ("talk", "talks"), ("plan", "plans"), ("case", "silences")):
        sizes = [len(value) if isinstance(value := getattr(one, count), list) else int(value) for one in prints]
        for one, first in zip(prints, accumulate(sizes, initial=1), strict=False):
            setattr(one, f"first_{name}", first)


def _in_time(found: Iterable[tuple[Blueprint, Sequence[Any]]]) -> list[Any]:
    dated = [(record.day, one.id, place, record) for one, records in found for place, record in enumerate(records)]
    return [record for *_place, record in sorted(dated, key=lambda each: each[:3])]
