"""What a list shows as a file: its filters, its order, its columns, for whoever may take the rows away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from itertools import islice
from typing import Any

from flask import Response, abort, request, send_file
from flask_appbuilder import Model, expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import load_only

from app.core import audit, i18n
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.sheets import EXCEL, Kind, SheetColumn, Workbook, write_csv
from app.theme import cells
from app.theme.pages import list_page
from app.web.session import acting, noting, now, today
from app.web.views.selection import Selection

MOST_ROWS = 50_000
"""Rows taken away while a browser waits."""

CHUNK = 500
REMEMBERED = 2_000
TYPES = {"xlsx": EXCEL, "csv": "text/csv; charset=utf-8"}


class Exporting(Selection):
    """What :class:`CrmModelView` does to hand its list over as a file.

    ``export_kinds`` says what a column of figures holds where its cell does not, ``export_values`` replaces a cell
    that shows less than there is.
    """

    export_kinds: Mapping[str, Kind] = {}
    export_values: Mapping[str, Callable[[Any], Any]] = {}

    @expose("/export")
    @has_access
    def export(self) -> Any:
        """The rows of the list, or the ticked ones, as a workbook or as CSV; that somebody took them is written down."""
        kind = request.args.get("format", "xlsx")
        if kind not in TYPES:
            abort(404)
        columns = self.shown_columns()
        heads = [self._head(name) for name in columns]
        title = str(self.list_title)
        rows = self._cells(columns)
        # Not closed here: the answer reads it, and the file is gone with its last reader.
        file: Any = tempfile.TemporaryFile()  # noqa: SIM115 - as above
        if kind == "csv":
            count = write_csv(file, heads, rows)
        else:
            book = Workbook()
            count = book.add_sheet(title, heads, rows)
            book.save(file)
        self._note(title, columns, kind, count)
        file.seek(0)
        answer: Response = send_file(
            file, TYPES[kind], as_attachment=True, download_name=f"{title}-{today().isoformat()}.{kind}"
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _note(self, title: str, columns: list[str], kind: str, count: int) -> None:
        shown = {
            "modelview_name": type(self).__name__,
            "view": self,
            "filters": self._filters,
            "include_columns": columns,
            "label_columns": self.label_columns,
        }
        search = {"form": self.search_form.refresh(), "filters": self._filters}
        filters = {}
        for language in i18n.LANGUAGES:
            # Whoever reads the log later need not read the language of whoever took the rows.
            with i18n.in_language(language):
                filters[language] = [chip.text for chip in list_page(shown, search).chips]
        ticked = request.args.getlist("rowid")
        changes: dict[str, Any] = {
            "rows": [None, count],
            "filters": [None, filters if any(filters.values()) else None],
            "selected_rows": [None, len(ticked) or None],
            "query": [None, request.query_string.decode()[:500] if not ticked else None],
            "columns": [None, columns],
            "format": [None, kind],
        }
        told = {name: pair for name, pair in changes.items() if pair[1] is not None}
        with noting() as session:
            audit.record(session, "export", self.kind, title, told, by=acting(), at=now())

    # --- rows ---

    def _records(self, columns: list[str]) -> Iterator[Any]:
        """The rows, a few at a time.

        :raises Invalid: if they are too many, before the first is read.
        """
        if ticked := request.args.getlist("rowid"):
            return self._in_chunks(iter(self.by_keys(ticked)))
        filters = self.asked_filters()
        self._refuse_too_many(filters)
        rows = self.in_order(self.wanted(), filters, self._order()).options(*self._only(columns))
        return self._in_chunks(iter(rows.yield_per(CHUNK)))

    def _only(self, columns: list[str]) -> list[Any]:
        """Load no more of a record than the columns need, if they are all of its table or relations of it."""
        mapper: Any = inspect(self.datamodel.obj)
        named = [name for name in columns if name not in mapper.relationships]
        if not all(name in mapper.column_attrs for name in named):
            return []
        keys = [
            mapper.get_property_by_column(column).key
            for name in columns
            if name in mapper.relationships
            for column in mapper.relationships[name].local_columns
        ]
        return [load_only(*(getattr(self.datamodel.obj, name) for name in dict.fromkeys([*named, *keys])))]

    def _in_chunks(self, records: Iterator[Any]) -> Iterator[Any]:
        while chunk := list(islice(records, CHUNK)):
            self.complete(chunk)
            yield from chunk

    def _refuse_too_many(self, filters: Any) -> None:
        data = self.datamodel
        keys = data.apply_filters(self.wanted(), filters).with_entities(data.get_pk()).order_by(None)
        count = data.session.scalar(select(func.count()).select_from(keys.limit(MOST_ROWS + 1).subquery()))
        if count > MOST_ROWS:
            raise Invalid(
                _(
                    "This list has more than %(limit)s rows, the most that can be exported at once. Narrow it by a "
                    "filter, for example one year at a time.",
                    limit=i18n.format_number(MOST_ROWS),
                )
            )

    def _cells(self, columns: list[str]) -> Iterator[list[Any]]:
        readers = [self._reader(name) for name in columns]
        return ([reader(record) for reader in readers] for record in self._records(columns))

    def _reader(self, name: str) -> Callable[[Any], Any]:
        """What reads one column's cell from a record."""
        if name in self.export_values:
            return self.export_values[name]
        formatter = self.formatters_columns.get(name)
        mapped = name in inspect(self.datamodel.obj).attrs
        value_of = _attribute if mapped else self.datamodel._get_attr_value
        known: dict[Any, Any] = {}

        def read(record: Any) -> Any:
            value = value_of(record, name)
            if not isinstance(value, str | bool):
                return _typed(value, formatter)
            # Statuses and the like come again and again.
            if value not in known:
                if len(known) >= REMEMBERED:
                    known.clear()
                known[value] = _shown(value, formatter)
            return known[value]

        return read

    def _head(self, name: str) -> SheetColumn:
        formatter = self.formatters_columns.get(name)
        kind: Kind = self.export_kinds.get(name, "")
        if not kind and formatter in (cells.money, cells.percent):
            kind = "money" if formatter is cells.money else "percent"
        wide = "grow2" in self.cell_classes.get(name, "") or name == self.list_columns[0]
        return SheetColumn(str(self.label_columns.get(name, name)), kind, 36 if wide else 18)


def _attribute(record: Any, name: str) -> Any:
    """What FAB reads of a mapped attribute, without asking first whether it is one."""
    value = getattr(record, name)
    return value.value if isinstance(value, Enum) else value


def _typed(value: Any, formatter: Any) -> Any:
    """Figures, days and moments as they are, records by their name, everything else in the words of the list."""
    if value is None or isinstance(value, int | float) or hasattr(value, "as_tuple") or hasattr(value, "isoformat"):
        return value
    return str(value) if isinstance(value, Model) else _shown(value, formatter)


def _shown(value: Any, formatter: Any) -> str:
    text = formatter(value) if formatter else cells.show_value(value)
    return text.striptags() if isinstance(text, Markup) else str(text)
