"""A form in groups, with a summary of what has to be changed."""

from dataclasses import dataclass
from typing import Any


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
        shown = [entry for group in self.groups for entry in group.fields]
        for entry in [*shown, *(entry for entry in self.form if entry not in shown)]:
            for text in entry.errors:
                hidden = self._hidden(entry)
                found.append(("" if hidden else entry.id, "" if hidden else str(entry.label.text), _first(text)))
        return found

    @property
    def has_required(self) -> bool:
        return any(getattr(entry.flags, "required", False) for entry in self.form)


def _first(text: Any) -> str:
    return str(text[0] if isinstance(text, (list, tuple)) and text else text)
