"""Provisional: exact comparison only. The author of the duplicate rules replaces this file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

THRESHOLD = 0.8


@dataclass(frozen=True)
class Party:
    name: str
    uscc: str = ""
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    score: float
    reasons: tuple[Any, ...] = ()


def _bare(name: str) -> str:
    return re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", name)).lower()


def block_keys(name: str) -> set[str]:
    return {_bare(name)}


def judge(a: Party, b: Party) -> Verdict:
    return Verdict(1.0 if _bare(a.name) == _bare(b.name) else 0.0)
