"""Form fields that understand what people type in this product, and say in their language what is wrong.

``required=True`` refuses an empty input; an empty one is None otherwise. A value that cannot be read keeps its own
sentence even beside ``DataRequired``, and the input keeps what was typed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from app.core import i18n
from app.core.i18n import _, _l
from app.core.identifiers import codes, phones
from app.core.identifiers.typed import Malformed
from app.theme import inputs

Label = Any  # a str or a lazily translated text
Pairs = Iterable[tuple[Any, Label]]
LARGEST_AMOUNT = Decimal("999999999999.99")  # what Numeric(14, 2) holds


class LazySign:
    """The currency's sign, looked up when it is shown."""

    def __str__(self) -> str:
        return i18n.currency_sign().strip()


class Required:
    """Refuse an empty field, with our sentence."""

    field_flags = {"required": True}

    def __init__(self, message: Label = None) -> None:
        self.message = message or _l("This field is required.")

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data in (None, "", [], ()):
            raise StopValidation(str(self.message))


class TypedField(Field):  # type: ignore[misc]  # WTForms ships no types
    """A field whose reading of the input may refuse it."""

    widget = TextInput()

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), *, required: bool = False, **options: Any):
        super().__init__(label, [*([Required()] if required else []), *validators], **options)

    def read(self, text: str) -> Any:
        """Return the value of a text that is not empty.

        :raises ValueError: with the sentence to show.
        """
        return text

    def written(self, value: Any) -> str:
        """Return a value as a person would type it."""
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = self.read(valuelist[0].strip())

    def pre_validate(self, _form: Any) -> None:
        if self.process_errors:
            # The sentence of the reading stands; no validator has anything to say about a value that is not there.
            raise StopValidation

    def _value(self) -> str:
        if self.data is None:
            return str(self.raw_data[0]) if self.raw_data else ""
        return self.written(self.data)


class TextField(TypedField):
    """A text without spaces at its ends, at most ``longest`` characters; ``lines`` makes it a text area."""

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), *, longest: int = 200, lines: bool = False, **options: Any):
        super().__init__(label, validators, **options)
        self.longest, self.lines, self.wide = longest, lines, lines

    def read(self, text: str) -> str:
        if len(text) > self.longest:
            raise ValueError(_("At most %(count)s characters, these are %(found)s.", count=self.longest, found=len(text)))
        return text

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.textarea(self, given) if self.lines else inputs.plain("text")(self, given)


class _Normalised(TypedField):
    """A text one of the rules in :mod:`app.core.identifiers` brings into its one spelling."""

    normalise: Callable[[str], str]
    kind = "text"

    def read(self, text: str) -> str:
        try:
            return type(self).normalise(text)
        except Malformed as refusal:
            raise ValueError(str(refusal)) from None

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.plain(self.kind)(self, given)


class PhoneField(_Normalised):
    """A telephone number, mobile or landline."""

    normalise, kind = staticmethod(phones.normalise_phone), "tel"


class EmailField(_Normalised):
    """A mail address."""

    normalise, kind = staticmethod(codes.normalise_email), "email"


class WebsiteField(_Normalised):
    """A web address, with or without its scheme."""

    normalise, kind = staticmethod(codes.normalise_website), "text"


class CreditCodeField(_Normalised):
    """A 统一社会信用代码 with a right check digit."""

    normalise = staticmethod(codes.normalise_uscc)


class NumberField(TypedField):
    """A decimal number between ``least`` and ``most``, both inclusive, with at most ``places`` decimals."""

    def __init__(
        self,
        label: Label = None,
        validators: Sequence[Any] = (),
        *,
        least: Decimal | int | None = None,
        most: Decimal | int = LARGEST_AMOUNT,
        places: int = 2,
        unit: Label = "",
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.least, self.most, self.places, self.unit = least, most, places, unit

    def read(self, text: str) -> Decimal:
        value = i18n.parse_decimal(text)
        if -int(value.as_tuple().exponent) > self.places:
            value = value.normalize()
        if -int(value.as_tuple().exponent) > self.places:
            raise ValueError(
                _("Enter a whole number.") if not self.places else _("At most %(count)s decimals.", count=self.places)
            )
        if self.least is not None and value < self.least:
            raise ValueError(_("Enter %(least)s or more.", least=i18n.format_number(self.least)))
        if value > self.most or value < -self.most:
            raise ValueError(_("Enter %(most)s or less.", most=i18n.format_number(self.most)))
        return value

    def written(self, value: Any) -> str:
        return i18n.format_number(value)

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.number("decimal" if self.places else "numeric")(self, given)


class WholeNumberField(NumberField):
    """A whole number."""

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any):
        super().__init__(label, validators, **({"places": 0, "most": 2_000_000_000} | options))

    def read(self, text: str) -> Any:
        return int(super().read(text))


class MoneyField(NumberField):
    """An amount in the company's currency, not negative unless ``least`` says so."""

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any):
        super().__init__(label, validators, **({"least": 0} | options))
        self.unit = self.unit or LazySign()

    def written(self, value: Any) -> str:
        return i18n.format_money(value).replace(i18n.currency_sign(), "")


