"""The inputs of "More filters", by the type of each column; nothing is loaded into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_appbuilder.forms import DynamicForm
from wtforms import SelectField, StringField
from wtforms.fields import DateField

from app.core.i18n import _

Choices = Callable[[], Iterable[tuple[str, Any]]]


def search_form(
    datamodel: Any, columns: Iterable[str], labels: Mapping[str, Any], choices: Mapping[str, Choices]
) -> type[DynamicForm]:
    """A form with one input per column; ``choices`` names the columns with a list of values."""
    fields = {name: _field(datamodel, name, labels.get(name, name), choices.get(name)) for name in columns}
    return type("SearchForm", (DynamicForm,), fields)


def _field(datamodel: Any, name: str, label: Any, choices: Choices | None) -> Any:
    if choices is not None:
        return SelectField(label, choices=lambda: [("", ""), *choices()])
    if datamodel.is_boolean(name):
        return SelectField(label, choices=lambda: [("", ""), ("y", _("Yes")), ("n", _("No"))])
    if datamodel.is_date(name) or datamodel.is_datetime(name):
        return DateField(label)
    return StringField(label)
