"""A list: its rows and columns, their order, the pages, and what can be done with rows."""

from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request

from app.core import i18n
from app.core.i18n import _
from app.core.lists import Kept
from app.theme import cells
from app.theme.pages.addresses import changed_address, endpoint, find_view, may
from app.theme.pages.filters import Filters
from app.theme.pages.kept import KeptHalf

PAGE_SIZES = (25, 50, 100, 200)
PAGES_SHOWN = 5


class ListPage(KeptHalf, Filters):
    """One list: what stands above it, in it and below it."""

    def __init__(self, args: dict[str, Any], search: dict[str, Any]) -> None:
        self.args = args
        self.name: str = self.args["modelview_name"]
        self.view: Any = self.args.get("view") or find_view(self.name)
        self._search = search
        self.count: int = self.args.get("count") or 0
        self.counted_to: int = self.args.get("counted_to") or self.count
        self.page: int = max(self.args.get("page") or 0, 0)
        self.page_size: int = self.args.get("page_size") or PAGE_SIZES[0]
        self.columns: list[str] = list(self.args["include_columns"])
        self.form_id = f"bulk-{self.name}"
        self.kept = self.option("kept") or Kept()

    # --- what the person may do ---

    def may(self, method: str) -> bool:
        return may(self.view, method)

    @property
    def add_url(self) -> str:
        if not self.may("add"):
            return ""
        related = {
            f"_flt_0_{flt.column_name}": value
            for flt, value in self.args["filters"].get_filters_values()
            if flt.is_related_view
        }
        return endpoint(self.name, "add", **related)

    @property
    def add_label(self) -> str:
        return str(self.option("add_label") or self.option("add_title") or _("Add"))

    @property
    def actions(self) -> list[Any]:
        """The bulk actions the person may use on selected rows."""
        manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
        return [
            action
            for action in (self.args.get("actions") or {}).values()
            if action.multiple
            and manager.has_access(self.view.get_action_permission_name(action.name), self.view.class_permission_name)
        ]

    @property
    def action_url(self) -> str:
        return endpoint(self.name, "action_post")

    @property
    def bulk_moves(self) -> list[Any]:
        return list(self.option("bulk_moves", ()))

    @property
    def every_query(self) -> str:
        """What a bulk request about all that match carries in its address."""
        pairs = [(name, value) for name, value in self.carried(f"psize_{self.name}") if name not in ("every", "rowid")]
        return urlencode([*pairs, ("every", "y")])

    @property
    def selectable(self) -> bool:
        return self.count > 0 and bool(self.actions or self.bulk_moves or self.export_url)

    @property
    def export_url(self) -> str:
        """Where the rows are taken away as a file."""
        return endpoint(self.name, "export") if self.may("export") else ""

    def export_address(self, kind: str) -> str:
        """The file of what the list shows now."""
        return f"{self.export_url}?{urlencode([*self.carried('format', 'rowid'), ('format', kind)])}"

    # --- columns and cells ---

    def cell(self, row: dict[str, Any], column: str) -> Any:
        formatter = self.args["formatters_columns"].get(column)
        value = row[column]
        if formatter in cells.AMOUNTS:
            return formatter(value, cents=column in self._with_cents)
        return formatter(value) if formatter else cells.show_value(value)

    @cached_property
    def _with_cents(self) -> set[str]:
        """The columns in which an amount has cents: there all show theirs, and the figures stand under each other."""
        return {
            column
            for column in self.columns
            if any(isinstance(row[column], Decimal) and row[column] % 1 for _pk, row in self.rows)
        }

    def cell_class(self, column: str) -> str:
        return str(self.option("cell_classes", {}).get(column, ""))

    @property
    def name_column(self) -> str:
        return str(self.option("name_column") or self.columns[0])

    def card_slot(self, column: str) -> str:
        """Return the class of a column's place on a phone's card: the name and up to three more."""
        if column == self.name_column:
            return "c-name"
        wanted = [name for name in self.option("card_columns", self.columns) if name != self.name_column][:3]
        return f"c-{wanted.index(column) + 1}" if column in wanted else "c-off"

    @cached_property
    def rows(self) -> list[tuple[Any, dict[str, Any]]]:
        return list(zip(self.args["pks"], self.args["value_columns"], strict=False))

    def open_url(self, pk: Any, number: int) -> str:
        """Return the page of the record in the row ``number``, or its form where there is no page."""
        for method in ("show", "edit"):
            if self.may(method):
                url = endpoint(self.name, method, pk=pk)
                return f"{url}?{self._along}at={self.first_row + number}" if method == "show" and self._walks else url
        return ""

    @property
    def _walks(self) -> bool:
        """True if the record's page leads on to the next row of this list."""
        return hasattr(self.view, "place") and request.endpoint == f"{self.name}.list"

    @cached_property
    def _along(self) -> str:
        query = self.view.list_query(request.query_string.decode())
        return f"{query}&" if query else ""

    @property
    def previews(self) -> bool:
        """True if rows can be looked at beside the list."""
        return hasattr(self.view, "preview_url") or hasattr(self.view, "preview")

    def preview_url(self, pk: Any) -> str:
        maker = getattr(self.view, "preview_url", None)
        if maker:
            return str(maker(pk) or "")
        return endpoint(self.name, "preview", pk=pk) if hasattr(self.view, "preview") else ""

    def inline_url(self, number: int, pk: Any, column: str) -> str:
        """Where a cell of the row ``number`` is changed in the list; empty where it is not."""
        if column not in self._inline_columns:
            return ""
        record = self.args["items"][number]
        return endpoint(self.name, "cell", pk=pk, column=column) if self.view.may_change_cell(record, column) else ""

    @cached_property
    def _inline_columns(self) -> frozenset[str]:
        """The columns that can be changed where they stand, in the list itself and not in another record's tab."""
        columns = getattr(self.view, "inline_columns", ())
        if not columns or "items" not in self.args or self.view.in_tab() or not self.may("cell"):
            return frozenset()
        return frozenset(columns)

    def edit_url(self, pk: Any) -> str:
        return endpoint(self.name, "edit", pk=pk) if self.may("edit") else ""

    def delete_url(self, pk: Any) -> str:
        return endpoint(self.name, "delete", pk=pk) if self.may("delete") else ""

    @property
    def row_tools(self) -> bool:
        """Rows carry their own edit and delete buttons only where there is no record page to do it on."""
        return not self.may("show") and (self.may("edit") or self.may("delete"))

    # --- order, pages ---

    def order_of(self, column: str) -> str:
        """Return "ascending", "descending" or nothing."""
        asked, direction = request.args.get(f"_oc_{self.name}"), request.args.get(f"_od_{self.name}")
        if self.args.get("order"):
            asked, direction = self.args["order"]
        elif asked is None and getattr(self.view, "base_order", None):
            asked, direction = self.view.base_order
        if asked != column:
            return ""
        return "ascending" if direction == "asc" else "descending"

    @property
    def sortable(self) -> list[str]:
        """The shown columns by which the rows can be ordered."""
        return [column for column in self.columns if column in (self.args.get("order_columns") or ())]

    def order_url(self, column: str) -> str:
        direction = "desc" if self.order_of(column) == "ascending" else "asc"
        if not self.order_of(column) and "num" in self.cell_class(column):
            direction = "desc"
        return changed_address({f"_oc_{self.name}": column, f"_od_{self.name}": direction}, drop=[f"page_{self.name}"])

    @property
    def pages(self) -> int:
        return -(-min(self.count, self.counted_to) // self.page_size)

    @property
    def first_row(self) -> int:
        return self.page * self.page_size + 1

    @property
    def last_row(self) -> int:
        return min(self.page * self.page_size + len(self.args["pks"]), max(self.count, 0))

    def page_url(self, page: int) -> str:
        return changed_address({f"page_{self.name}": page or None})

    @property
    def page_numbers(self) -> list[int]:
        first = max(0, min(self.page - PAGES_SHOWN // 2, self.pages - PAGES_SHOWN))
        return list(range(first, min(self.pages, first + PAGES_SHOWN)))

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        return [
            (size, changed_address({f"psize_{self.name}": size}, drop=[f"page_{self.name}"]), size == self.page_size)
            for size in sorted({*PAGE_SIZES, self.page_size})
        ]

    @property
    def count_url(self) -> str:
        """Where the exact number is asked for after the page, when the list stopped counting."""
        return endpoint(self.name, "count") if self.count > self.counted_to and hasattr(self.view, "count") else ""

    @property
    def count_text(self) -> str:
        counted = i18n.format_number(min(self.count, self.counted_to))
        return f"{counted}+" if self.count > self.counted_to else counted
