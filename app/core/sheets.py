"""The one writer of .xlsx and .csv: typed cells, text that can never run as a formula, constant memory."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Literal
from xml.sax.saxutils import escape

from app.core.i18n import _, to_local

Kind = Literal["", "text", "number", "money", "percent", "hours", "rating"]
"""What a column holds; without a kind the type of each value decides."""

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {
    "number": "#,##0.####",
    "money": "#,##0.00",
    "percent": "0.0%",
    "hours": "#,##0.0",
    "rating": "0.00",
}
# Where a number is whole: the format of fractions would leave its point behind it.
_WHOLE = _FORMATS | {"number": "#,##0"}
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
# A text that starts like this is a formula for Excel and its relatives.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What XML cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_NOT_PLAIN = re.compile(r"[&<>\s_]")
_LIKE_SPELLED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BEFORE_1900 = date(1899, 12, 30).toordinal()
_NEVER_WAS = 61

Maker = Callable[[int, Any], str]
"""Spells a value as the cell of a row."""


@dataclass(frozen=True)
class SheetColumn:
    """One column: its head, what it holds, how wide it stands."""

    label: str
    kind: Kind = ""
    width: int = 16


def written(value: Any) -> Any:
    """``value`` as a cell holds it: a number, a day, a moment in the company's time zone, or a text; None is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _CONTROL.sub("", value) if not value.isprintable() else value
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return to_local(value).replace(tzinfo=None)
    if isinstance(value, int | float | Decimal | date):
        return value
    return _CONTROL.sub("", str(value))


class Workbook:
    """A workbook written row by row; nothing of it stays in memory."""

    def __init__(self) -> None:
        from xlsxwriter import Workbook as Book  # noqa: PLC0415 - 60 ms that most processes never need

        # Rows wait here until the workbook is saved, and go with it whatever happens.
        self._folder = TemporaryDirectory()
        self._book = Book(io.BytesIO(), {"constant_memory": True, "tmpdir": self._folder.name})
        self._names: set[str] = set()

    def add_sheet(
        self,
        title: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Any]],
        total: Sequence[Any] | None = None,
    ) -> int:
        """Add a sheet with a frozen head and return the number of its rows, without the head and the total."""
        sheet = self._book.add_worksheet(self._name(title))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
        heads = [SheetColumn("", "text")] * len(columns)
        count = 0
        try:
            self._write(sheet, 1, self._makers(heads, bold=True), [column.label for column in columns])
            makers = self._makers(columns)
            for count, row in enumerate(rows, 1):
                self._write(sheet, count + 1, makers, row)
            if total is not None:
                self._write(sheet, count + 2, self._makers(columns, bold=True), total)
        except BaseException:
            self._throw_away()
            raise
        self._bound(sheet, count + (1 if total is None else 2), len(columns))
        return count

    def add_facts(self, title: str, facts: Iterable[tuple[str, str]]) -> None:
        """Add a sheet of labels and texts under a title."""
        sheet = self._book.add_worksheet(self._name(title))
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 40)
        text = SheetColumn("", "text")
        label_of, text_of = self._makers([text], bold=True)[0], self._makers([text, text])[1]
        number = 0
        for number, fact in enumerate([(title, ""), *facts], 1):
            self._write(sheet, number, [label_of, text_of], fact)
        self._bound(sheet, number, 2)

    def save(self, file: BinaryIO) -> None:
        """Write the workbook; it cannot be added to afterwards."""
        self._book.filename = file
        self._book.close()
        self._folder.cleanup()

    @staticmethod
    def _write(sheet: Any, row: int, makers: Sequence[Maker], values: Sequence[Any]) -> None:
        # Past the package's own cells, which take five times as long and believe a text that looks like its markup.
        cells = [maker(row, value) for maker, value in zip(makers, values, strict=True)]
        sheet.fh.write(f'<row r="{row}">{"".join(cells)}</row>')

    @staticmethod
    def _bound(sheet: Any, rows: int, columns: int) -> None:
        sheet._check_dimensions(0, 0)
        sheet._check_dimensions(rows - 1, columns - 1)

    def _makers(self, columns: Sequence[SheetColumn], *, bold: bool = False) -> list[Maker]:
        plain, guarded = self._look("", bold), self._look("", bold, guarded=True)
        day, moment = self._look(_DAY, bold), self._look(_MOMENT, bold)
        makers = []
        for place, column in enumerate(columns):
            figure = self._look(_FORMATS.get(column.kind, ""), bold)
            whole = self._look(_WHOLE.get(column.kind, ""), bold)
            looks = (plain, guarded, figure, whole, day, moment)
            makers.append(_maker(_letters(place), column.kind == "text", looks))
        return makers

    def _look(self, number_format: str, bold: bool, guarded: bool = False) -> int:
        """The number of a look; with ``guarded`` Excel shows a text as it is, also after somebody has edited it."""
        properties = {"num_format": number_format or "General", "bold": bold, "quote_prefix": guarded}
        return int(self._book.add_format(properties)._get_xf_index())

    def _name(self, title: str) -> str:
        """A name that Excel takes, and no other sheet has."""
        plain = _sheet_name(title)
        name, number = plain, 1
        while name.lower() in self._names:
            number += 1
            name = f"{plain[: _LONGEST_NAME - 4]} {number}"
        self._names.add(name.lower())
        return name

    def _throw_away(self) -> None:
        for sheet in self._book.worksheets():
            sheet._opt_close()
        self._book.fileclosed = True
        self._folder.cleanup()


