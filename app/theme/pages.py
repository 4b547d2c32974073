"""What the templates of lists, record pages and forms show, worked out from a view and the request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.routing import BuildError

from app.core import i18n
from app.core.i18n import _
from app.theme import cells
from app.theme.widgets import QuickFilter, RecordHead, SavedView, Tab

# CrmInterface counts no further; the list then says "10,000+".
COUNT_CAP = 10_000
PAGE_SIZES = (25, 50, 100, 200)
PAGES_SHOWN = 5


def _here(changes: dict[str, Sequence[str] | str | int | None], drop: Iterable[str] = ()) -> str:
    """Return this page's address with some of its parameters changed or dropped."""
    args: MultiDict[str, str] = MultiDict(request.args)
    for name in drop:
        args.pop(name, None)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None:
            args.setlist(name, [str(part) for part in (value if isinstance(value, (list, tuple)) else [value])])
    query = urlencode(list(args.items(multi=True)))
    return f"{request.script_root}{request.path}" + (f"?{query}" if query else "")


def _endpoint(view_name: str, method: str, **values: Any) -> str:
    try:
        return url_for(f"{view_name}.{method}", **values)
    except BuildError:
        return ""


def _find_view(name: str) -> Any:
    views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
    return next((view for view in views if type(view).__name__ == name), None)


def _may(view: Any, method: str) -> bool:
    """Return True if the person may use ``method`` of ``view`` and the view has it."""
    if view is None or not hasattr(view, method) or method in view.exclude_route_methods:
        return False
    if view.include_route_methods is not None and method not in view.include_route_methods:
        return False
    permission = f"can_{view.get_method_permission(method)}"
    manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
    return permission in view.base_permissions and bool(manager.has_access(permission, view.class_permission_name))


@dataclass(frozen=True)
class Chip:
    """A filter in force, with the address of the list without it."""

    label: str
    operator: str
    value: str
    remove_url: str

    @property
    def text(self) -> str:
        return _("%(label)s: %(value)s", label=self.label, value=self.value) if self.value else self.label


@dataclass(frozen=True)
class Operator:
    number: int
    label: str


@dataclass(frozen=True)
class SearchField:
    """A column of "More filters": its operators and its input."""

    name: str
    label: str
    operators: list[Operator]
    field: Any


