"""Numbers, amounts and shares; separators and full-width digits are understood."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from app.core import i18n
from app.core.i18n import _
from app.theme import inputs
from app.theme.fields.base import Label, TypedField

LARGEST_AMOUNT = Decimal("999999999999.99")  # what Numeric(14, 2) holds


def _with(options: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    return defaults | options


class LazySign:
    """The currency's sign, looked up when it is shown."""

    def __str__(self) -> str:
        return i18n.currency_sign().strip()


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
    ) -> None:
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

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, **_with(options, {"places": 0, "most": 2_000_000_000}))

    def read(self, text: str) -> Any:
        return int(super().read(text))


class MoneyField(NumberField):
    """An amount in the company's currency, not negative unless ``least`` says so."""

    unit_first = True

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, **_with(options, {"least": 0}))
        self.unit = self.unit or LazySign()

    def written(self, value: Any) -> str:
        return i18n.format_money(value).replace(i18n.currency_sign(), "")


class PercentField(NumberField):
    """A share of one, typed in percent: 13 is 0.13."""

    def __init__(self, label: Label = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, **_with(options, {"least": 0, "most": 100, "unit": "%"}))

    def read(self, text: str) -> Decimal:
        return super().read(text.rstrip("%％")) / 100

    def written(self, value: Any) -> str:
        return i18n.format_number(Decimal(str(value)) * 100)
