"""HTML inputs for every form field of WTForms, Flask-AppBuilder and :mod:`app.theme.fields`.

FAB's own widgets bring Bootstrap 3 and pickers that do not work; templates call :func:`field_input` instead.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from markupsafe import Markup
from wtforms import Field, fields
from wtforms.utils import unset_value
from wtforms.widgets import html_params

from app.core.i18n import _, to_local

# More choices than these are a list to scroll, not boxes to tick.
MOST_BOXES = 24
NO_CHOICE = "__None"


def field_input(field: Field, **attrs: Any) -> Markup:
    """Return the input of ``field`` in our style; ``attrs`` (name, id …) win over the field's own."""
    given = {**(field.render_kw or {}), **attrs}
    given.setdefault("id", field.id)
    given.setdefault("name", field.name)
    if field.errors:
        given["aria-invalid"] = "true"
    described = [part for part, wanted in (("error", field.errors), ("help", field.description)) if wanted]
    if described:
        given.setdefault("aria-describedby", " ".join(f"{given['id']}-{part}" for part in described))
    if getattr(field.flags, "required", False):
        given.setdefault("required", True)
    for flag in ("maxlength", "minlength", "min", "max", "step"):
        if getattr(field.flags, flag, None) is not None:
            given.setdefault(flag, getattr(field.flags, flag))
    return _maker_of(field)(field, given)


def _maker_of(field: Field) -> Callable[[Field, dict[str, Any]], Markup]:
    own = getattr(field, "draw", None)
    if own is not None:
        return lambda _field, given: own(given)
    widget_type = getattr(field.widget, "input_type", "")
    if isinstance(field, fields.HiddenField) or widget_type == "hidden":
        return plain("hidden")
    for kinds, maker in _MAKERS:
        if isinstance(field, kinds):
            return maker
    if hasattr(field, "iter_choices"):
        return many if getattr(field.widget, "multiple", False) or _is_multiple(field) else select
    if hasattr(field.widget, "rows") or type(field.widget).__name__.endswith(("TextArea", "TextAreaFieldWidget")):
        return textarea
    return plain(widget_type if widget_type in {"email", "tel", "url", "search", "password"} else "text")


def _is_multiple(field: Field) -> bool:
    return "Multiple" in type(field).__name__


def classes(given: dict[str, Any], base: str) -> str:
    bad = " is-bad" if given.get("aria-invalid") else ""
    return f"{base}{bad} {given.pop('class', '')}".strip()


def _text_of(field: Field) -> str:
    reader = getattr(field, "_value", None)
    if reader is not None:
        return str(reader() or "")
    return "" if field.data in (None, unset_value) else str(field.data)


def plain(kind: str) -> Callable[[Field, dict[str, Any]], Markup]:
    def make(field: Field, given: dict[str, Any]) -> Markup:
        if kind == "hidden":
            for noise in ("aria-invalid", "aria-describedby", "required"):
                given.pop(noise, None)
            return Markup("<input {}>").format(params({"type": "hidden", "value": _text_of(field), **given}))
        given["class"] = classes(given, "form-control")
        value = "" if kind == "password" else _text_of(field)
        return Markup("<input {}>").format(params({"type": kind, "value": value, **given}))

    return make


def _password(field: Field, given: dict[str, Any]) -> Markup:
    given.setdefault("autocomplete", "new-password")
    return Markup(
        '<div class="with-i with-b">{}<button class="tool" type="button" data-reveal="{}" aria-label="{}">'
        '<i class="ti ti-eye" aria-hidden="true"></i></button></div>'
    ).format(plain("password")(field, given), given["id"], _("Show the password"))


def number(mode: str) -> Callable[[Field, dict[str, Any]], Markup]:
    def make(field: Field, given: dict[str, Any]) -> Markup:
        for useless in ("min", "max", "step"):
            given.pop(useless, None)
        given.setdefault("inputmode", mode)
        given["class"] = f"{given.get('class', '')} num-in".strip()
        box, unit = plain("text")(field, given), getattr(field, "unit", "")
        return with_sign(box, unit) if getattr(field, "unit_first", False) else with_unit(box, unit)

    return make


def with_unit(box: Markup, unit: Any) -> Markup:
    """Put a unit behind an input."""
    return Markup('<div class="with-u">{}<span class="unit">{}</span></div>').format(box, unit) if unit else box


def with_sign(box: Markup, sign: Any) -> Markup:
    """Put the sign of a currency before an input."""
    return Markup('<div class="with-u"><span class="unit unit-1">{}</span>{}</div>').format(sign, box) if sign else box


def _moment_text(value: Any, kind: str) -> str:
    if isinstance(value, datetime):
        local = to_local(value) if value.tzinfo else value
        return f"{local:%Y-%m-%dT%H:%M}" if kind == "datetime-local" else local.date().isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value or "")


