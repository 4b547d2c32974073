"""Say which sentences of the application are untranslated: ``python -m tests.support.catalogues``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
# The functions of app.core.i18n, beside gettext and _.
KEYWORDS = {**DEFAULT_KEYWORDS, **parse_keywords(["_l", "lazy_gettext"])}
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")


def sentences() -> dict[str, str]:
    """Return every sentence of code and templates, with the place of its first use."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: dict[str, str] = {}
    for name, line, message, *_rest in extract_from_dir(ROOT, methods, options, KEYWORDS):
        key = message if isinstance(message, str) else message[0]
        found.setdefault(key, f"{name}:{line}")
    return found


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def flaws(catalogue: Catalog, wanted: dict[str, str]) -> Iterator[str]:
    """Yield a line for each sentence that is missing, fuzzy, empty, or whose placeholders were changed."""
    known: dict[str, Message] = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key:
            known[key] = message
    for key, place in sorted(wanted.items(), key=lambda item: item[1]):
        if key not in known:
            yield f"{place}: not in the catalogue: {key!r}"
    for key, message in known.items():
        if message.fuzzy:
            yield f"fuzzy: {key!r}"
        for text in _texts(message):
            if not text:
                yield f"untranslated: {key!r}"
            elif set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(key + str(message.id))):
                yield f"unknown placeholder: {key!r} -> {text!r}"


def main() -> int:
    wanted = sentences()
    catalogues = sorted((ROOT / "translations").glob("*/LC_MESSAGES/*.po"))
    count = 0
    for path in catalogues:
        with path.open("rb") as file:
            catalogue = read_po(file)
        for flaw in flaws(catalogue, wanted):
            print(f"{path.relative_to(ROOT)}: {flaw}")
            count += 1
    print(f"{len(wanted)} sentences, {len(catalogues)} catalogues, {count} flaws")
    return 1 if count or not catalogues else 0


if __name__ == "__main__":
    sys.exit(main())
