"""The filters of a list: quick ones above it, any column and operator in "More filters", chips of what is in force."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import request

from app.core.i18n import _
from app.core.lists import Kept
from app.theme.pages.addresses import changed_address
from app.theme.widgets import QuickFilter


YES = {"", "y", "1", "true"}


@dataclass(frozen=True)
class Chip:
    """A filter in force, with the address of the list without it."""

    label: str
    operator: str
    value: str
    remove_url: str

    @property
    def text(self) -> str:
        if self.operator:
            return _(
                "%(label)s %(operator)s %(value)s", label=self.label, operator=self.operator, value=self.value
            ).strip()
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


class Filters:
    """The filter half of a list page; the others give it ``name``, ``view``, ``args`` and ``kept``."""

    name: str
    view: Any
    args: dict[str, Any]
    kept: Kept
    _search: dict[str, Any]

    def option(self, name: str, default: Any = None) -> Any:
        """Return an optional attribute of the view; a method is called without arguments."""
        value = getattr(self.view, name, None)
        if value is None:
            return default
        return value() if callable(value) else value

    def label(self, column: str) -> str:
        return str(self.args["label_columns"].get(column, column))

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

    def carried(self, *without: str) -> list[tuple[str, str]]:
        """Return the parameters a filter form must carry along."""
        gone = {*without, *self._volatile}
        return [(name, value) for name, value in request.args.items(multi=True) if name not in gone]

    @property
    def clear_url(self) -> str:
        """The list without any filter, in the same order and page size."""
        stay = {f"_oc_{self.name}", f"_od_{self.name}", f"psize_{self.name}"}
        # Without parameters the list would open with the view chosen for it.
        every: dict[str, Any] = {"view": "all"} if self.kept.default else {}
        return changed_address(every, drop=[name for name in request.args if name not in stay])

    @property
    def quick(self) -> list[QuickState]:
        return [self._quick_state(entry) for entry in self.option("quick_filters", ())]

    def _quick_state(self, entry: QuickFilter) -> QuickState:
        name, first, last = (f"_flt_{number}_{entry.name}" for number in (entry.op, entry.op_from, entry.op_to))
        if entry.kind == "date":
            start, end = request.args.get(first, ""), request.args.get(last, "")
            text = _("%(first)s to %(last)s", first=start or "…", last=end or "…") if start or end else ""
            clear = changed_address({first: None, last: None}, drop=self._volatile)
            return QuickState(entry, first=start, last=end, text=text, clear_url=clear, keep=self.carried(first, last))
        chosen = request.args.get(name, "")
        clear = changed_address({name: None}, drop=self._volatile)
        state = QuickState(entry, chosen=chosen, text=chosen, clear_url=clear, keep=self.carried(name))
        if entry.kind in ("choice", "bool"):
            choices = [(choice.value, str(choice.label)) for choice in entry.all_choices()]
            if entry.kind == "bool" and not choices:
                choices = [("y", _("Yes")), ("n", _("No"))]
            state.links = [
                (text, changed_address({name: key}, drop=self._volatile), key == chosen) for key, text in choices
            ]
            state.text = dict(choices).get(chosen, chosen)
        elif entry.text_of is not None and chosen:
            state.text = entry.text_of(chosen)
        return state

    @property
    def chips(self) -> list[Chip]:
        """The filters in force, quick filters in their own words."""
        chips = []
        if self.query:
            chips.append(Chip(_("Search"), "", self.query, changed_address({"q": None}, drop=self._volatile)))
        quick = {state.filter.name: state for state in self.quick}
        for flt, values in self.args["filters"].get_filters_values():
            if flt.is_related_view:
                continue
            for value in values if isinstance(values, list) else [values]:
                state = quick.get(flt.column_name)
                shown = self._value_text(flt.column_name, str(value))
                # "Status: archived" says that it is; everything else says how it compares.
                operator = "" if flt.arg_name == "eq" else _(str(flt.name))
                if state is not None and not operator and state.chosen == str(value) and state.text:
                    shown = state.text
                if flt.arg_name == "empty":
                    operator, shown = (_("is empty"), "") if str(value).lower() in YES else (_("is not empty"), "")
                label = str(state.filter.label) if state else self.label(flt.column_name)
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
                return str({str(key): text for key, text, *_more in choices}.get(value, value))
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
        rows: list[tuple[str, int, str]] = []
        known = self._search["filters"].get_search_filters() if self._search.get("filters") else {}
        for flt, values in self.args["filters"].get_filters_values():
            options = [type(option) for option in known.get(flt.column_name, [])]
            if flt.is_related_view or type(flt) not in options:
                continue
            number = options.index(type(flt))
            rows.extend((flt.column_name, number, str(v)) for v in (values if isinstance(values, list) else [values]))
        return rows
