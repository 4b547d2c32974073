"""A company name taken apart: region, brand, trades, legal form, branch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from app.core import pinyin, regions
from app.customers.names.words import (
    BRANCH,
    DOUBLE_SURNAMES,
    ENGLISH_FORMS,
    ENGLISH_TRADES,
    LEGAL,
    LONGEST_TRADE,
    SMALL_FORMS,
    SURNAMES,
    TRADES,
    TRADITIONAL,
)

CHINA = "000000"
_BRACKETS = re.compile(r"[(\[【〔《「]([^()\[\]【】〔〕《》「」]*)[)\]】〕》」]")
_TOWN = re.compile("[\u4e00-\u9fff]{2,3}(镇|乡|街道)")
_AREA = re.compile("(工业园区|工业区|(经济|高新)?(技术)?(产业)?开发区|高新区|保税区|自贸区|新区)")
_REMARK = re.compile(
    "原|曾用名|更名|已?注销|停用|一般纳税|小规模|个体|有限合伙|普通合伙|筹|老客户|新客户|重复|勿用|作废"
)
_SHOP = re.compile("店$")
# Behind the legal form these name a part of the company; without one they are how a small business is run.
_PART = re.compile("(服务部|销售部|经营部|经销部|门市部|服务中心|销售处)$")
_SHORTEST_BRAND = 2


@dataclass(frozen=True)
class Parts:
    """One way to read a name; ``regions`` are the codes it may mean, of which none means that none is said."""

    brand: str
    trades: tuple[str, ...] = ()
    regions: frozenset[str] = frozenset()
    form: str = ""
    is_group: bool = False
    branch: str = ""
    is_latin: bool = False
    is_person: bool = False

    @property
    def core(self) -> str:
        """What remains when region and legal form are taken away."""
        return self.brand + "".join(self.trades)


def simplified(text: str) -> str:
    """Return ``text`` in half width, lower case and simplified characters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(TRADITIONAL.get(character, character) for character in plain)


def is_person(text: str) -> bool:
    """Whether a text looks like the name of a Chinese person."""
    if not pinyin.CHINESE.fullmatch(text):
        return False
    if text[:2] in DOUBLE_SURNAMES:
        return len(text) in {3, 4}
    return text[0] in SURNAMES and len(text) in {2, 3} and not any(text.endswith(trade) for trade in TRADES)


@lru_cache(maxsize=4096)
def readings(name: str) -> tuple[Parts, ...]:
    """Return the sensible ways to read a name, none for a name without letters."""
    plain = simplified(name)
    if not any(character.isalnum() for character in plain):
        return ()
    if not pinyin.CHINESE.search(plain):
        return (_latin(plain),)
    bare = re.sub(r"[\s·•.。,，、'’\"“”!！?？;；:：/]+", "", plain)
    if is_person(bare):
        return (Parts(bare, is_person=True),)
    return tuple(dict.fromkeys(_chinese(bare)))


# --- names in Chinese -----------------------------------------------------------------------------------------------


def spoken(name: str) -> str:
    """Return a name as people say it: brand and first trade, without region and legal form; others stay whole."""
    found = next(iter(readings(name)), None)
    if found is None or found.is_latin or found.is_person or not found.brand:
        return name
    return found.brand + (found.trades[0] if found.trades else "")


def _chinese(bare: str) -> Iterator[Parts]:
    found = Parts("")
    notes = _BRACKETS.findall(bare)
    text = _BRACKETS.sub("", bare)
    for note in notes:
        place = _whole_region(note)
        if place:
            found = replace(found, regions=place)
        elif note == "集团":
            found = replace(found, is_group=True)
        elif BRANCH.search(note) or _SHOP.search(note):
            found = replace(found, branch=note)
        elif not _REMARK.search(note):
            text += note if LEGAL.search(text) is None else ""
    head, form, tail = _legal_form(text)
    tail = re.sub(r"^[-—_~]+", "", tail)
    if BRANCH.search(tail) or _SHOP.search(tail) or _PART.search(tail):
        found = replace(found, branch=tail)
    if not form:
        head, branch = _cut_branch(head)
        found = replace(found, branch=found.branch or branch)
    small, head = _small_form(head)
    if head.endswith("集团") and len(head) > len("集团"):
        head, found = head.removesuffix("集团"), replace(found, is_group=True)
    found = replace(found, form=form or small)
    for places, rest in _region_ways(head):
        yield _with_trades(replace(found, regions=places or found.regions), rest, head)


def _legal_form(text: str) -> tuple[str, str, str]:
    found = LEGAL.search(text)
    if found is None or not found.start():
        return re.split(r"[-—_~]", text)[0] or text, "", ""
    return text[: found.start()], "company", text[found.end() :]


def _cut_branch(head: str) -> tuple[str, str]:
    """Cut off 宁波鄞州支行 from 中国工商银行宁波鄞州支行, and 宁波江东店 from 老百姓大药房宁波江东店."""
    branch = BRANCH.search(head)
    if branch and branch.start() >= _SHORTEST_BRAND:
        start = branch.start()
        bank = re.search("银行", head)
        if bank and bank.end() < branch.end():
            start = bank.end()
        return head[:start], head[start:]
    if _SHOP.search(head):
        for start in range(4, len(head) - 2):
            if _longest_region(head, start, spoken=True) and head[start - 2 : start] in _ends_of_trades():
                return head[:start], head[start:]
    return head, ""


@cache
def _ends_of_trades() -> frozenset[str]:
    return frozenset(trade[-2:] for trade in TRADES)


