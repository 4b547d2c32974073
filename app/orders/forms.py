"""The forms of an order, its lines among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import render_template
from flask_appbuilder.forms import DynamicForm
from markupsafe import Markup
from sqlalchemy import select
from wtforms import HiddenField

from app.core import i18n
from app.core.database import db
from app.core.i18n import _, _l
from app.customers.forms import remote
from app.orders.models import OrderLine
from app.orders.services.entering import MOST_LINES
from app.products.looks import rate_label, rate_text
from app.products.models import VAT_RATES, Product
from app.theme.fields import DayField, TextField, TypedField

CELLS = ("product_id", "text", "original_line_id", "quantity", "unit_price", "discount", "vat_rate")
_CELL = re.compile(r"lines-(\d{1,4})(?:-([a-z_]+))?")
LABELS = {
    "product_id": _l("Product"),
    "text": _l("Product"),
    "original_line_id": _l("Product"),
    "quantity": _l("Quantity"),
    "unit_price": _l("Unit price"),
    "discount": _l("Discount"),
    "vat_rate": _l("VAT rate"),
}


class Row:
    """One line as it stands in the form: the texts somebody typed, and what is wrong with them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)
        self.errors: dict[str, list[str]] = {}
        self.left: Decimal | None = None
        self.product: Any = None

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def is_empty(self) -> bool:
        """True for a line nobody filled in; the quantity and the rate are there from the start."""
        return not any(self[name] for name in ("product_id", "text", "unit_price", "original_line_id"))

    @property
    def is_left_out(self) -> bool:
        """True for a sold line of which nothing is returned."""
        return bool(self["original_line_id"]) and self["quantity"] in {"", "0"}

    @property
    def name(self) -> str:
        """What the line is for, as shown in the box."""
        return str(self.product) if self.product is not None else self["text"]

    def values(self) -> dict[str, Any]:
        """The line as the service takes it; what cannot be read stays a text, so that the service says so."""
        if self["original_line_id"]:
            return {"original_line_id": _key(self["original_line_id"]), "quantity": self["quantity"]}
        found: dict[str, Any] = {name: self[name] for name in ("quantity", "unit_price", "vat_rate")}
        found["discount"] = _share(self["discount"])
        found["product_id"] = _key(self["product_id"])
        # The box holds the product's name, or what somebody wrote instead of choosing one.
        found["text"] = None if self["product_id"] else self["text"]
        return found


