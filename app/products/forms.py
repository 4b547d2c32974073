"""The form of a product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_appbuilder.forms import DynamicForm

from app.core.i18n import _l
from app.customers.forms import term_choices
from app.products.looks import rate_label, rate_text
from app.products.models import VAT_RATES
from app.theme.fields import ChoiceField, MoneyField, TextField, YesNoField


class VatRateField(ChoiceField):
    """A rate in force; an old record keeps its own."""

    def process_data(self, value: Any) -> None:
        self.data = None if value is None else Decimal(rate_text(Decimal(str(value))))
        rates = VAT_RATES if self.data is None or self.data in VAT_RATES else (*VAT_RATES, self.data)
        self.choices = [(rate_text(rate), rate_label(rate)) for rate in rates]


class ProductForm(DynamicForm):
    """Everything that is typed about a product."""

    name = TextField(_l("Product name"), longest=200, required=True)
    code = TextField(_l("Product code"), longest=32, description=_l("Leave empty to get the next number."))
    model = TextField(_l("Model"), longest=80)
    category = ChoiceField(_l("Product category"), choices=term_choices("product_category"))
    unit = ChoiceField(_l("Unit"), choices=term_choices("product_unit"))
    list_price = MoneyField(_l("List price"), required=True, description=_l("For one unit, including VAT."))
    vat_rate = VatRateField(_l("VAT rate"), coerce=Decimal, required=True, default=VAT_RATES[0])
    cost_price = MoneyField(_l("Cost price"), description=_l("For one unit, without VAT."))
    active = YesNoField(_l("On sale"), default=True, description=_l("Can be put on new orders."))
    description = TextField(_l("Description"), longest=4_000, lines=True)


FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (_l("Basics"), {"fields": ["name", "code", "model", "category", "unit", "active"]}),
    (_l("Prices"), {"fields": ["list_price", "vat_rate", "cost_price"]}),
    (_l("More"), {"fields": ["description"]}),
]
