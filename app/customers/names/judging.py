"""Whether two names, and two customers, are the same: a score between 0 and 1, and the reasons for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import Levenshtein

from app.core import pinyin
from app.core.errors import Sentence
from app.core.i18n import _l
from app.customers.names.parsing import CHINA, Parts, readings, stem
from app.customers.names.words import LOOK_ALIKES, SAME_TRADE, WEAK_TRADES

THRESHOLD = 0.8
"""From here on two customers are shown as possible duplicates."""

# The factors were set on labelled pairs of names (tests/customers); what each says stands beside it.
SOUNDS_ALIKE = 0.93  # 恒泰 and 恒太
NEARLY_ALIKE = 0.88  # 启明星 and 启明心, a typing error in a longer brand
OTHER_BRAND = 0.5  # at most, when neither sound nor shape agrees
SOME_TRADES = 0.95  # 机械 and 精密机械
NO_TRADE = 0.85  # one of them names no trade
VAGUE_TRADE = 0.75  # 机械 and 贸易
OTHER_TRADES = 0.45  # 机械 and 物流
NO_REGION = 0.95  # one of them names no region
OTHER_REGION = 0.5
WHOLE_COUNTRY = 0.8  # the head of a group and its company in one city
OTHER_FORM = 0.92  # a factory and a company
GROUP_AND_MEMBER = 0.75
BRANCH = 0.4
PERSON_ALONE = 0.6  # two people of one name are usually two people
OTHER_CODE = 0.3
WEAK = 0.3  # what 科技 counts against 机械
SAME_ENOUGH_FOR_A_PHONE = 0.45

_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@dataclass(frozen=True)
class Party:
    """What is known of a customer when it is compared: phones as :func:`app.core.identifiers.phone_key` gives them."""

    name: str
    uscc: str = ""
    phones: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """How probable it is that two customers are one, from 0 to 1, and why, as sentences."""

    score: float
    reasons: tuple[Sentence, ...] = ()

    @property
    def is_duplicate(self) -> bool:
        """Whether a person should look."""
        return self.score >= THRESHOLD


# --- names ----------------------------------------------------------------------------------------------------------


def similarity(a: str, b: str) -> float:
    """Return how alike two names are, from 0 to 1, whatever else is known."""
    return max((_alike(one, other)[0] for one, other in product(readings(a), readings(b))), default=0.0)


def _best(a: str, b: str) -> tuple[float, float, Parts, Parts] | None:
    ways = [(*_alike(one, other), one, other) for one, other in product(readings(a), readings(b))]
    return max(ways, key=lambda way: way[0], default=None)


def _alike(a: Parts, b: Parts) -> tuple[float, float]:
    """Return how alike two names are, and how alike without what says that they belong together but are two."""
    if a.is_person and b.is_person:
        return (1.0 if a.brand == b.brand else SOUNDS_ALIKE * _same_sound(a.brand, b.brand)), 1.0
    brand, trades = _brands(a, b), _trades(a.trades, b.trades)
    if brand <= OTHER_BRAND or trades <= OTHER_TRADES:
        brand, trades = max((brand, trades), _as_one_word(a, b), key=lambda pair: pair[0] * pair[1])
    score = brand * trades * _regions(a.regions, b.regions)
    if a.is_group != b.is_group and (a.form or b.form or a.trades or b.trades):
        score *= GROUP_AND_MEMBER
    if a.form and b.form and a.form != b.form:
        score *= OTHER_FORM
    if a.branch != b.branch:
        score *= BRANCH
    return score, min(brand, 1.0 if trades > OTHER_TRADES else 0.0)


def _same_sound(a: str, b: str) -> bool:
    return len(a) == len(b) and all(set(one) & set(other) for one, other in zip(_sounds(a), _sounds(b), strict=True))


def _sounds(text: str) -> list[tuple[str, ...]]:
    return [
        way
        for character in text
        for way in (pinyin.readings(character) if pinyin.CHINESE.match(character) else [(character,)])
    ]


def _blurred(text: str) -> list[str]:
    blurred = []
    for first, *_others in _sounds(text):
        for exact, near in _BLURRED:
            first = first.replace(exact, near)
        blurred.append(first)
    return blurred


def spelled(brand: str) -> str:
    """Return a brand in Latin letters, as it is written in an English name."""
    return "".join(pinyin.syllables(brand)).replace(" ", "")


def _brands(a: Parts, b: Parts) -> float:
    one, other = a.brand, b.brand
    if one == other:
        return 1.0
    if a.is_latin or b.is_latin:
        ratio = Levenshtein.normalized_similarity(spelled(one), spelled(other))
        return ratio if ratio >= NEARLY_ALIKE else min(ratio, OTHER_BRAND)
    if _same_sound(one, other):
        return SOUNDS_ALIKE
    if len(one) == len(other):
        differing = [(x, y) for x, y in zip(one, other, strict=True) if x != y]
        if len(differing) == 1 and frozenset(differing[0]) in LOOK_ALIKES:
            return SOUNDS_ALIKE
        if len(one) > 2 and _blurred(one) == _blurred(other):
            return NEARLY_ALIKE
    edits = list(Levenshtein.editops(one, other))
    if len(edits) == 1 and min(len(one), len(other)) >= 5 and edits[0].src_pos >= 2:
        return NEARLY_ALIKE
    return OTHER_BRAND * Levenshtein.normalized_similarity(one, other)


def _as_one_word(a: Parts, b: Parts) -> tuple[float, float]:
    """Return how alike brand and trades are when it is unclear where one ends and the other begins."""
    if a.is_latin or b.is_latin:
        return 0.0, 0.0
    if _typing_error_in_trades(a, b):
        return 1.0, NEARLY_ALIKE
    short, long = sorted((a.core, b.core), key=len)
    if len(short) >= 4 and _same_sound(a.core, b.core):
        return SOUNDS_ALIKE, 1.0
    if len(short) >= 4 and long.startswith(short) and not (a.trades and b.trades):
        return 1.0, NO_TRADE
    return 0.0, 0.0


def _typing_error_in_trades(a: Parts, b: Parts) -> bool:
    """Whether the two differ by one character behind the brand: 恒泰精密机械 and 恒泰精密机诫."""
    one, other = a.core, b.core
    if min(len(one), len(other)) < 5 or a.trades == b.trades:
        return False
    edits = list(Levenshtein.editops(one, other))
    behind = max(2, min(len(a.brand), len(b.brand)))
    # Both read as known trades: then 货运 is not a mistyped 客运.
    known = len(a.brand) == len(b.brand)
    return len(edits) == 1 and edits[0].src_pos >= behind and not known


def _trades(a: Iterable[str], b: Iterable[str]) -> float:
    one, other = ({SAME_TRADE.get(trade, trade) for trade in trades} for trades in (a, b))
    if one == other:
        return 1.0
    if not one or not other:
        return NO_TRADE
    strong = (one - WEAK_TRADES, other - WEAK_TRADES)
    if (one <= other or other <= one) and (one & other) - WEAK_TRADES:
        return SOME_TRADES
    shared, all_ = (
        sum(WEAK if trade in WEAK_TRADES else 1.0 for trade in trades) for trades in (one & other, one | other)
    )
    if not all(strong):
        # One names only words such as 科技, which say nothing about what is made.
        return SOME_TRADES if one & other else VAGUE_TRADE
    return max(OTHER_TRADES, 0.6 + 0.3 * shared / all_) if strong[0] & strong[1] else OTHER_TRADES


def _regions(a: frozenset[str], b: frozenset[str]) -> float:
    if not a or not b:
        return 1.0 if a == b else NO_REGION
    if (a == {CHINA}) != (b == {CHINA}):
        return WHOLE_COUNTRY
    agree = any(x.startswith(stem(y)) or y.startswith(stem(x)) for x, y in product(a, b))
    return 1.0 if agree else OTHER_REGION


# --- customers ------------------------------------------------------------------------------------------------------


def judge(a: Party, b: Party) -> Verdict:
    """Return how probable it is that two customers are one.

    The same credit code decides, two different ones decide against. A shared phone supports names that are alike;
    alone it proves nothing, for agents and groups answer for many companies.
    """
    if a.uscc and a.uscc == b.uscc:
        return Verdict(1.0, (_l("Same unified social credit code"),))
    best = _best(a.name, b.name)
    if best is None:
        return Verdict(0.0)
    score, root, one, other = best
    reasons: list[Sentence] = [_how_alike(one, other)] if score >= SAME_ENOUGH_FOR_A_PHONE else []
    phones = a.phones & b.phones
    shared = bool(phones) + bool(a.contacts & b.contacts)
    if phones:
        reasons.append(_l("Same phone number"))
    if a.contacts & b.contacts:
        reasons.append(_l("Same contact"))
    related = (
        one.is_group == other.is_group
        and one.branch == other.branch
        and _regions(one.regions, other.regions) > OTHER_REGION
    )
    if shared and root >= NEARLY_ALIKE and related and score >= SAME_ENOUGH_FOR_A_PHONE:
        score = max(score, 1 - (1 - score) / 2**shared)
    elif one.is_person and other.is_person:
        score *= PERSON_ALONE
    if a.uscc and b.uscc:
        score = min(score, OTHER_CODE)
    return Verdict(round(score, 4), tuple(reasons))


def _how_alike(a: Parts, b: Parts) -> Sentence:
    if a.brand != b.brand:
        return _l("The names sound or look alike")
    if a.trades == b.trades and a.regions == b.regions:
        return _l("The names are the same but for the legal form")
    return _l("The names differ only in region, trade or legal form")