class PercentField(NumberField):
    """A share of one, typed in percent: 13 is 0.13."""

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any):
        super().__init__(label, validators, **({"least": 0, "most": 100, "unit": "%"} | options))

    def read(self, text: str) -> Decimal:
        return super().read(text.rstrip("%％")) / 100

    def written(self, value: Any) -> str:
        return i18n.format_number(Decimal(str(value)) * 100)


class DayField(TypedField):
    """A calendar day, not before ``first`` or after ``last`` (functions that return a day)."""

    def __init__(
        self,
        label: Label = None,
        validators: Sequence[Any] = (),
        *,
        first: Callable[[], date] | None = None,
        last: Callable[[], date] | None = None,
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.first, self.last = first, last

    def read(self, text: str) -> date:
        day = i18n.parse_day(text)
        if self.first is not None and day < self.first():
            raise ValueError(_("Enter %(day)s or a later day.", day=i18n.format_day(self.first())))
        if self.last is not None and day > self.last():
            raise ValueError(_("Enter %(day)s or an earlier day.", day=i18n.format_day(self.last())))
        return day

    def written(self, value: Any) -> str:
        return i18n.format_day(value)

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.temporal("date")(self, given)


class MomentField(TypedField):
    """A date and time of the company's time zone, kept as aware UTC."""

    def read(self, text: str) -> datetime:
        return i18n.parse_moment(text)

    def written(self, value: Any) -> str:
        return i18n.format_moment(value)

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.temporal("datetime-local")(self, given)


class ChoiceField(TypedField):
    """One of a few values: ``choices`` are (value, label) pairs or a function that returns them.

    With ``enum`` the value is its member; with ``coerce`` (``int`` for the ids of dictionary entries) what it returns.
    ``segments`` draws radio inputs in a row instead of a select.
    """

    def __init__(
        self,
        label: Label = None,
        validators: Sequence[Any] = (),
        *,
        choices: Pairs | Callable[[], Pairs] = (),
        enum: type[Enum] | None = None,
        coerce: Callable[[str], Any] = str,
        blank: Label = None,
        segments: bool = False,
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self._choices, self._enum, self._coerce = choices, enum, coerce
        self._blank, self.segments = blank, segments

    @property
    def choices(self) -> list[tuple[Any, Label]]:
        """The pairs on offer, asked for anew each time."""
        given = list(self._choices() if callable(self._choices) else self._choices)
        if not given and self._enum is not None:
            given = [(member.value, getattr(member, "label", member.value)) for member in self._enum]
        return [(key.value if isinstance(key, Enum) else key, label) for key, label in given]

    def read(self, text: str) -> Any:
        if text not in {str(key) for key, _label in self.choices}:
            raise ValueError(_("Not a valid choice"))
        if self._enum is not None:
            return self._enum(text)
        return self._coerce(text)

    def iter_choices(self) -> Iterable[tuple[str, Label, bool]]:
        """Walk the choices as (value, label, chosen), the blank one first where nothing may or need be chosen yet."""
        chosen = self.data.value if isinstance(self.data, Enum) else getattr(self.data, "id", self.data)
        if not self.flags.required or (chosen is None and not self.segments):
            yield "", self._blank or _("Not chosen"), chosen is None
        for key, label in self.choices:
            yield str(key), label, chosen is not None and str(key) == str(chosen)

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.radio(self, given) if self.segments else inputs.select(self, given)


class ManyChoicesField(ChoiceField):
    """Any number of a few values, as a list."""

    wide = True

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [self.read(text) for text in valuelist if text]

    def iter_choices(self) -> Iterable[tuple[str, Label, bool]]:
        chosen = {str(getattr(one, "value", getattr(one, "id", one))) for one in self.data or ()}
        for key, label in self.choices:
            yield str(key), label, str(key) in chosen

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.many(self, given)


class YesNoField(TypedField):
    """A box to tick; never None."""

    boxed = True

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = bool(valuelist) and valuelist[0] not in ("", "n", "false", "0")

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.check(self, given)


class TagsField(TypedField):
    """Words separated by commas, as a list without repetitions."""

    most, longest = 20, 30

    def read(self, text: str) -> list[str]:
        words = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > self.most:
            raise ValueError(_("At most %(count)s tags.", count=self.most))
        if any(len(tag) > self.longest for tag in tags):
            raise ValueError(_("A tag has at most %(count)s characters.", count=self.longest))
        return tags

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or []

    def written(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return ", ".join(str(getattr(tag, "name", tag)) for tag in value) or (self.raw_data[0] if self.raw_data else "")

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.plain("text")(self, {"placeholder": _("Separated by commas"), **given})


class RemoteSelectField(TypedField):
    """One row of another table, found by typing; only the chosen row is ever loaded.

    ``lookup`` names ``GET /lookup/<lookup>?q=``. ``row(pk)`` returns the row the person may see, or None; ``text_of(row)``
    says how it reads. The field's value is the row's id, or with ``as_row`` the row itself.
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
        as_row: bool = False,
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.lookup, self.row, self.text_of, self.query, self.as_row = lookup, row, text_of, query, as_row
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
        return Markup('<div class="rsel-box" data-remote="{}"><input {}><input {}></div>').format(
            address, inputs.params(hidden), inputs.params(box | given)
        )
