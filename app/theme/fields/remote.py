"""A choice out of a table that may be large."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import request
from markupsafe import Markup

from app.core.i18n import _
from app.theme import inputs
from app.theme.fields.base import Label, TypedField


class RemoteSelectField(TypedField):
    """One row of another table, found by typing; only the chosen row is ever loaded.

    ``lookup`` names ``GET /lookup/<lookup>?q=``. ``row(pk)`` returns the row the person may see, or None; ``text_of(row)``
    says how it reads. The field's value is the row's id, or with ``as_row`` the row itself. ``within`` names the field
    of the same form that the rows belong to: only the chosen customer's contacts are offered.
    """

    def __init__(
        self,
        label: Label = None,
        validators: Sequence[Any] = (),
        *,
        lookup: str,
        row: Callable[[str], Any],
        text_of: Callable[[Any], str] = str,
        query: str = "",
        within: str = "",
        as_row: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.lookup, self.row, self.text_of, self.query, self.as_row = lookup, row, text_of, query, as_row
        self.within = within
        self.chosen: Any = None

    def process_data(self, value: Any) -> None:
        self.chosen = value if hasattr(value, "id") else None if value in (None, "") else self.row(str(value))
        self.data = self._as_data(value)

    def _as_data(self, value: Any) -> Any:
        if self.as_row:
            return self.chosen
        return getattr(value, "id", value) if value not in (None, "") else None

    def read(self, text: str) -> Any:
        self.chosen = self.row(text)
        if self.chosen is None:
            raise ValueError(_("Not a valid choice"))
        return self.chosen if self.as_row else self.chosen.id

    def process_formdata(self, valuelist: list[str]) -> None:
        self.chosen = None
        super().process_formdata(valuelist)

    def text(self) -> str:
        """Return how the chosen row reads."""
        return str(self.text_of(self.chosen)) if self.chosen is not None else ""

    def _value(self) -> str:
        return str(self.chosen.id) if self.chosen is not None else ""

    def draw(self, given: dict[str, Any]) -> Markup:
        address = f"{request.script_root}/lookup/{self.lookup}" + (f"?{self.query}" if self.query else "")
        hidden = {"type": "hidden", "name": given.pop("name"), "value": self._value()}
        given["class"] = inputs.classes(given, "form-control")
        box = {"type": "text", "value": self.text(), "role": "combobox", "aria-expanded": "false"}
        box |= {"aria-autocomplete": "list", "autocomplete": "off", "placeholder": _("Type to search")}
        outer = {"class": "rsel-box", "data-remote": address}
        if self.within:
            outer["data-within"] = self.within
            # Where the chosen row belongs to: it stays when the person chooses just that one.
            outer["data-of"] = getattr(self.chosen, self.within, None) or ""
        return Markup("<div {}><input {}><input {}></div>").format(
            inputs.params(outer), inputs.params(hidden), inputs.params(box | given)
        )
