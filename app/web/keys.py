"""Keys of rows as they stand in addresses and forms."""

from __future__ import annotations

from typing import Any

from app.core.checks import LARGEST_KEY


def read_key(text: Any) -> int | None:
    """Return the key of a row that ``text`` spells, or None when it can be none."""
    text = str(text)
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST_KEY:
        return None
    return int(text)
