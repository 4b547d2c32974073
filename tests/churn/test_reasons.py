"""How a silence is put into words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.churn import reasons
from app.churn.rule import History, Rhythm
from app.core.i18n import in_language

ASOF = date(2026, 11, 24)


def ordered(*days_ago: int) -> Rhythm:
    days = [ASOF - timedelta(days=ago) for ago in days_ago]
    history = History(1, days[0], days[-1], len(days), Decimal(100))
    return Rhythm(history, tuple((day, Decimal(100)) for day in days))


@pytest.mark.parametrize(
    ("rhythm", "chinese", "english"),
    [
        (ordered(0), "今天下了第一笔订单，还看不出节奏。", "The first order came today: too early to know a rhythm."),
        (
            ordered(10, 0),
            "至今两笔订单，相隔 10 天；今天刚下过单。",
            "Two orders so far, 10 days apart; the last one came today.",
        ),
        (
            ordered(40, 20, 0),
            "通常约每 20 天下单一次（共 3 笔）；今天刚下过单。",
            "Usually orders about every 20 days (3 orders); the last one came today.",
        ),
        (
            ordered(41, 21, 1),
            "通常约每 20 天下单一次（共 3 笔）；上次下单在 1 天前，仍在其节奏之内。",
            "Usually orders about every 20 days (3 orders); last order 1 day ago – within its rhythm.",
        ),
        (ordered(200), "至今只有一笔订单（200 天前）", "One order so far, 200 days ago: too early"),
    ],
)
def test_the_last_order_is_told_as_people_say_it(rhythm, chinese, english):
    for language, sentence in (("zh", chinese), ("en", english)):
        with in_language(language):
            assert reasons.facts(rhythm, ASOF, 20.0)[0].startswith(sentence)


def test_the_verdict_knows_today():
    with in_language("zh"):
        assert reasons.verdict(ordered(40, 0), ASOF) == "今天刚下过单。"
        assert reasons.verdict(ordered(40, 1), ASOF) == "上次下单在 1 天前，未满六个月。"
