"""Form fields that understand what people type in this product, and say in their language what is wrong.

``required=True`` refuses an empty input; an empty one is None otherwise. A value that cannot be read keeps its own
sentence even beside ``DataRequired``, and the input keeps what was typed.
"""

from app.theme.fields.base import Required, TypedField
from app.theme.fields.choices import ChoiceField, ManyChoicesField, YesNoField
from app.theme.fields.days import DayField, MomentField
from app.theme.fields.numbers import MoneyField, NumberField, PercentField, WholeNumberField
from app.theme.fields.remote import RemoteSelectField
from app.theme.fields.texts import CreditCodeField, EmailField, PhoneField, TagsField, TextField, WebsiteField

__all__ = [
    "ChoiceField",
    "CreditCodeField",
    "DayField",
    "EmailField",
    "ManyChoicesField",
    "MomentField",
    "MoneyField",
    "NumberField",
    "PercentField",
    "PhoneField",
    "RemoteSelectField",
    "Required",
    "TagsField",
    "TextField",
    "TypedField",
    "WebsiteField",
    "WholeNumberField",
    "YesNoField",
]
