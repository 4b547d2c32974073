"""Decide who the customers are and when what happened to them, for all of them at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate, chain, cycle, islice
from random import Random
from typing import Any

from app.exchange.demo import courses, names
from app.exchange.demo.blueprint import Blueprint, Deal, Request, working
from app.exchange.demo.dice import Dice
from app.exchange.demo.places import CITIES, City
from app.exchange.demo.requests import REQUESTS, SHARES
from app.exchange.demo.rhythm import sell

FEW_TALKS = 20_000
FEW = 2_000
"""Up to so many companies find a brand of two characters that nobody else has."""


def draw(customers: int, orders: int, seed: int, today: date) -> list[Blueprint]:
    """Decide everything that has a day."""
    rng = Dice(f"changke/{seed}")
    prints = list(_companies(customers, rng, today.toordinal()))
    sell(prints, orders, rng, today.toordinal())
    _deal(prints, rng, today.toordinal())
    _serve(prints, rng, today.toordinal())
    _talk(prints, rng)
    _number(prints)
    return prints


# --- who ---


def _companies(many: int, rng: Random, today: int) -> Iterator[Blueprint]:
    brands = cycle(_mixed(names.brands(longer=many > FEW), rng))
    cities = _shuffled(CITIES, [city.share for city in CITIES], many, rng)
    codes = list(names.INDUSTRY_WORDS)
    industries = _shuffled(codes, [names.INDUSTRY_WORDS[code][0] for code in codes], many, rng)
    forms, weights = [form for form, _weight in names.FORMS], [weight for _form, weight in names.FORMS]
    used: set[str] = set()
    segments, silences, silent = cycle(courses.SEGMENTS), cycle(courses.SILENCES), iter(range(many))
    for number in range(1, many + 1):
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
            owner=_owner(number, next(silent) if segment == "s" else None, rng),
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


def _owner(number: int, silent: int | None, rng: Random) -> int:
    """-1: nobody's. Otherwise a number from which the manager is chosen; 0 is always manager1."""
    if silent is not None and silent <= courses.OF_NOBODY:
        return -1 if silent == courses.OF_NOBODY else 0
    if number % 23 == 0:
        return -1
    return 0 if number <= 40 and number % 3 == 0 else rng.randrange(1 << 20)


# --- opportunities, service, follow-ups ---


def _deal(prints: list[Blueprint], rng: Random, today: int) -> None:
    of_customers, of_prospects = cycle(courses.DEALS), cycle(courses.PROSPECT_DEALS)
    for one in prints:
        chance = 0.62 if one.segment == "p" else 0.3 if one.segment in "rn" else 0.08
        if one.id > 30 and rng.random() > chance:
            continue
        course = next(of_prospects if one.segment == "p" else of_customers)
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
    ways = chain(courses.REQUESTS, cycle(courses.LATER_REQUESTS))
    few = len(prints) <= FEW_TALKS
    for one in prints:
        if not one.sales:
            continue
        often = 1 if one.id <= 30 else (rng.random() < (0.55 if few else 0.3)) + (rng.random() < 0.14)
        for _time in range(int(often)):
            course = next(ways)
            first = one.sales[0].day + 3
            age = {
                "created": 2,
                "assigned": 4,
                "processed": 7,
                "reviewed": 6,
                "overdue": 30,
                "sent_back": 12,
                "let_down": 12,
                "reassigned": 5,
            }.get(course)
            day = today - rng.randrange(0, age) if age else today - rng.randrange(12, 380)
            if course == "overdue":
                day = today - rng.randrange(16, 30)
            type = (
                rng.choices(types, weights)[0] if course != "twice" and course not in courses.SENT_BACK else "complaint"
            )
            day = min(max(day, min(first, today)), today)
            if day > today - 12 and course not in courses.OPEN_REQUESTS:
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
    most = 4 if len(prints) <= FEW_TALKS else 2
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
