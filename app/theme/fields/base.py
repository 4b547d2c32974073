"""What all our form fields share."""

from collections.abc import Sequence
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from app.core.i18n import _l

Label = Any  # a str or a lazily translated text


class Required:
    """Refuse an empty field, with our sentence."""

    field_flags = {"required": True}

    def __init__(self, message: Label = None) -> None:
        self.message = message or _l("This field is required.")

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data in (None, "", [], ()):
            raise StopValidation(str(self.message))


class TypedField(Field):
    """A field whose reading of the input may refuse it."""

    widget = TextInput()

    def __init__(
        self, label: Label = None, validators: Sequence[Any] = (), *, required: bool = False, **options: Any
    ) -> None:
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
