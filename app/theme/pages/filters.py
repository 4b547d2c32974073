"""The filters of a list: quick ones above it, any column and operator in "More filters", chips of what is in force."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import request

from app.core.i18n import _, listed, ngettext
from app.core.lists import Kept
from app.core.periods import PERIODS
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
    problem: str = ""  # why the filter finds nothing

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
    input: str = "value"


@dataclass(frozen=True)
class SearchField:
    """A column of "More filters": its operators and its input."""

    name: str
    label: str
    operators: list[Operator]
    field: Any
    lookup: str = ""


@dataclass
class QuickState:
    """A quick filter with what is chosen and where each choice leads.

    ``one`` and ``many`` are the parameters of one value and, where several can be chosen, of several.
    """

    filter: QuickFilter
    chosen: tuple[str, ...] = ()
    one: str = ""
    many: str = ""
    first: str = ""
    last: str = ""
    text: str = ""
    links: list[tuple[str, str, str, bool]] = field(default_factory=list)
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

    @cached_property
    def quick(self) -> list[QuickState]:
        return [self._quick_state(entry) for entry in self.option("quick_filters", ())]

    def _quick_state(self, entry: QuickFilter) -> QuickState:
        name, first, last = (f"_flt_{number}_{entry.name}" for number in (entry.op, entry.op_from, entry.op_to))
        if entry.kind == "date":
            start, end = request.args.get(first, ""), request.args.get(last, "")
            text = _("%(first)s to %(last)s", first=start or "…", last=end or "…") if start or end else ""
            clear = changed_address({first: None, last: None}, drop=self._volatile)
            return QuickState(entry, first=start, last=end, text=text, clear_url=clear, keep=self.carried(first, last))
        several = self._number_of(entry.name, "many")
        many = f"_flt_{several}_{entry.name}" if entry.kind == "choice" and several is not None else ""
        chosen = tuple(
            value for value in (*request.args.getlist(name), *request.args.get(many, "").split(",")) if value
        )
        clear = changed_address({name: None}, drop=[*self._volatile, many])
        keep = self.carried(name, many)
        state = QuickState(entry, chosen, name, many, text=listed(chosen), clear_url=clear, keep=keep)
        if entry.kind in ("choice", "bool"):
            choices = [(choice.value, str(choice.label)) for choice in entry.all_choices()]
            if entry.kind == "bool" and not choices:
                choices = [("y", _("Yes")), ("n", _("No"))]
            drop = [*self._volatile, *([many] if many else [])]
            state.links = [(key, text, changed_address({name: key}, drop=drop), key in chosen) for key, text in choices]
            words = dict(choices)
            state.text = listed(words.get(value, value) for value in chosen)
        elif entry.text_of is not None and chosen:
            state.text = entry.text_of(chosen[0])
        return state

    def _known(self) -> dict[str, list[Any]]:
        filters = self._search.get("filters")
        return filters.get_search_filters() if filters else {}

    def _number_of(self, column: str, wanted: str) -> int | None:
        """The number of the column's operator that takes such an input."""
        inputs = [getattr(flt, "input", "value") for flt in self._known().get(column, ())]
        return inputs.index(wanted) if wanted in inputs else None

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters in force, in words."""
        chips = []
        if self.query:
            chips.append(Chip(_("Search"), "", self.query, changed_address({"q": None}, drop=self._volatile)))
        quick = {state.filter.name: state for state in self.quick}
        asked = list(request.args)

        def place(pair: tuple[Any, Any]) -> int:
            ending = f"_{pair[0].column_name}"
            return next((number for number, name in enumerate(asked) if name.endswith(ending)), len(asked))

        # FAB reads the address in no order.
        for flt, values in sorted(self.args["filters"].get_filters_values(), key=place):
            if not flt.is_related_view:
                chips += [
                    self._chip(flt, str(value), quick.get(flt.column_name))
                    for value in (values if isinstance(values, list) else [values])
                ]
        return chips

    def _chip(self, flt: Any, value: str, state: QuickState | None) -> Chip:
        column, kind = flt.column_name, getattr(flt, "input", "value")
        label = str(state.filter.label) if state else self.label(column)
        problem = flt.problem(value) if hasattr(flt, "problem") else ""
        remove = self._without(column, value)
        if kind == "empty":
            empty = value.lower() in YES
            return Chip(label, _("is empty") if empty else _("is not empty"), "", remove)
        # "Status: archived" says that it is; everything else says how it compares.
        operator = "" if flt.arg_name == "eq" or kind == "many" else _(str(flt.name))
        if kind == "days":
            count = int(value) if value.isdecimal() and len(value) < 6 else 0
            words = ngettext("in the last %(num)d day", "in the last %(num)d days", count)
            if flt.arg_name == "next":
                words = ngettext("in the next %(num)d day", "in the next %(num)d days", count)
            return Chip(label, "", words if count else value, remove, problem)
        if kind == "period":
            words = str(PERIODS[value][0]) if value in PERIODS else value
            return Chip(label, "", words, remove, problem)
        if kind == "between":
            first, _dots, last = value.partition("..")
            words = _("%(first)s to %(last)s", first=first or "…", last=last or "…")
            return Chip(label, "", words, remove, problem)
        if state is not None and state.filter.text_of is not None and flt.arg_name == "eq" and state.text:
            return Chip(label, "", state.text, remove, problem)
        parts = value.split(",") if kind == "many" else [value]
        shown = listed(self._value_text(column, part) for part in parts)
        return Chip(label, operator, shown, remove, problem)

    @property
    def problems(self) -> list[str]:
        """Why filters find nothing, as sentences."""
        return [f"{chip.text} – {chip.problem}" for chip in self.chips if chip.problem]

    def _without(self, column: str, value: str) -> str:
        pairs = [
            (name, item)
            for name, item in request.args.items(multi=True)
            if not (name.startswith("_flt_") and name.endswith(f"_{column}") and item == value)
            and name not in self._volatile
        ]
        if not pairs and self.kept.default:
            pairs = [("view", "all")]
        return f"{request.script_root}{request.path}" + (f"?{urlencode(pairs)}" if pairs else "")

    def _choices(self, column: str) -> dict[str, Any]:
        form = self._search.get("form")
        choices = getattr(form[column], "choices", None) if form is not None and column in form else None
        return {} if not choices or callable(choices) else {str(key): text for key, text, *_more in choices}

    def _value_text(self, column: str, value: str) -> str:
        say = getattr(self.view, "filter_value_text", None)
        if say is not None and (text := say(column, value)):
            return str(text)
        choices = self._choices(column)
        if choices:
            return str(choices.get(value, value))
        return {"y": _("Yes"), "n": _("No")}.get(value, value)

    @property
    def filtered(self) -> bool:
        return bool(self.chips)

    @cached_property
    def search_fields(self) -> list[SearchField]:
        """The columns of "More filters"."""
        form, filters = self._search.get("form"), self._search.get("filters")
        if form is None or filters is None:
            return []
        known = filters.get_search_filters()
        lookups = {entry.name: entry.lookup for entry in self.option("quick_filters", ()) if entry.kind == "remote"}
        return [
            SearchField(
                name, self.label(name), self._operators(name, known[name], lookups), form[name], lookups.get(name, "")
            )
            for name in self._search["include_cols"]
            if name in known and name in form
        ]

    def _operators(self, column: str, filters: list[Any], lookups: dict[str, str]) -> list[Operator]:
        """What is offered: of a key only whether it is a certain one, of choices only which."""
        offered = [
            Operator(number, _(str(flt.name)), getattr(flt, "input", "value")) for number, flt in enumerate(filters)
        ]
        if column in lookups:
            names = {"eq", "neq", "empty"}
        elif self._choices(column):
            names = {"eq", "neq", "in", "empty"}
        else:
            names = {flt.arg_name for flt in filters} - {"in"}
        return [entry for entry, flt in zip(offered, filters, strict=True) if flt.arg_name in names]

    @property
    def periods(self) -> list[tuple[str, str]]:
        """The periods a day can be in."""
        return [(name, str(label)) for name, (label, _span) in PERIODS.items()]

    @property
    def active_rows(self) -> list[tuple[str, int, str, str]]:
        """The filters in force as (column, number of the operator, value, its words) for the form of "More filters"."""
        rows: list[tuple[str, int, str, str]] = []
        words = {state.filter.name: state.text for state in self.quick if state.filter.kind == "remote"}
        known = self._known()
        for flt, values in self.args["filters"].get_filters_values():
            options = [type(option) for option in known.get(flt.column_name, [])]
            if flt.is_related_view or type(flt) not in options:
                continue
            number = options.index(type(flt))
            rows.extend(
                (flt.column_name, number, str(value), words.get(flt.column_name, ""))
                for value in (values if isinstance(values, list) else [values])
            )
        return rows
