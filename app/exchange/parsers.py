"""How one cell is read; what is wrong with it is said in a sentence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import regions
from app.core.dictionary import Term
from app.core.errors import Invalid
from app.core.i18n import LANGUAGES, _l, in_language, parse_day, parse_decimal
from app.exchange.fields import Parser, Words
from app.exchange.reading import Cell, text_of

_LONG = 30
# Days that Excel counts from the end of 1899: 1954 to 2064.
_SERIAL_DAYS = range(20_000, 60_000)
_EXCEL_BEGINS = date(1899, 12, 30)
_TIMES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_YES = frozenset({"1", "y", "yes", "true", "是", "对", "有", "√", "✓", "x"})
_NO = frozenset({"0", "n", "no", "false", "否", "不", "无", "×", "-"})


def _shown(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def text(cell: Cell, _words: Words) -> str:
    """Take a cell as it is; how long it may be is the service's business."""
    return text_of(cell)


def day(cell: Cell, _words: Words) -> date:
    """Read a day: an Excel date, 2026-11-22, 2026/11/22, 2026年11月22日, 20261122; a time behind it is left out."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    typed = text_of(cell)
    if isinstance(cell, float | int) and math.isfinite(cell) and int(cell) in _SERIAL_DAYS:
        return _EXCEL_BEGINS + timedelta(days=int(cell))
    try:
        return parse_day(re.sub(r"[T\s]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", typed))
    except ValueError as refusal:
        raise Invalid(str(refusal)) from None


def number(cell: Cell, _words: Words) -> Decimal:
    """Read a number: 1,280.50, ¥1280.5, 50万, (12.60) for −12.60."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            raise Invalid(_l("“%(text)s” is not a number such as 1280.50.", text=cell))
        return Decimal(repr(cell))
    typed = text_of(cell)
    bare = unicodedata.normalize("NFKC", typed).replace("\u2212", "-").strip()
    bare = re.sub(r"(人民币|rmb|cny|元)", "", bare, flags=re.IGNORECASE).strip()
    times = _TIMES.get(bare[-1:], Decimal(1))
    bare = bare[:-1] if times != 1 else bare
    if re.fullmatch(r"\([^()]+\)", bare):
        bare = f"-{bare[1:-1]}"
    try:
        return parse_decimal(bare) * times
    except ValueError:
        raise Invalid(_l("“%(text)s” is not a number such as 1280.50.", text=_shown(typed))) from None


def share(cell: Cell, words: Words) -> Decimal:
    """Read a share: 13%, 0.13, or 13 for thirteen percent."""
    typed = unicodedata.normalize("NFKC", text_of(cell))
    value = number(typed.removesuffix("%") if isinstance(cell, str) else cell, words)
    return value / 100 if typed.endswith("%") or value > 1 else value


def flag(cell: Cell, _words: Words) -> bool:
    """Read yes or no, in either language."""
    typed = unicodedata.normalize("NFKC", text_of(cell)).casefold()
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    raise Invalid(_l("Write yes or no instead of “%(text)s”.", text=_shown(typed)))


def listed(cell: Cell, _words: Words) -> list[str]:
    """Read several words parted by commas, semicolons or bars."""
    return [word for word in (part.strip() for part in re.split(r"[,;|、，；\n]", text_of(cell))) if word]


def region(cell: Cell, _words: Words) -> str:
    """Read a region: its code or its name."""
    typed = text_of(cell)
    if re.fullmatch(r"\d{6}", typed):
        return typed
    return regions.normalise_region(typed)


def term(name: str) -> Parser:
    """A parser of the dictionary's list ``name``: a code, or a label in either language."""

    def parse(cell: Cell, words: Words) -> str:
        return str(_looked_up(words.terms, (name, _plain(text_of(cell))), cell))

    return parse


def member(labels: Mapping[Any, Any], **further: StrEnum) -> Parser:
    """A parser of one of the members that ``labels`` names; ``further`` are other words people write."""

    @cache
    def known() -> Mapping[str, Any]:
        found: dict[str, Any] = {_plain(word): one for word, one in further.items()}
        for one, label in labels.items():
            found[_plain(one.value)] = one
            for language in LANGUAGES:
                with in_language(language):
                    found[_plain(str(label))] = one
        return found

    def parse(cell: Cell, _words: Words) -> Any:
        return _looked_up(known(), _plain(text_of(cell)), cell)

    return parse


def person(cell: Cell, words: Words) -> int:
    """Read a colleague: the user name, or the name."""
    found = words.people.get(_plain(text_of(cell)))
    if found is None:
        raise Invalid(_l("There is no colleague “%(text)s”.", text=_shown(text_of(cell))))
    return found


def words_of(session: Session) -> Words:
    """Read what parsers look up."""
    terms: dict[tuple[str, str], str] = {}
    for each in session.scalars(select(Term).where(Term.active.is_(True)).order_by(Term.id)):
        for way in (each.code, each.label_zh, each.label_en):
            terms.setdefault((each.list, _plain(way)), each.code)
    people: dict[str, int] = {}
    for user in session.scalars(select(User).where(User.active.is_(True)).order_by(User.id)):
        for way in (user.username, user.name):
            people.setdefault(_plain(way), user.id)
    return Words(terms, people)


def _looked_up(known: Mapping[Any, Any], key: Any, cell: Cell) -> Any:
    found = known.get(key)
    if found is None:
        raise Invalid(_l("“%(text)s” is not in the list.", text=_shown(text_of(cell))))
    return found


def _plain(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", word).casefold())
