"""Texts: free ones, and those with one right spelling."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from markupsafe import Markup

from app.core.i18n import _
from app.core.identifiers import codes, phones
from app.core.identifiers.typed import Malformed
from app.theme import inputs
from app.theme.fields.base import Label, TypedField


class TextField(TypedField):
    """A text without spaces at its ends, at most ``longest`` characters; ``lines`` makes it a text area."""

    def __init__(
        self,
        label: Label = None,
        validators: Sequence[Any] = (),
        *,
        longest: int = 200,
        lines: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(label, validators, **options)
        self.longest, self.lines, self.wide = longest, lines, lines

    def read(self, text: str) -> str:
        if len(text) > self.longest:
            raise ValueError(
                _("At most %(count)s characters; these are %(found)s.", count=self.longest, found=len(text))
            )
        return text

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.textarea(self, given) if self.lines else inputs.plain("text")(self, given)


class _Normalised(TypedField):
    """A text one of the rules in :mod:`app.core.identifiers` brings into its one spelling."""

    normalise: Callable[[str], str]
    kind = "text"
    keys: ClassVar[dict[str, str]] = {}  # what the keyboard of a telephone shows

    def read(self, text: str) -> str:
        try:
            return type(self).normalise(text)
        except Malformed as refusal:
            raise ValueError(str(refusal)) from None

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.plain(self.kind)(self, {**self.keys, **given})


class PhoneField(_Normalised):
    """A telephone number, mobile or landline."""

    normalise, kind = staticmethod(phones.normalise_phone), "tel"


class EmailField(_Normalised):
    """A mail address."""

    normalise, kind = staticmethod(codes.normalise_email), "email"


class WebsiteField(_Normalised):
    """A web address, with or without its scheme."""

    normalise = staticmethod(codes.normalise_website)
    keys: ClassVar[dict[str, str]] = {"inputmode": "url", "autocapitalize": "none"}


class CreditCodeField(_Normalised):
    """A 统一社会信用代码 with a right check digit."""

    normalise = staticmethod(codes.normalise_uscc)
    keys: ClassVar[dict[str, str]] = {"autocapitalize": "characters", "spellcheck": "false"}


class TagsField(TypedField):
    """Words separated by commas, as a list without repetitions."""

    most, longest = 20, 30

    def read(self, text: str) -> list[str]:
        words = [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > self.most:
            raise ValueError(_("At most %(count)s tags.", count=self.most))
        if any(len(tag) > self.longest for tag in tags):
            raise ValueError(_("A tag can have at most %(count)s characters.", count=self.longest))
        return tags

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = self.data or []

    def written(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return ", ".join(str(getattr(tag, "name", tag)) for tag in value) or (self.raw_data[0] if self.raw_data else "")

    def draw(self, given: dict[str, Any]) -> Markup:
        return inputs.plain("text")(self, given)
