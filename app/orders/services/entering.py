"""From what was entered to the columns of an order: the same checks for one order as for a hundred thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.checks import NO_CHOICE, Checks
from app.core.errors import Invalid
from app.core.i18n import _l, format_number
from app.core.money import NotAnAmount, net_of_vat
from app.orders.models import OrderKind
from app.orders.queries import RETURNABLE
from app.orders.services.amounts import NOTHING, Totals, line_amounts, part_of, totals
from app.orders.services.known import Known, Original
from app.products.models import VAT_RATES

HEADER = frozenset(
    {
        "kind",
        "customer_id",
        "contact_id",
        "opportunity_id",
        "original_id",
        "external_id",
        "ordered_on",
        "promised_on",
        "delivered_on",
        "address",
        "notes",
    }
)
LINE = frozenset({"product_id", "original_line_id", "text", "quantity", "unit_price", "discount", "vat_rate"})
_SOLD = LINE - {"original_line_id"}
MOST_LINES = 500
FIRST_DAY = date(1900, 1, 1)
_MOST_UNITS = Decimal(10) ** 9


@dataclass
class Draft:
    """The columns of an order and of its lines, checked; keys, number and status are still to come."""

    header: dict[str, Any]
    lines: list[dict[str, Any]]
    totals: Totals


def draft(
    values: Mapping[str, Any], known: Known, *, history: bool = False, kept: frozenset[int] = frozenset()
) -> Draft:
    """Check one order and compute its amounts.

    With ``history`` (an import) it may contain products that are no longer sold, a line that is nothing but a total,
    and a return of an unknown order. ``kept`` are the products that were on the order before.

    :raises Invalid: with a sentence for each wrong field; those of lines are called ``lines-0-quantity``.
    """
    checks = Checks({name: value for name, value in values.items() if name != "lines"}, HEADER, creating=True)
    _take_header(checks)
    original = known.originals.get(checks.clean.get("original_id") or 0)
    _check_header(checks, known, original, history)
    lines = _checked_lines(checks, values.get("lines"), known, original, history, kept)
    header = checks.done()
    try:
        return Draft(header, lines, totals(lines))
    except NotAnAmount as refusal:
        raise Invalid(fields={"lines": refusal.sentence}) from refusal


def _take_header(checks: Checks) -> None:
    checks.member("kind", OrderKind)
    checks.key("original_id")
    checks.key("customer_id", required=not checks.clean.get("original_id"))
    checks.key("contact_id")
    checks.key("opportunity_id")
    checks.text("external_id", 64)
    checks.day("ordered_on", required=True)
    checks.day("promised_on")
    checks.day("delivered_on")
    checks.text("address", 300)
    checks.text("notes", 4000, lines=True)
    if not checks.clean.get("kind"):
        checks.clean["kind"] = OrderKind.return_ if checks.clean.get("original_id") else OrderKind.sale


def _check_header(checks: Checks, known: Known, original: Original | None, history: bool) -> None:
    clean = checks.clean
    if clean["kind"] is OrderKind.return_:
        _check_original(checks, original, history)
    elif clean.get("original_id"):
        checks.refuse("original_id", _l("Only a return has an original order."))
    customer_id = clean.get("customer_id")
    if customer_id and customer_id not in known.customers:
        checks.refuse("customer_id", NO_CHOICE)
    contact_id = clean.get("contact_id")
    if contact_id and known.contacts.get(contact_id) != customer_id:
        checks.refuse("contact_id", _l("This is not a contact of the customer."))
    opportunity_id = clean.get("opportunity_id")
    if opportunity_id and known.opportunities.get(opportunity_id, (None,))[0] != customer_id:
        checks.refuse("opportunity_id", _l("This is not an opportunity of the customer."))
    if clean.get("external_id") in known.external_ids:
        checks.refuse("external_id", _l("Another order already has “%(value)s”.", value=clean["external_id"]))
    _check_days(checks, known.today, original)


def _check_original(checks: Checks, original: Original | None, history: bool) -> None:
    clean = checks.clean
    if original is None:
        if clean.get("original_id") or not history:
            checks.refuse("original_id", _l("Choose the order that is returned."))
    elif original.order.kind is not OrderKind.sale or original.order.status not in RETURNABLE:
        checks.refuse("original_id", _l("Only an order that was shipped can be returned. Cancel this one instead."))
    elif clean.setdefault("customer_id", original.order.customer_id) != original.order.customer_id:
        checks.refuse("original_id", _l("This is not an order of the customer."))


def _check_days(checks: Checks, today: date, original: Original | None) -> None:
    ordered_on = checks.clean.get("ordered_on")
    if ordered_on is None:
        return
    if ordered_on > today:
        checks.refuse("ordered_on", _l("An order cannot be dated in the future."))
    elif ordered_on < FIRST_DAY:
        checks.refuse("ordered_on", _l("This day is too long ago."))
    elif original and ordered_on < original.order.ordered_on:
        checks.refuse("ordered_on", _l("A return cannot be dated before its order."))
    for name in ("promised_on", "delivered_on"):
        if checks.clean.get(name) and checks.clean[name] < ordered_on:
            checks.refuse(name, _l("This is before the day of the order."))


def _checked_lines(
    checks: Checks, lines: Any, known: Known, original: Original | None, history: bool, kept: frozenset[int]
) -> list[dict[str, Any]]:
    if not isinstance(lines, Sequence) or isinstance(lines, str) or not lines:
        checks.refuse("lines", _l("An order needs at least one line."))
        return []
    if len(lines) > MOST_LINES:
        checks.refuse("lines", _l("An order can have at most %(most)d lines.", most=MOST_LINES))
        return []
    found: list[dict[str, Any]] = []
    given_back: set[int] = set()
    for index, values in enumerate(lines):
        try:
            if not isinstance(values, Mapping):
                raise Invalid
            if original is not None:
                line = _returned_line(values, original, given_back)
            else:
                line = _line(values, known, history, kept)
        except Invalid as refusal:
            for name, sentence in (refusal.fields or {"": refusal.sentence}).items():
                checks.refuse(f"lines-{index}-{name}".rstrip("-"), sentence)
        else:
            found.append(line | {"position": index + 1})
    return found


def _line(values: Mapping[str, Any], known: Known, history: bool, kept: frozenset[int]) -> dict[str, Any]:
    checks = Checks(values, _SOLD, creating=True)
    checks.key("product_id")
    checks.text("text", 200)
    product_id = checks.clean.get("product_id")
    product = known.products.get(product_id or 0)
    if product_id and product is None:
        checks.refuse("product_id", NO_CHOICE)
    elif product and not product.active and not history and product.id not in kept:
        checks.refuse("product_id", _l("This product is no longer sold."))
    elif not product and not checks.clean.get("text") and not history:
        checks.refuse("product_id", _l("Choose a product, or say what it is."))
    _take_number(checks, "quantity", Decimal(1), places=3, below=_MOST_UNITS, above=NOTHING)
    _take_number(checks, "discount", NOTHING, places=4, below=Decimal("1.00001"))
    _take_number(checks, "vat_rate", product.vat_rate if product else VAT_RATES[0], places=4, below=Decimal(1))
    if product and values.get("unit_price") in (None, ""):
        checks.clean["unit_price"] = product.list_price
    elif "product_id" not in checks.refusals:
        checks.money("unit_price", required=True)
    clean = {"product_id": None, "text": None} | checks.done()
    clean |= {"unit_cost": product.cost_price if product else None, "original_line_id": None}
    try:
        clean["gross"], clean["net"] = line_amounts(clean)
    except NotAnAmount as refusal:
        raise Invalid(fields={"unit_price": refusal.sentence}) from refusal
    return clean


def _take_number(
    checks: Checks, name: str, usual: Decimal, *, places: int, below: Decimal, above: Decimal | None = None
) -> None:
    if checks.values.get(name) in (None, ""):
        checks.clean[name] = usual
    else:
        checks.number(name, places=places, below=below, above=above)


def _returned_line(values: Mapping[str, Any], original: Original, given_back: set[int]) -> dict[str, Any]:
    """Give back a sold line: only the quantity is entered, everything else is as it was sold."""
    checks = Checks(values, LINE, creating=True)
    checks.key("original_line_id", required=True)
    checks.number("quantity", places=3, below=_MOST_UNITS, above=NOTHING)
    clean = checks.done()
    sold = original.lines.get(clean["original_line_id"])
    if sold is None or clean["original_line_id"] in given_back:
        raise Invalid(fields={"original_line_id": NO_CHOICE})
    given_back.add(clean["original_line_id"])
    line, quantity = sold.line, clean["quantity"]
    if quantity > sold.left[0]:
        left = format_number(sold.left[0])
        raise Invalid(fields={"quantity": _l("At most %(left)s can be returned.", left=left)})
    gross = part_of(line.gross, quantity, sold.left, line.quantity)
    return {
        "product_id": line.product_id,
        "text": line.text,
        "original_line_id": line.id,
        "quantity": quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "vat_rate": line.vat_rate,
        "unit_cost": line.unit_cost,
        "gross": gross,
        "net": net_of_vat(gross, line.vat_rate),
    }
