"""Choices out of a few values."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

from markupsafe import Markup

from app.core.i18n import _
from app.theme import inputs
from app.theme.fields.base import Label, TypedField

Pairs = Iterable[tuple[Any, Label]]


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
    ) -> None:
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

    @choices.setter
    def choices(self, pairs: Pairs) -> None:
        self._choices = list(pairs)

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
