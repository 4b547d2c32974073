"""Text as people type and paste it, and the refusal of what cannot be meant."""

from __future__ import annotations

import re
import unicodedata

from app.core.errors import Invalid, Sentence

_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class Malformed(Invalid, ValueError):
    """What was typed cannot be this kind of identifier; the sentence says what is wrong with it."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)


def plain(text: str | None) -> str:
    """Return ``text`` in half width, without invisible characters, its white space single and trimmed."""
    return _INVISIBLE.sub(" ", unicodedata.normalize("NFKC", text or "")).strip()


def compact(text: str | None) -> str:
    """Return ``text`` without white space, dashes, dots and underscores."""
    return re.sub(r"[\s\-‐-―_.]", "", plain(text))