def _maker(letters: str, as_text: bool, looks: tuple[int, int, int, int, int, int]) -> Maker:
    """What spells a value as a cell of the column ``letters``; this runs for every cell."""
    plain, guarded, figure, whole, day, moment = looks

    def cell(row: int, value: Any) -> str:
        value = written(value)
        if value is None:
            return ""
        if isinstance(value, str):
            look = guarded if value.startswith(FORMULA_STARTS) else plain
            return f'<c r="{letters}{row}" s="{look}" t="inlineStr"><is>{_text(value)}</is></c>'
        if as_text:
            return f'<c r="{letters}{row}" s="{plain}" t="inlineStr"><is>{_text(str(value))}</is></c>'
        if isinstance(value, date):
            look = moment if isinstance(value, datetime) else day
            return f'<c r="{letters}{row}" s="{look}"><v>{_serial(value)}</v></c>'
        if not isfinite(value):
            return f'<c r="{letters}{row}" s="{plain}" t="inlineStr"><is>{_text(str(value))}</is></c>'
        look = whole if whole != figure and value == int(value) else figure
        return f'<c r="{letters}{row}" s="{look}"><v>{value}</v></c>'

    return cell


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _text(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT]
    if not _NOT_PLAIN.search(text):
        return f"<t>{text}</t>"
    # Excel spells what XML cannot hold as _x000D_, and so a text that looks like this is spelled once more.
    text = _LIKE_SPELLED.sub("_x005F_", text).replace("\r", "_x000D_")
    return f'<t xml:space="preserve">{escape(text)}</t>'


def _serial(at: date) -> int | float:
    """Days since the end of 1899, as Excel counts them: with a 29th of February 1900 that never was."""
    days = at.toordinal() - _BEFORE_1900
    days -= days < _NEVER_WAS
    if not isinstance(at, datetime):
        return days
    return days + (at.hour * 3600 + at.minute * 60 + at.second) / 86_400


def write_csv(file: BinaryIO, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> int:
    """Write UTF-8 with a mark at the start, as Chinese Excel wants it; return the number of rows without the head.

    A text that would run as a formula gets an apostrophe before it.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(column.label) for column in columns])
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
        writer.writerow([_harmless(value) for value in row])
    text.flush()
    text.detach()
    return count


def _harmless(value: Any) -> Any:
    value = written(value)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:f}" if isinstance(value, Decimal) else value


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:_LONGEST_NAME].strip("'") or "Sheet"
