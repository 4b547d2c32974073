"""What a text is found by, and what a question asks for: the same small tokens on both sides.

A token is a letter for its kind and the text itself, letters and digits only, so that both databases keep it whole:

- ``w`` a word, number or code in Latin letters; asked by its beginning,
- ``c`` two neighbouring Chinese characters, and the last one alone; a single character is asked as a beginning,
- ``p`` the pinyin of two neighbouring characters, and of the last one alone,
- ``i`` the initials of four neighbouring characters, fewer at the end; prose has neither ``p`` nor ``i``,
- ``x`` a whole phone number or e-mail address: found when typed completely, never by a part, for it may be masked,
- ``b`` the first ``c``, ``p`` or ``i`` of a text, with and without its region: what a hit should begin with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from string import ascii_lowercase

from app.core import pinyin, regions
from app.core.identifiers import Malformed, normalise_phone, phone_key

GRAM = 4
MOST_WORDS = 12
LONGEST_QUESTION = 100
SHORTEST_PHONE = 7
LONGEST_CODE = 6
LONGEST_WORD = 60
# The end of nearly every company name: its pinyin and initials would be in every row and help nobody.
_LEGAL_FORM = re.compile("(股份|责任)?有限(责任)?公司|集团公司")
_LEGAL_WORDS = frozenset({"有限", "公司", "股份"})
_EVERYWHERE = _LEGAL_WORDS | {"限公", "限责", "责任", "任公", "份有"}
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"\S+@\S+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# What may be a phone number: nothing but digits and their marks, up to an extension.
_NUMBER = re.compile(r"[+(]?[0-9][0-9\s()+.-]{5}[0-9\s()+.\-‐-―·/]*(?:$|[转轉分内ex#,])")
_PRINTED = re.compile("[!-~]+")
_LETTERS = re.compile("[a-z]+")


@dataclass(frozen=True)
class Term:
    """One token asked for; with ``beginning`` any token that starts with it will do."""

    token: str
    beginning: bool = False


All = tuple[Term, ...]
"""Terms that must all be there."""
Question = tuple[tuple[All, ...], ...]
"""For each word typed its readings, of which one must be there."""


class Prose(str):
    """What somebody wrote in sentences, found by its characters and words.

    Names are also found by pinyin and initials. In a hundred characters nearly any few letters are the initials of
    something, and a search for a company would find complaints that have nothing to do with it.
    """

    __slots__ = ()


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def exact_token(text: str) -> str:
    """Return the token of a text that is a phone number or an e-mail address as a whole, else an empty one."""
    bare = _plain(text).strip()
    if "@" in bare and _ADDRESS.fullmatch(bare):
        return "x" + "".join(_WORD.findall(bare))
    if _MOBILE.fullmatch(bare):
        return f"x{bare}"
    if not _NUMBER.match(bare):
        return ""
    try:
        number = normalise_phone(bare)
    except Malformed:
        return ""
    return f"x{phone_key(number)}" if len(number) >= SHORTEST_PHONE else ""


def _runs(plain: str) -> Iterator[tuple[str, bool]]:
    """Yield the runs of Chinese (True) and of other letters and digits (False)."""
    for word in _WORD.findall(plain):
        start = 0
        for run in pinyin.CHINESE.finditer(word):
            if start < run.start():
                yield word[start : run.start()], False
            yield run[0], True
            start = run.end()
        if start < len(word):
            yield word[start:], False


def _legal_form(run: str) -> range:
    """Return the places of the legal form in a company name, an empty range when there is none."""
    form = _LEGAL_FORM.search(run)
    return range(form.start(), form.end()) if form else range(0)


@lru_cache(maxsize=4_096)
def _chinese_tokens(run: str, *, prose: bool) -> tuple[str, ...]:
    """Return the tokens of Chinese text; this runs for every row of an import, so it goes by slices."""
    legal = _legal_form(run)
    places = [*range(legal.start), *range(legal.stop, len(run))] if legal else range(len(run))
    pairs = {run[place : place + 2] for place in places} | {run[-1]}
    found = [f"c{pair}" for pair in pairs | {run[place : place + 2] for place in legal} & _LEGAL_WORDS]
    if prose:
        return tuple(found)
    readings = pinyin.readings(run)
    best = [reading[0] for reading in readings]
    found += _sound_tokens(best, places)
    for place, (_best, *others) in enumerate(readings):
        for other in others:
            near = [each for each in places if place - GRAM < each <= place]
            found += _sound_tokens([*best[:place], other, *best[place + 1 :]], near)
    return tuple(found)


def _sound_tokens(syllables: Sequence[str], places: Iterable[int]) -> list[str]:
    letters = "".join([syllable[0] for syllable in syllables])
    following = [*syllables[1:], ""]
    return [f"p{syllables[place]}{following[place]}" for place in places] + [
        f"i{letters[place : place + GRAM]}" for place in places
    ]


@lru_cache(maxsize=8_192)
def _beginnings(text: str) -> frozenset[str]:
    """Return the tokens of how a name begins, with and without its region."""
    plain = "".join(_WORD.findall(_plain(text)))
    found = set()
    for start in {0, _region_length(plain)}:
        run = pinyin.CHINESE.match(plain, start)
        if run:
            found.add(f"bc{run[0][:2]}")
            found.update(f"b{token}" for token in _sound_tokens(pinyin.syllables(run[0][:GRAM]), (0,)))
        elif word := _WORD.match(plain, start):
            found.add(f"bw{word[0][:LONGEST_WORD]}")
    return frozenset(found)


@cache
def _places() -> frozenset[str]:
    return frozenset(name for name in regions.short_names() if len(name) > 1)


def _region_length(plain: str) -> int:
    """Return how many characters of a region a name begins with: 2 in 宁波恒泰."""
    length = 0
    for _level in range(3):
        found = next((size for size in range(8, 1, -1) if plain[length : length + size] in _places()), 0)
        if not found or length + found + 2 > len(plain):
            break
        length += found
    return length


@lru_cache(maxsize=8_192, typed=True)
def _tokens_of(text: str) -> frozenset[str]:
    # Kept, because an import asks for the name of a customer again for each of its contacts and requests.
    exact = exact_token(text)
    if exact:
        return frozenset({exact})
    found: set[str] = set()
    plain, prose = _plain(text), isinstance(text, Prose)
    for parts in map(_code_parts, _PRINTED.findall(plain)):
        # A code is found by its beginning from any of its parts on: C-2026-00012 by 2026-0001.
        found.update(f"w{''.join(parts[place:])[:LONGEST_WORD]}" for place in range(len(parts[:LONGEST_CODE])))
    for run, chinese in _runs(plain):
        found.update(_chinese_tokens(run, prose=prose) if chinese else (f"w{run[:LONGEST_WORD]}",))
    return frozenset(found)


def tokens(*texts: str) -> list[str]:
    """Return everything the texts are found by, sorted; the first text is the name, which a hit should begin with."""
    found: set[str] = set().union(*map(_tokens_of, texts))
    if texts:
        found |= _beginnings(texts[0])
    return sorted(found)


def _code_parts(printed: str) -> list[str]:
    """Return the parts of a code such as c-2026-00012; none for what has no digit or nothing between its parts."""
    parts = _WORD.findall(printed)
    return parts if len(parts) > 1 and any(character.isdigit() for character in printed) else []


def query_tokens(text: str) -> Question:
    """Return what a typed text asks for: every word of it, each in one of its readings. Nothing typed is ``()``."""
    typed = text[:LONGEST_QUESTION]
    exact = exact_token(typed)
    if exact:
        # A number may also be the beginning of a code.
        words = tuple(_latin_readings("".join(_WORD.findall(_plain(typed))))) if "@" not in typed else ()
        return (((Term(exact),), *words),)
    question: list[tuple[All, ...]] = []
    for word in _plain(typed).split():
        code = _code_parts(word) if _PRINTED.fullmatch(word) else []
        if code:
            question.append(((Term(f"w{''.join(code)[:LONGEST_WORD]}", beginning=True),),))
            continue
        for run, chinese in _runs(word):
            question.append((_chinese_terms(run),) if chinese else tuple(_latin_readings(run)))
    return tuple(question[:MOST_WORDS])


def _chinese_terms(run: str) -> All:
    if len(run) == 1:
        return (Term(f"c{run}", beginning=True),)
    pairs = dict.fromkeys(f"{first}{second}" for first, second in pairwise(run))
    telling = (
        [pair for pair in pairs if pair not in _EVERYWHERE]
        or [pair for pair in pairs if pair in _LEGAL_WORDS]
        or list(pairs)
    )
    return tuple(Term(f"c{pair}") for pair in telling)


def _latin_readings(word: str) -> Iterator[All]:
    if len(word) == 1 and word in ascii_lowercase:
        # Every third record has such a word somewhere; what begins with the letter is meant.
        yield (Term(f"w{word}"),)
        yield (Term(f"bi{word}", beginning=True),)
        yield (Term(f"bw{word}", beginning=True),)
        return
    yield (Term(f"w{word[:LONGEST_WORD]}", beginning=True),)
    exact = exact_token(word)
    if exact:
        yield (Term(exact),)
    if not _LETTERS.fullmatch(word):
        return
    for syllables in pinyin.splits(word):
        if len(syllables) == 1:
            yield (Term(f"p{syllables[0]}", beginning=True),)
        else:
            *whole, last = [f"p{first}{second}" for first, second in pairwise(syllables)]
            yield (*map(Term, whole), Term(last, beginning=True))
    if len(word) <= GRAM:
        yield (Term(f"i{word}", beginning=True),)
    else:
        yield tuple(Term(f"i{word[start : start + GRAM]}") for start in range(len(word) - GRAM + 1))


def beginning(question: Question) -> tuple[All, ...]:
    """Return the terms of which one must be there for a name to begin with the first word of the question."""
    if not question:
        return ()
    ways = []
    for terms in question[0]:
        first = terms[0]
        if first.token[0] in "cpiw":
            ways.append((Term(f"b{first.token}", beginning=first.beginning),))
    return tuple(ways)
