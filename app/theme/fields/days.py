"""Calendar days, and moments in the company's time zone."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from app.core import i18n
from app.core.i18n import _
from app.theme import inputs
from app.theme.fields.base import Label, TypedField


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
    ) -> None:
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
