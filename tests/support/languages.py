"""Words of the wrong language on a page, as far as they are no data."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from babel.messages.pofile import read_po

from tests.support.live import DEMO_PASSWORD, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Words that Chinese pages use as they are.
ALLOWED = {
    "ABC", "API", "Changke", "CSV", "Ctrl", "Enter", "Esc", "Excel", "ISO", "JPEG", "JSON", "OpenAPI", "PNG", "REST",
    "Rison", "WebP", "YYYY", "csv", "false", "true", "xlsx",
}  # fmt: skip
# What is no word of a language: each language by its own name, places in a pattern, the password of the demo.
NO_WORDS = re.compile(rf"English|(?<![\u3400-\u9fff])中文(?![\u3400-\u9fff])|\{{\w+(?::\w+)?\}}|{DEMO_PASSWORD}")
# Tables of words that exist in both languages, and of names that only the program reads.
NO_DATA = {"term", "ab_permission", "ab_view_menu", "alembic_version", "job", "search_entry", "setting"}
# Stored words that only the program reads; one with a digit is the name of an account.
CODE = re.compile(r"[a-z_.:-]+")

SHOWN = """() => {
  const found = new Set([document.title]);
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest("[lang]:not(html)");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { parentElement: parent, data } = walk.currentNode;
    if (data.trim() && !parent.closest("script, style, template, code, .av, .mark") && seen(parent)) found.add(data.trim());
  }
  for (const name of ["title", "placeholder", "aria-label"])
    for (const one of document.querySelectorAll(`[${name}]`)) if (seen(one)) found.add(one.getAttribute(name));
  return [...found];
}"""


class WrongWords:
    """Knows the data of one database, so that what else is in the other language is found."""

    def __init__(self, database: str, language: str) -> None:
        self.database, self.language = database, language
        self._data: set[str] = set()
        self._all = ""

    def check(self, page: Page) -> None:
        """Refuse a page that shows a word of the other language which is not data."""
        texts = page.evaluate(SHOWN)
        if wrong := self._wrong(texts):
            self._read()  # what was entered since
            wrong = self._wrong(texts)
        assert not wrong, (page.url, wrong)

    def _wrong(self, texts: list[str]) -> list[str]:
        judge = self._english if self.language == "zh" else self._chinese
        return sorted({text for text in texts if any(map(judge, self._runs(text)))})

    def _runs(self, text: str) -> list[str]:
        return (ENGLISH if self.language == "zh" else CHINESE).findall(NO_WORDS.sub("", text))

    def _english(self, word: str) -> bool:
        return word not in ALLOWED and word not in self._words

    def _chinese(self, run: str) -> bool:
        """A run that is no piece of any data, or one of our own words that is not a whole piece of data."""
        return run not in self._data and (run in self._ours or run not in self._all) and run != "常客"

    @cached_property
    def _ours(self) -> set[str]:
        with (ROOT / "translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
            return {str(text) for message in read_po(file) for text in _strings(message.string)}

    def _read(self) -> None:
        engine = sa.create_engine(self.database, poolclass=sa.NullPool)
        found: set[str] = set()
        with engine.connect() as connection:
            # On the same connection: a second one would wait for the first where the application locks at BEGIN.
            inspector = sa.inspect(connection)
            for table in set(inspector.get_table_names()) - NO_DATA:
                for column in inspector.get_columns(table):
                    if isinstance(column["type"], sa.String):
                        asked: sa.Select[Any] = (
                            sa.select(sa.column(column["name"])).select_from(sa.table(table)).distinct()
                        )
                        found.update(value for value in connection.scalars(asked) if value)
        engine.dispose()
        self._data = {run for value in found for run in CHINESE.findall(value)}
        self._words = {word for value in found if not CODE.fullmatch(value) for word in ENGLISH.findall(value)}
        self._all = "\n".join(found)

    _words: set[str] = set()


def _strings(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())
