"""When each customer buys: Erlang gaps around its own one, shorter in its own season."""

from __future__ import annotations

import math
from random import Random

from app.churn.rule import SILENCE_DAYS
from app.exchange.demo.blueprint import YEARS_BACK, Blueprint, Sale, working

RETURN_SHARE = 0.03


def sell(prints: list[Blueprint], orders: int, rng: Random, today: int) -> None:
    buyers = [one for one in prints if one.segment != "p"]
    counts = _shares(buyers, max(orders - int(orders * RETURN_SHARE), 0), rng)
    for one, count in zip(buyers, counts, strict=True):
        one.sales = [Sale(day) for day in _days_of_sale(one, count, rng, today)] if count else []
    _return(buyers, orders - sum(counts), rng, today)
    for one in prints:
        first = one.sales[0].day if one.sales else today - rng.randrange(6, 420)
        before = rng.randrange(1, 12) if one.segment == "n" else rng.randrange(2, 60)
        one.day = working(first - before) if one.sales else working(first)
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
            "warned": (1, 36),
            "postponed": (20, 80),
            "due": (40, 110),
            "recovered": (60, 160),
            "lost": (40, 420),
        }[one.silence]
        return SILENCE_DAYS + rng.randrange(first, last)
    most = gap if one.segment == "r" else min(gap, 25.0)
    return min(int(rng.random() ** 1.3 * most * 1.1), SILENCE_DAYS - 6)


def _return(buyers: list[Blueprint], count: int, rng: Random, today: int) -> None:
    """Take something back of ``count`` sales, some days after each."""
    able = [(one, place) for one in buyers for place, sale in enumerate(one.sales) if sale.day < today - 12]
    for one, place in rng.sample(able, min(count, len(able))):
        one.sales.append(Sale(working(min(one.sales[place].day + rng.randrange(4, 24), today)), of=place))
