"""Reports as workbooks. Loading openpyxl loads numpy: a web process imports this at its first export only."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from app.reports.tables import Column, ReportTable

_EXCEL_FORMATS = {
    "number": "#,##0",
    "money": "#,##0.00",
    "percent": "0.0%",
    "hours": "#,##0.0",
    "rating": "0.00",
}
# A cell that starts like this is a formula for Excel; a leading apostrophe makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_excel(title: str, facts: Iterable[tuple[str, str]], tables: Iterable[ReportTable]) -> bytes:
    """Return a workbook: one sheet of facts about the report, then one sheet per table with typed cells."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 40
    for label, text in [(title, ""), *facts]:
        sheet.append([_text(sheet, label, bold=True), _text(sheet, text)])
    for table in tables:
        _add_sheet(book, table)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _add_sheet(book: Workbook, table: ReportTable) -> None:
    sheet = book.create_sheet(_sheet_name(str(table.title)))
    sheet.freeze_panes = "A2"
    for number in range(1, len(table.columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 32 if number == 1 else 16
    sheet.append([_text(sheet, str(column.label), bold=True) for column in table.columns])
    for row in [*table.rows, *([table.total] if table.total else [])]:
        sheet.append(
            [
                _cell(sheet, column, cell.value, row is table.total)
                for column, cell in zip(table.columns, row, strict=True)
            ]
        )


def _cell(sheet: Any, column: Column, value: Any, bold: bool) -> Any:
    if value is None:
        return None
    if not column.is_figure or not isinstance(value, int | float | Decimal | date):
        return _text(sheet, str(value), bold=bold)
    cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # openpyxl takes Decimal and date, its types do not say so
    cell.number_format = _EXCEL_FORMATS[column.kind]
    cell.font = Font(bold=bold)
    return cell


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=f"'{text}" if text.startswith(_FORMULA_STARTS) else text)
    cell.font = Font(bold=bold)
    return cell


def _sheet_name(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31] or "Sheet"