def _small_form(head: str) -> tuple[str, str]:
    last = next((head[-size:] for size in range(LONGEST_TRADE, 1, -1) if head[-size:] in TRADES), "")
    for form, ending in SMALL_FORMS:
        found = ending.search(head)
        # 酒店 and 银行 are trades; only the whole of 经营部 says how a business is run.
        if found and found.start() >= _SHORTEST_BRAND and len(found[0]) >= len(last):
            return form, head[: found.start()]
    return "", head


def _with_trades(found: Parts, rest: str, head: str) -> Parts:
    brand, trades = _cut_trades(rest)
    if not brand:  # 海南航空: the region is the brand
        brand, trades = _cut_trades(head)
    return replace(found, brand=brand, trades=trades)


def _cut_trades(rest: str) -> tuple[str, tuple[str, ...]]:
    trades: list[str] = []
    while True:
        trade = next(
            (
                rest[-size:]
                for size in range(min(LONGEST_TRADE, len(rest)), 1, -1)
                if rest[-size:] in TRADES and (len(rest) - size >= _SHORTEST_BRAND or len(rest) == size)
            ),
            "",
        )
        if not trade:
            return rest, tuple(reversed(trades))
        trades.append(trade)
        rest = rest[: -len(trade)]


# --- regions in names -----------------------------------------------------------------------------------------------


@cache
def _region_names() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the codes of each name that is recognised anywhere, and of short county names, which may be brands."""
    sure: dict[str, set[str]] = {"中国": {CHINA}, "中华人民共和国": {CHINA}}
    spoken: dict[str, set[str]] = {}
    for each in regions.every():
        short = regions.short_name(each.name)
        sure.setdefault(each.name, set()).add(each.code)
        into = spoken if each.level == regions.COUNTY else sure
        into.setdefault(short, set()).add(each.code)
    return (
        {name: frozenset(codes) for name, codes in sure.items() if len(name) > 1},
        {name: frozenset(codes) for name, codes in spoken.items() if len(name) > 1},
    )


def _longest_region(text: str, start: int = 0, *, spoken: bool = False) -> str:
    sure, short = _region_names()
    for size in range(min(11, len(text) - start), 1, -1):
        piece = text[start : start + size]
        if piece in sure or (spoken and piece in short):
            return piece
    return ""


def _codes(name: str, *, spoken: bool = False) -> frozenset[str]:
    sure, short = _region_names()
    return sure.get(name, frozenset()) | (short.get(name, frozenset()) if spoken else frozenset())


def stem(code: str) -> str:
    """Return the digits of a code that its sub-regions share."""
    return re.sub("(00)+$", "", code)


def _within(codes: frozenset[str], above: frozenset[str]) -> frozenset[str]:
    return frozenset(code for code in codes if any(code.startswith(stem(each)) for each in above))


def _whole_region(text: str) -> frozenset[str]:
    codes, rest = _cut_regions(text, counties="always")
    return codes if not rest else frozenset()


def _cut_regions(text: str, *, counties: str) -> tuple[frozenset[str], str]:
    """Return the codes of the regions a text begins with, and the rest.

    ``counties`` says when a county is recognised without 区 or 县, as brands are called like counties, too:
    ``never``, ``inside`` a region that was named before, or ``always``.
    """
    codes: frozenset[str] = frozenset()
    rest = text
    spoken = counties == "always"
    while name := _longest_region(rest, spoken=spoken):
        found = _codes(name, spoken=spoken)
        found = _within(found, codes) if codes else found
        if not found:
            break
        codes, rest = found, rest[len(name) :]
        spoken = counties != "never"
        if rest[:1] in {"省", "市"}:
            rest = rest[1:]
    for place in (_AREA, _TOWN):
        found_place = place.match(rest) if codes else None
        rest = rest[found_place.end() :] if found_place else rest
    return codes, rest


def _region_ways(head: str) -> Iterator[tuple[frozenset[str], str]]:
    """Yield the regions a name may begin or end with, and what then remains of it."""
    ways = [_cut_regions(head, counties=counties) for counties in ("never", "inside", "always")]
    if not ways[0][0]:
        for size in range(4, 1, -1):
            place = head[-size:]
            if len(head) - size >= _SHORTEST_BRAND and place in _region_names()[0]:
                ways.append((_codes(place), head[:-size]))
    kept = [(codes, rest) for codes, rest in ways if len(rest) >= _SHORTEST_BRAND]
    yield from dict.fromkeys(kept) or [(frozenset(), head)]


# --- names in Latin letters -----------------------------------------------------------------------------------------


@cache
def _latin_regions() -> dict[str, frozenset[str]]:
    spelled: dict[str, set[str]] = {"china": {CHINA}}
    for each in regions.every():
        if each.level < regions.COUNTY:
            spelled.setdefault("".join(pinyin.syllables(regions.short_name(each.name))), set()).add(each.code)
    return {name: frozenset(codes) for name, codes in spelled.items()}


def _latin(plain: str) -> Parts:
    bare = "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", re.sub(r"['’.]", "", bare))
    kept = [word for word in words if word not in ENGLISH_FORMS] or words
    codes: frozenset[str] = frozenset()
    while len(kept) > 1 and kept[0] in _latin_regions():
        found = _latin_regions()[kept[0]]
        found = _within(found, codes) if codes else found
        if not found:
            break
        codes, kept = found, kept[1:]
    if len(kept) > 1 and not codes and kept[-1] in _latin_regions():  # Siemens Ltd., China
        codes, kept = _latin_regions()[kept[-1]], kept[:-1]
    trades = tuple(ENGLISH_TRADES[word] for word in kept[1:] if word in ENGLISH_TRADES)
    brand = "".join([kept[0], *(word for word in kept[1:] if word not in ENGLISH_TRADES)])
    return Parts(brand, trades, codes, is_latin=True)
