"""A table of a report: the same cells on the page, in the chart's twin, in print and in Excel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from app.core import i18n

Kind = Literal["text", "number", "money", "percent", "hours", "rating"]

_SHOWN: dict[str, Callable[[Any], str]] = {
    "text": lambda value: "" if value is None else str(value),
    "number": i18n.format_number,
    "money": lambda value: i18n.format_money(value, cents=True),
    "percent": lambda value: i18n.format_percent(value, 1),
    "hours": lambda value: i18n.format_number(value, 1),
    "rating": lambda value: i18n.format_number(value, 2),
}


@dataclass(frozen=True)
class Column:
    """A column; figures stand right-aligned."""

    label: Any
    kind: Kind = "text"

    @property
    def is_figure(self) -> bool:
        return self.kind != "text"

    def shown(self, value: Any) -> str:
        """The value as people read it."""
        return _SHOWN[self.kind](value)


@dataclass(frozen=True)
class Cell:
    """One value; ``url`` opens the rows behind it."""

    value: Any
    url: str = ""


@dataclass
class ReportTable:
    """Columns, rows and a row of totals."""

    name: str
    title: Any
    columns: list[Column]
    rows: list[list[Cell]] = field(default_factory=list)
    total: list[Cell] | None = None
    note: Any = ""
    all_url: str = ""
    """Where the rows are that this table leaves out."""

    @property
    def twin(self) -> tuple[list[str], list[list[Any]]]:
        """The labels and the shown cells, for the table beside a chart."""
        rows = [
            [
                (column.shown(cell.value), cell.url) if cell.url else column.shown(cell.value)
                for column, cell in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]
        return [str(column.label) for column in self.columns], rows


def cells(*values: Any) -> list[Cell]:
    """A row of plain cells; what is a cell already stays."""
    return [value if isinstance(value, Cell) else Cell(value) for value in values]