def temporal(kind: str) -> Callable[[Field, dict[str, Any]], Markup]:
    def make(field: Field, given: dict[str, Any]) -> Markup:
        given["class"] = classes(given, "form-control")
        value = field.data if field.data not in ("", None) else (field.raw_data or [""])[0]
        return Markup("<input {}>").format(params({"type": kind, "value": _moment_text(value, kind), **given}))

    return make


def textarea(field: Field, given: dict[str, Any]) -> Markup:
    given["class"] = classes(given, "form-control")
    given.setdefault("rows", 3)
    return Markup("<textarea {}>\n{}</textarea>").format(params(given), _text_of(field))


def check(field: Field, given: dict[str, Any]) -> Markup:
    given["class"] = classes(given, "form-check-input")
    given.pop("required", None)
    if field.data:
        given["checked"] = True
    return Markup("<input {}>").format(params({"type": "checkbox", "value": "y", **given}))


def _file(field: Field, given: dict[str, Any]) -> Markup:
    given["class"] = classes(given, "form-control")
    return Markup("<input {}>").format(params({"type": "file", **given}))


def _choices(field: Field) -> Iterator[tuple[str, Any, bool]]:
    """Walk the choices as (value, label, chosen), whatever the version of the select field yields."""
    if getattr(field, "has_groups", lambda: False)():
        for _group, members in field.iter_groups():
            yield from ((str(value), label, bool(chosen)) for value, label, chosen, *_more in members)
        return
    for value, label, chosen, *_more in field.iter_choices():
        yield ("" if value is None else str(value)), label, bool(chosen)


def _option(value: str, label: Any, chosen: bool) -> Markup:
    text = _("Not chosen") if value in ("", NO_CHOICE) and not str(label or "").strip() else label
    return Markup("<option {}>{}</option>").format(params({"value": value, "selected": chosen}), text)


def select(field: Field, given: dict[str, Any]) -> Markup:
    given["class"] = classes(given, "form-select")
    options = Markup("").join(_option(*choice) for choice in _choices(field))
    return Markup("<select {}>{}</select>").format(params(given), options)


def many(field: Field, given: dict[str, Any]) -> Markup:
    choices = list(_choices(field))
    given.pop("required", None)
    if len(choices) > MOST_BOXES:
        given["class"] = classes(given, "form-select")
        options = Markup("").join(_option(*choice) for choice in choices)
        return Markup("<select multiple {}>{}</select>").format(params({"size": 8, **given}), options)
    return _boxes(choices, given, "checkbox")


def _boxes(choices: Iterable[tuple[str, Any, bool]], given: dict[str, Any], kind: str) -> Markup:
    group = {"id": given["id"], "role": "group" if kind == "checkbox" else "radiogroup", "class": "boxes"}
    for name in ("aria-invalid", "aria-describedby", "aria-label"):
        if name in given and not (name == "aria-invalid" and kind == "checkbox"):
            group[name] = given[name]
    group["aria-labelledby"] = f"{given['id']}-label"
    items = Markup("").join(
        Markup('<label class="box"><input {}>{}</label>').format(
            params(
                {"type": kind, "name": given["name"], "value": value, "checked": chosen, "class": "form-check-input"}
            ),
            _(label) if isinstance(label, str) else label,
        )
        for value, label, chosen in choices
    )
    return Markup("<div {}>{}</div>").format(params(group), items)


def radio(field: Field, given: dict[str, Any]) -> Markup:
    """Radio inputs drawn as one row of segments."""
    items = Markup("").join(
        Markup("<label><input {}><span>{}</span></label>").format(
            params({"type": "radio", "name": given["name"], "value": value, "checked": chosen}), label
        )
        for value, label, chosen in _choices(field)
    )
    group = {"id": given["id"], "role": "radiogroup", "class": "seg seg-in", "aria-labelledby": f"{given['id']}-label"}
    return Markup("<div {}>{}</div>").format(params(group), items)


def params(given: dict[str, Any]) -> Markup:
    """Return attributes as HTML; False and None leave one out."""
    kept = {name: value for name, value in given.items() if value is not None and value is not False}
    return Markup(html_params(**kept))  # noqa: S704 - WTForms escapes every value


_MAKERS: tuple[tuple[type[Field] | tuple[type[Field], ...], Callable[[Field, dict[str, Any]], Markup]], ...] = (
    (fields.PasswordField, _password),
    (fields.BooleanField, check),
    ((fields.MultipleFileField, fields.FileField), _file),
    (fields.TextAreaField, textarea),
    (fields.RadioField, radio),
    ((fields.SelectMultipleField,), many),
    ((fields.DateTimeLocalField,), temporal("datetime-local")),
    # Month, day and time derive from DateTimeField and come before it.
    ((fields.MonthField,), plain("month")),
    ((fields.DateField,), temporal("date")),
    ((fields.TimeField,), temporal("time")),
    ((fields.DateTimeField,), plain("text")),
    ((fields.IntegerField,), number("numeric")),
    ((fields.DecimalField, fields.FloatField), number("decimal")),
)
