"""Reports as workbooks."""

from __future__ import annotations

import io
from collections.abc import Iterable

from app.core.sheets import SheetColumn, Workbook
from app.reports.tables import ReportTable


def to_excel(title: str, facts: Iterable[tuple[str, str]], tables: Iterable[ReportTable]) -> bytes:
    """Return a workbook: one sheet of facts about the report, then one sheet per table with typed cells."""
    book = Workbook()
    book.add_facts(title, facts)
    for table in tables:
        columns = [
            SheetColumn(str(column.label), column.kind, 32 if number == 0 else 16)
            for number, column in enumerate(table.columns)
        ]
        rows = ([cell.value for cell in row] for row in table.rows)
        book.add_sheet(str(table.title), columns, rows, [cell.value for cell in table.total] if table.total else None)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