def _key(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text or None


def _share(text: str) -> Any:
    try:
        return i18n.parse_decimal(text.rstrip("%％")) / 100 if text else ""
    except ValueError:
        return text


class _Errors:
    """The place of one line's errors, as the page's form machinery writes them."""

    def __init__(self, field: LinesField, index: int, name: str) -> None:
        self._field, self._line, self._name = field, field.used[index], name

    @property
    def errors(self) -> list[str]:
        return self._line.errors.get(self._name, [])

    @errors.setter
    def errors(self, sentences: Sequence[Any]) -> None:
        texts = [str(sentence) for sentence in sentences]
        self._line.errors[self._name] = texts
        label = LABELS.get(self._name, _l("Line"))
        number = self._field.rows.index(self._line) + 1
        self._field.errors = [
            *self._field.errors,
            *(_("Line %(number)d, %(field)s: %(problem)s", number=number, field=label, problem=t) for t in texts),
        ]


class LinesField(TypedField):
    """The lines of an order, added and taken away in the browser; they arrive as ``lines-0-quantity``."""

    wide = True

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.rows: list[Row] = []
        self.used: list[Row] = []
        self.is_return = False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.errors: list[str] = []
        if formdata:
            self.rows = [line for line in _sent_rows(formdata) if not line.is_empty]
        else:
            self.process_data(data)
        self._find_products()
        self.raw_data = None
        self.used = [line for line in self.rows if not line.is_left_out]
        self.data = [line.values() for line in self.used]

    def process_data(self, value: Any) -> None:
        self.rows = [_written(line) for line in value] if isinstance(value, list | tuple) else []
        self.is_return = any(row["original_line_id"] for row in self.rows)

    def offer(self, lines: Sequence[tuple[OrderLine, Decimal]]) -> None:
        """Offer sold lines with what is left of them to be returned."""
        self.is_return = True
        sent = {row["original_line_id"]: row for row in self.rows}
        self.rows = []
        for line, left in lines:
            row = sent.get(str(line.id)) or Row(
                {"original_line_id": str(line.id), "quantity": i18n.format_number(left)}
            )
            row.texts |= {"unit_price": i18n.format_number(line.unit_price), "text": line.what}
            row.texts |= {"vat_rate": rate_text(line.vat_rate), "discount": i18n.format_number(line.discount * 100)}
            row.left = left
            self.rows.append(row)

    def shown(self) -> list[Row]:
        """The lines as the table shows them: one empty line when there is none."""
        return self.rows or ([] if self.is_return else [Row({"quantity": "1", "vat_rate": rate_text(VAT_RATES[0])})])

    def blank(self) -> Row:
        """What a new line starts from."""
        return Row({"quantity": "1", "vat_rate": rate_text(VAT_RATES[0])})

    @staticmethod
    def rates(row: Row) -> list[str]:
        """The rates to choose from, a line's own among them."""
        known = [rate_text(rate) for rate in VAT_RATES]
        return known if row["vat_rate"] in {"", *known} else [*known, row["vat_rate"]]

    percent = staticmethod(rate_label)

    def _find_products(self) -> None:
        """Look up what the lines are for, as far as it is visible, in one statement."""
        keys = {key for line in self.rows if isinstance(key := _key(line["product_id"]), int)}
        found = (
            {p.id: p for p in db.session.scalars(select(Product).where(Product.id.in_(sorted(keys))))} if keys else {}
        )
        for line in self.rows:
            line.product = found.get(_key(line["product_id"]))

    def text(self) -> str:
        """The lines in words, for the comparison of two versions."""
        return "; ".join(f"{row.name} × {row['quantity']} à {row['unit_price']}" for row in self.rows)

    def draw(self, given: dict[str, Any]) -> Markup:
        return Markup(render_template("orders/lines.html", field=self, given=given))  # noqa: S704 - escaped by the template


def _sent_rows(formdata: Any) -> Iterator[Row]:
    """The lines sent, in the order of their numbers, at most one more than an order may have."""
    found: dict[int, dict[str, str]] = {}
    for key in formdata:
        match = _CELL.fullmatch(key)
        if match and match[2] in CELLS:
            found.setdefault(int(match[1]), {})[match[2]] = formdata[key].strip()[:200]
    for _number, texts in sorted(found.items())[: MOST_LINES + 1]:
        yield Row(texts)


def _written(line: Any) -> Row:
    """A stored line, or one that is only planned, as somebody would type it."""
    if isinstance(line, Mapping):
        return Row({name: str(value) for name, value in line.items() if value is not None})
    return Row(
        {
            "product_id": str(line.product_id or ""),
            "text": "" if line.product_id else line.what,
            "original_line_id": str(line.original_line_id or ""),
            "quantity": i18n.format_number(line.quantity),
            "unit_price": i18n.format_number(line.unit_price, 2).replace(",", ""),
            "discount": i18n.format_number(line.discount * 100) if line.discount else "",
            "vat_rate": rate_text(line.vat_rate),
        }
    )


class OrderForm(DynamicForm):
    """Everything that is typed about an order."""

    original: Any = None  # of a return: the order it is of

    original_id = HiddenField()
    customer_id = remote(_l("Customer"), "customer", required=True)
    contact_id = remote(_l("Contact"), "contact", within="customer_id")
    opportunity_id = remote(_l("Opportunity"), "opportunity", within="customer_id")
    ordered_on = DayField(_l("Ordered on"), required=True)
    promised_on = DayField(_l("Promised for"))
    delivered_on = DayField(_l("Delivered on"))
    address = TextField(_l("Delivery address"), longest=300)
    notes = TextField(_l("Notes"), longest=4_000, lines=True)
    lines = LinesField(_l("Lines"))

    def __contains__(self, name: str) -> bool:
        return super().__contains__(name) or self._cell(name) is not None

    def __getitem__(self, name: str) -> Any:
        return self._cell(name) or super().__getitem__(name)

    def _cell(self, name: str) -> _Errors | None:
        """The place of ``lines-0-quantity``, so that a refusal stands beside what it is about."""
        match = _CELL.fullmatch(name)
        if match is None or "lines" not in self._fields or int(match[1]) >= len(self.lines.used):
            return None
        return _Errors(self.lines, int(match[1]), match[2] or "")


FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (
        _l("Basics"),
        {
            "fields": [
                "original_id", "customer_id", "contact_id", "ordered_on", "promised_on", "delivered_on",
                "opportunity_id", "address",
            ]
        },
    ),
    ("", {"fields": ["lines"]}),
    ("", {"fields": ["notes"]}),
]  # fmt: skip


class CompleteForm(DynamicForm):
    """When the goods arrived."""

    delivered_on = DayField(_l("Delivered on"), required=True)


class CancelForm(DynamicForm):
    """Why an order is cancelled."""

    reason = TextField(_l("Reason"), longest=300, description=_l("Optional."))
