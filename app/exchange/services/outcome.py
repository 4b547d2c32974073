"""What became of an import: how many rows, and the file that lists the bad ones."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from app.core.errors import Invalid
from app.core.i18n import _
from app.exchange.reading import Cell, text_of

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Entry:
    """One row on its way: its number in the file, its cells, and what was read from them."""

    number: int
    cells: Sequence[Cell]
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """The counts of one import."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors_file: str | None = None

    @property
    def exit_code(self) -> int:
        """0: none failed. 1: some rows failed. 2: nothing came of the file."""
        if not self.failed:
            return 0
        return 1 if self.created or self.updated or self.unchanged else 2


class Failures:
    """The list of bad rows beside the file, made at the first of them; the rows can be repaired in it and read again."""

    def __init__(self, path: Path, headers: Sequence[str], told: Callable[[str], None]) -> None:
        self.path, self.headers, self.told = path, headers, told
        self.count = 0
        self._file: TextIO | None = None

    def __enter__(self) -> Failures:
        # The list of an earlier attempt would be taken for this one's.
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, entry: Entry, reason: str) -> None:
        """Note why a row was refused."""
        if self._file is None:
            # With a mark, because Excel takes UTF-8 without one for something else.
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([_("Row"), _("Reason"), *self.headers])
        self.count += 1
        row = [_harmless(text_of(cell)) for cell in entry.cells]
        csv.writer(self._file).writerow([entry.number, reason, *row])
        self.told(_("Row %(row)d: %(reason)s", row=entry.number, reason=reason))


def _harmless(text: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; numbers stay numbers."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text.replace(",", ""))
    except ValueError:
        return f"'{text}"
    return text


def reason_of(refusal: Invalid, labels: Mapping[str, Any]) -> str:
    """Return a refusal as one sentence, each field by its name."""
    if not refusal.fields:
        return str(refusal.sentence)
    said = []
    for name, sentence in refusal.fields.items():
        label = labels.get(name) or labels.get(name.rpartition("-")[2])
        said.append(_("%(label)s: %(sentence)s", label=label, sentence=sentence) if label else str(sentence))
    return " ".join(dict.fromkeys(said))