@dataclass
class QuickState:
    """A quick filter with what is chosen and where each choice leads."""

    filter: QuickFilter
    chosen: str = ""
    first: str = ""
    last: str = ""
    text: str = ""
    links: list[tuple[str, str, bool]] = field(default_factory=list)
    clear_url: str = ""
    keep: list[tuple[str, str]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        return bool(self.chosen or self.first or self.last)


class ListPage:
    """One list: what stands above it, in it and below it."""

    def __init__(self, args: dict[str, Any], search: dict[str, Any]) -> None:
        self.args = args
        self.name: str = self.args["modelview_name"]
        self.view: Any = self.args.get("view") or _find_view(self.name)
        self._search = search
        self.count: int = self.args.get("count") or 0
        self.page: int = max(self.args.get("page") or 0, 0)
        self.page_size: int = self.args.get("page_size") or PAGE_SIZES[0]
        self.columns: list[str] = list(self.args["include_columns"])
        self.form_id = f"bulk-{self.name}"

    def option(self, name: str, default: Any = None) -> Any:
        """Return an optional attribute of the view; a method is called without arguments."""
        value = getattr(self.view, name, None)
        if value is None:
            return default
        return value() if callable(value) else value

    # --- what the person may do ---

    def may(self, method: str) -> bool:
        return _may(self.view, method)

    @property
    def add_url(self) -> str:
        if not self.may("add"):
            return ""
        related = {
            f"_flt_0_{flt.column_name}": value
            for flt, value in self.args["filters"].get_filters_values()
            if flt.is_related_view
        }
        return _endpoint(self.name, "add", **related)

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
        return _endpoint(self.name, "action_post")

    @property
    def bulk_moves(self) -> list[Any]:
        return list(self.option("bulk_moves", ()))

    @property
    def selectable(self) -> bool:
        return self.count > 0 and bool(self.actions or self.bulk_moves)

    # --- columns and cells ---

    def label(self, column: str) -> str:
        return str(self.args["label_columns"].get(column, column))

    def cell(self, row: dict[str, Any], column: str) -> Any:
        formatter = self.args["formatters_columns"].get(column)
        value = row[column]
        return formatter(value) if formatter else cells.show_value(value)

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

    @property
    def rows(self) -> list[tuple[Any, dict[str, Any]]]:
        return list(zip(self.args["pks"], self.args["value_columns"], strict=False))

    def open_url(self, pk: Any) -> str:
        """Return the record's page, or its form where there is no page."""
        for method in ("show", "edit"):
            if self.may(method):
                return _endpoint(self.name, method, pk=pk)
        return ""

    @property
    def previews(self) -> bool:
        """True if rows can be looked at beside the list."""
        return hasattr(self.view, "preview_url") or hasattr(self.view, "preview")

    def preview_url(self, pk: Any) -> str:
        maker = getattr(self.view, "preview_url", None)
        if maker:
            return str(maker(pk) or "")
        return _endpoint(self.name, "preview", pk=pk) if hasattr(self.view, "preview") else ""

    def edit_url(self, pk: Any) -> str:
        return _endpoint(self.name, "edit", pk=pk) if self.may("edit") else ""

    def delete_url(self, pk: Any) -> str:
        return _endpoint(self.name, "delete", pk=pk) if self.may("delete") else ""

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

    def order_url(self, column: str) -> str:
        direction = "desc" if self.order_of(column) == "ascending" else "asc"
        if not self.order_of(column) and "num" in self.cell_class(column):
            direction = "desc"
        return _here({f"_oc_{self.name}": column, f"_od_{self.name}": direction}, drop=[f"page_{self.name}"])

    @property
    def pages(self) -> int:
        return -(-min(self.count, COUNT_CAP) // self.page_size)

    @property
    def first_row(self) -> int:
        return self.page * self.page_size + 1

    @property
    def last_row(self) -> int:
        return min(self.page * self.page_size + len(self.args["pks"]), max(self.count, 0))

    def page_url(self, page: int) -> str:
        return _here({f"page_{self.name}": page or None})

    @property
    def page_numbers(self) -> list[int]:
        first = max(0, min(self.page - PAGES_SHOWN // 2, self.pages - PAGES_SHOWN))
        return list(range(first, min(self.pages, first + PAGES_SHOWN)))

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        return [
            (size, _here({f"psize_{self.name}": size}, drop=[f"page_{self.name}"]), size == self.page_size)
            for size in sorted({*PAGE_SIZES, self.page_size})
        ]

    @property
    def count_url(self) -> str:
        """Where the exact number is asked for after the page, when the list stopped counting."""
        return _endpoint(self.name, "count") if self.count > COUNT_CAP and hasattr(self.view, "count") else ""

    @property
    def count_text(self) -> str:
        return f"{COUNT_CAP:,}+" if self.count > COUNT_CAP else i18n.format_number(self.count)

    # --- filters ---

    @property
    def query(self) -> str:
        """What was typed into the list's own search box."""
        return request.args.get("q", "").strip()

    @property
    def search_box(self) -> str:
        return str(self.option("search_box", "") or "")

    @property
    def _volatile(self) -> list[str]:
        return [f"page_{self.name}"]

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Return the parameters a filter form must carry along."""
        gone = {*without, *self._volatile}
        return [(name, value) for name, value in request.args.items(multi=True) if name not in gone]

    @property
    def clear_url(self) -> str:
        """The list without any filter, in the same order and page size."""
        stay = {f"_oc_{self.name}", f"_od_{self.name}", f"psize_{self.name}"}
        return _here({}, drop=[name for name in request.args if name not in stay])

    @property
    def quick(self) -> list[QuickState]:
        return [self._quick_state(entry) for entry in self.option("quick_filters", ())]

    def _quick_state(self, entry: QuickFilter) -> QuickState:
        name, first, last = (f"_flt_{number}_{entry.name}" for number in (entry.op, entry.op_from, entry.op_to))
        if entry.kind == "date":
            start, end = request.args.get(first, ""), request.args.get(last, "")
            text = _("%(first)s to %(last)s", first=start or "…", last=end or "…") if start or end else ""
            clear = _here({first: None, last: None}, drop=self._volatile)
            return QuickState(entry, first=start, last=end, text=text, clear_url=clear, keep=self.kept(first, last))
        chosen = request.args.get(name, "")
        clear = _here({name: None}, drop=self._volatile)
        state = QuickState(entry, chosen=chosen, text=chosen, clear_url=clear, keep=self.kept(name))
        if entry.kind in ("choice", "bool"):
            choices = [(choice.value, str(choice.label)) for choice in entry.all_choices()]
            if entry.kind == "bool" and not choices:
                choices = [("y", _("Yes")), ("n", _("No"))]
            state.links = [(text, _here({name: key}, drop=self._volatile), key == chosen) for key, text in choices]
            state.text = dict(choices).get(chosen, chosen)
        elif entry.text_of is not None and chosen:
            state.text = entry.text_of(chosen)
        return state

    @property
    def chips(self) -> list[Chip]:
        """The filters in force, quick filters in their own words."""
        chips = []
        if self.query:
            chips.append(Chip(_("Search"), "", self.query, _here({"q": None}, drop=self._volatile)))
        quick = {state.filter.name: state for state in self.quick}
        for flt, values in self.args["filters"].get_filters_values():
            if flt.is_related_view:
                continue
            for value in values if isinstance(values, list) else [values]:
                state = quick.get(flt.column_name)
                shown = self._value_text(flt.column_name, str(value))
                operator = _(str(flt.name))
                if state is not None and state.chosen == str(value) and state.text:
                    shown, operator = state.text, ""
                label = str(state.filter.label) if state else self.label(flt.column_name)
                label = f"{label} {operator}".strip() if operator and not state else label
                if state is not None and state.filter.kind == "date":
                    label = f"{label} {operator}"
                chips.append(Chip(label, operator, shown, self._without(flt.column_name, str(value))))
        return chips

    def _without(self, column: str, value: str) -> str:
        pairs = [
            (name, item)
            for name, item in request.args.items(multi=True)
            if not (name.startswith("_flt_") and name.endswith(f"_{column}") and item == value)
            and name not in self._volatile
        ]
        return f"{request.script_root}{request.path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def _value_text(self, column: str, value: str) -> str:
        say = getattr(self.view, "filter_value_text", None)
        if say is not None and (text := say(column, value)):
            return str(text)
        form = self._search.get("form")
        if form is not None and column in form:
            choices = getattr(form[column], "choices", None)
            if choices and not callable(choices):
                return str(dict((str(key), text) for key, text, *_more in choices).get(value, value))
        return {"y": _("Yes"), "n": _("No")}.get(value, value)

    @property
    def filtered(self) -> bool:
        return bool(self.chips)

    @property
    def search_fields(self) -> list[SearchField]:
        """The columns of "More filters"."""
        form, filters = self._search.get("form"), self._search.get("filters")
        if form is None or filters is None:
            return []
        known = filters.get_search_filters()
        return [
            SearchField(
                name,
                self.label(name),
                [Operator(number, _(str(flt.name))) for number, flt in enumerate(known[name])],
                form[name],
            )
            for name in self._search["include_cols"]
            if name in known and name in form
        ]

    @property
    def active_rows(self) -> list[tuple[str, int, str]]:
        """The filters in force as (column, number of the operator, value), for the form of "More filters"."""
        rows = []
        known = self._search["filters"].get_search_filters() if self._search.get("filters") else {}
        for flt, values in self.args["filters"].get_filters_values():
            options = [type(option) for option in known.get(flt.column_name, [])]
            if flt.is_related_view or type(flt) not in options:
                continue
            number = options.index(type(flt))
            rows.extend((flt.column_name, number, str(v)) for v in (values if isinstance(values, list) else [values]))
        return rows

    @property
    def saved_views(self) -> list[SavedView]:
        return list(self.option("saved_views", ()))


class RecordPage:
    """One record: head, facts and what is related to it."""

    def __init__(self, args: dict[str, Any], title: Any, related_views: Sequence[Any] = ()) -> None:
        self.args = args
        self.name: str = self.args["modelview_name"]
        self.view: Any = self.args.get("view") or _find_view(self.name)
        self.item: Any = self.args.get("item")
        self.pk: Any = self.args["pk"]
        self._title = title
        self._related = list(related_views or ())

    @property
    def head(self) -> RecordHead:
        maker = getattr(self.view, "record_head", None)
        if maker is not None and self.item is not None:
            head: RecordHead = maker(self.item)
            return head
        list_url = _endpoint(self.name, "list") if _may(self.view, "list") else ""
        moves = getattr(self.view, "move_buttons", None)
        return RecordHead(
            title=str(self.item if self.item is not None else self._title),
            moves=list(moves(self.item)) if moves is not None and self.item is not None else [],
            back_url=list_url,
            back_label=getattr(self.view, "list_title", "") if list_url else "",
            edit_url=_endpoint(self.name, "edit", pk=self.pk) if self._own_page and _may(self.view, "edit") else "",
            delete_url=_endpoint(self.name, "delete", pk=self.pk)
            if self._own_page and _may(self.view, "delete")
            else "",
        )

    @property
    def _own_page(self) -> bool:
        """False where FAB shows one's own user through the user view: changing it is an action of its own."""
        return request.endpoint == f"{self.name}.show"

    @property
    def actions(self) -> list[tuple[Any, str]]:
        """FAB actions on one record, as (action, address)."""
        manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
        found = []
        for action in (self.args.get("actions") or {}).values():
            if action is None or not action.single:
                continue
            permission = self.view.get_action_permission_name(action.name)
            if manager.has_access(permission, self.view.class_permission_name):
                found.append((action, _endpoint(self.name, "action", name=action.name, pk=self.pk)))
        return [(action, url) for action, url in found if url]

    @property
    def groups(self) -> list[tuple[str, bool, list[tuple[str, Any]]]]:
        """The facts as (title, open, [(label, value)])."""
        sets = self.args.get("fieldsets") or [(None, {"fields": self.args["include_columns"]})]
        return [
            (
                str(title) if title else _("Details"),
                options.get("expanded") is not False,
                [self._fact(name) for name in options["fields"] if name in self.args["include_columns"]],
            )
            for title, options in sets
        ]

    def _fact(self, name: str) -> tuple[str, Any]:
        value = self.args["value_columns"][self.args["include_columns"].index(name)]
        formatter = self.args["formatters_columns"].get(name)
        shown = formatter(value) if formatter else cells.show_value(value)
        return str(self.args["label_columns"].get(name, name)), shown if str(shown) else Markup("")

    @property
    def tabs(self) -> list[Tab]:
        maker = getattr(self.view, "record_tabs", None)
        return list(maker(self.item)) if maker is not None and self.item is not None else []

    @property
    def related(self) -> list[Any]:
        """FAB's related views, drawn at once; views with ``record_tabs`` load theirs by address instead."""
        return [] if self.tabs else self._related


@dataclass(frozen=True)
class FormGroup:
    title: str
    open: bool
    fields: list[Any]


class FormPage:
    """A form in groups, with a summary of what has to be changed."""

    def __init__(self, args: dict[str, Any]) -> None:
        self.form = args["form"]
        self._columns = list(args.get("include_cols") or ())
        self._left_out = set(args.get("exclude_cols") or ())
        self._sets = args.get("fieldsets") or []

    @property
    def groups(self) -> list[FormGroup]:
        sets = self._sets or [("", {"fields": self._columns})]
        groups = []
        for title, options in sets:
            found = [self.form[name] for name in options["fields"] if name not in self._left_out and name in self.form]
            shown = [entry for entry in found if not self._hidden(entry)]
            failed = any(entry.errors for entry in shown)
            if shown:
                groups.append(FormGroup(str(title or ""), failed or options.get("expanded") is not False, shown))
        return groups

    @staticmethod
    def _hidden(entry: Any) -> bool:
        return entry.type in ("HiddenField", "CSRFTokenField") or getattr(entry.widget, "input_type", "") == "hidden"

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What has to be changed, as (input's id, label, sentence); whole-form sentences have no id."""
        found = [("", "", str(text)) for text in getattr(self.form, "form_errors", ())]
        for entry in self.form:
            for text in entry.errors:
                hidden = self._hidden(entry)
                found.append(("" if hidden else entry.id, "" if hidden else str(entry.label.text), _first(text)))
        return found

    @property
    def has_required(self) -> bool:
        return any(getattr(entry.flags, "required", False) for entry in self.form)


def _first(text: Any) -> str:
    return str(text[0] if isinstance(text, (list, tuple)) and text else text)


def _args_of(widget: Any) -> dict[str, Any]:
    """Return the arguments of a FAB widget, or the mapping a template made of them."""
    if widget is None:
        return {}
    found: dict[str, Any] = getattr(widget, "template_args", widget)
    return found


def list_page(list_widget: Any, search_widget: Any = None) -> ListPage:
    """Return what the list template shows."""
    return ListPage(_args_of(list_widget), _args_of(search_widget))


def record_page(show_widget: Any, title: Any, related_views: Sequence[Any] = ()) -> RecordPage:
    """Return what the record template shows."""
    return RecordPage(_args_of(show_widget), title, related_views)


def form_page(**args: Any) -> FormPage:
    """Return what the form template shows; the arguments are those of FAB's form widget."""
    return FormPage(args)
