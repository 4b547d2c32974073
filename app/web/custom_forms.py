"""The inputs of added fields: hung into a form for one request, and read back as the ``custom`` values."""

from __future__ import annotations

from typing import Any

from app.core.custom_fields import LONGEST_TEXT, Definition, FieldType, definitions
from app.core.database import db
from app.core.i18n import format_day, format_money, format_number, parse_day, parse_decimal
from app.theme import cells
from app.theme.fields import ChoiceField, DayField, MoneyField, NumberField, TextField, YesNoField
from app.theme.widgets import Fact


def with_custom_fields(form_class: type[Any], kind: str) -> type[Any]:
    """``form_class`` with an input for each added field of ``kind``; itself when there are none."""
    fields = definitions(db.session(), kind)
    if not fields:
        return form_class
    return type(form_class.__name__, (form_class,), {field.name: _input(field) for field in fields})


def custom_names(kind: str) -> list[str]:
    """The names of the inputs, in their order."""
    return [field.name for field in definitions(db.session(), kind)]


def fill(form: Any, kind: str, stored: dict[str, Any] | None) -> None:
    """Show a record's values in its form."""
    for field in definitions(db.session(), kind):
        value = (stored or {}).get(field.key)
        if value is not None and field.name in form:
            form[field.name].process_data(_typed(field, value))


def custom_values(form: Any, kind: str) -> dict[str, Any]:
    """What was entered into the inputs, by key, for the service."""
    return {field.key: form[field.name].data for field in definitions(db.session(), kind) if field.name in form}


def custom_facts(kind: str, stored: dict[str, Any] | None) -> list[Fact]:
    """The values of a record as facts of its page."""
    return [
        Fact(field.label, _shown(field, (stored or {}).get(field.key))) for field in definitions(db.session(), kind)
    ]


def _input(field: Definition) -> Any:
    options: dict[str, Any] = {"required": field.required}
    match field.type:
        case FieldType.number:
            return NumberField(field.label, least=0, places=4, **options)
        case FieldType.money:
            return MoneyField(field.label, **options)
        case FieldType.day:
            return DayField(field.label, **options)
        case FieldType.choice:
            return ChoiceField(field.label, choices=field.options, **options)
        case FieldType.yes_no:
            return YesNoField(field.label)
    return TextField(field.label, longest=LONGEST_TEXT, **options)


def _typed(field: Definition, value: Any) -> Any:
    try:
        if field.type in (FieldType.number, FieldType.money):
            return parse_decimal(str(value))
        return parse_day(str(value)) if field.type is FieldType.day else value
    except ValueError:
        return None  # an imported value that the field's type cannot show; saving the form replaces it


def _shown(field: Definition, value: Any) -> Any:
    value = _typed(field, value) if value is not None else None
    if value is None:
        return ""
    match field.type:
        case FieldType.number:
            return format_number(value)
        case FieldType.money:
            return format_money(value)
        case FieldType.day:
            return format_day(value)
        case FieldType.choice:
            return dict(field.options()).get(value, value)
        case FieldType.yes_no:
            return cells.yes_no(value)
    return value
