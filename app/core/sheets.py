"""The one writer of .xlsx and .csv: typed cells, text that can never run as a formula, constant memory.

Loading openpyxl loads numpy: a process does so at its first workbook.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal

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
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
# A text that starts like this is a formula for Excel and its relatives.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# What XML cannot hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f￾￿]")
_LONGEST_NAME = 31


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
        from openpyxl import Workbook as Book  # noqa: PLC0415 - loads numpy, 160 ms and 20 MB

        self._book = Book(write_only=True)

    def add_sheet(
        self,
        title: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Any]],
        total: Sequence[Any] | None = None,
    ) -> int:
        """Add a sheet with a frozen head and return the number of its rows, without the head and the total."""
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

        sheet = self._book.create_sheet(_sheet_name(title))
        sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        sheet.append([self._text(sheet, column.label, bold=True) for column in columns])
        makers = [_Cells(sheet, column) for column in columns]
        count = 0
        try:
            for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the answer
                sheet.append([maker(value) for maker, value in zip(makers, row, strict=True)])
        except BaseException:
            # openpyxl keeps a temporary file open until the workbook is saved.
            sheet.close()
            sheet._writer.cleanup()
            raise
        if total is not None:
            sums = [_Cells(sheet, column, bold=True) for column in columns]
            sheet.append([maker(value) for maker, value in zip(sums, total, strict=True)])
        return count

    def add_facts(self, title: str, facts: Iterable[tuple[str, str]]) -> None:
        """Add a sheet of labels and texts under a title."""
        sheet = self._book.create_sheet(_sheet_name(title))
        sheet.column_dimensions["A"].width = 24
        sheet.column_dimensions["B"].width = 40
        for label, text in [(title, ""), *facts]:
            sheet.append([self._text(sheet, label, bold=True), self._text(sheet, text)])

    def save(self, file: BinaryIO) -> None:
        """Write the workbook; it cannot be added to afterwards."""
        self._book.save(file)

    @staticmethod
    def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
        return _Cells(sheet, SheetColumn("", "text"), bold=bold)(text)


class _Cells:
    """The cells of one column: one cell of openpyxl for each look, filled anew for every row."""

    def __init__(self, sheet: Any, column: SheetColumn, *, bold: bool = False) -> None:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above
        from openpyxl.styles import Font  # noqa: PLC0415 - as above

        self._kind = column.kind

        def cell(number_format: str = "General") -> Any:
            made: Any = WriteOnlyCell(sheet)
            made.number_format = number_format
            if bold:
                made.font = Font(bold=True)
            return made

        self._plain, self._guarded = cell(), cell()
        # Excel shows a text with this mark as it is, also after somebody has edited the cell.
        self._guarded.quotePrefix = True
        self._figure, self._day, self._moment = cell(_FORMATS.get(column.kind, "General")), cell(_DAY), cell(_MOMENT)

    def __call__(self, value: Any) -> Any:
        value = written(value)
        if value is None:
            return None
        if self._kind == "text" and not isinstance(value, str):
            value = str(value)
        if isinstance(value, str):
            guarded = value.startswith(FORMULA_STARTS)
            cell = self._guarded if guarded else self._plain
            cell.value = value
            # openpyxl takes a text with "=" for a formula, and "#N/A" for an error.
            cell.data_type = "s"
            return cell
        cell = self._moment if isinstance(value, datetime) else self._day if isinstance(value, date) else self._figure
        cell.value = value
        return cell


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
