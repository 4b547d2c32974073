"""Orders from a file: each row a total, or each row a line of the order whose number it repeats."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.among import among
from app.core.checks import REQUIRED
from app.core.errors import DomainError, Invalid, invalid
from app.core.i18n import _l, local_day
from app.core.money import cents
from app.customers import services as customers
from app.customers.models import CustomerStatus
from app.exchange.services.outcome import Entry
from app.exchange.services.references import customers_of
from app.exchange.services.writing import Writer
from app.orders import services as orders
from app.orders.models import Order, OrderKind, OrderLine
from app.products.models import Product

FIRST_DAY = date(1900, 1, 1)
LONGEST_KEY = 64
_HEADER = ("promised_on", "delivered_on", "address", "notes")


@dataclass
class Parsed:
    """One order of the file: the rows it is made of and what the services take."""

    entries: list[Entry]
    values: dict[str, Any]
    has_lines: bool


class OrderWriter(Writer):
    """Writes orders; what has no number is known by customer, day and kind.

    Several sales of a customer on one day without numbers are told apart by their order in the file.
    """

    labels = {"lines": _l("Amount"), "customer_id": _l("Customer")}

    def begin(self) -> None:
        self._today = local_day(self.at)
        self._numbers: set[int] = set()
        self._of_day: Counter[int] = Counter()

    def group(self, entries: Iterator[Entry]) -> Iterator[list[Entry]]:
        """Rows of lines that follow each other under one number are one order."""
        held: list[Entry] = []
        for entry in entries:
            if held and not (
                _is_line(entry) and _is_line(held[0]) and _number(entry) and _number(entry) == _number(held[0])
            ):
                yield held
                held = []
            held.append(entry)
        if held:
            yield held

    def prepare(self, groups: Sequence[list[Entry]]) -> list[Parsed]:
        parsed = []
        for entries in groups:
            try:
                parsed.append(self._parse(entries))
            except Invalid as refusal:
                self.refuse(entries, refusal)
        return parsed

    def write(self, session: Session, prepared: Sequence[Parsed]) -> None:
        parsed = self._with_customers(session, prepared)
        self._with_products(session, parsed)
        known = self._known(session, parsed)
        new = []
        for one in parsed:
            order = known.get(one.values["external_id"])
            if order is None:
                new.append(one)
            else:
                self._compare(session, one, order)
        made = orders.create_orders([one.values for one in new], by=self.by, at=self.at)
        for index, one in enumerate(new):
            if index in made.refusals:
                self.refuse(one.entries, made.refusals[index])
            else:
                self.outcome.created += 1

    # --- from rows to what the services take ---

    def _parse(self, entries: list[Entry]) -> Parsed:
        first = entries[0].values
        self._check_present(first)
        has_lines = _is_line(entries[0])
        lines = [_line(entry.values) if has_lines else _total(entry.values) for entry in entries]
        amount = sum((line.pop("signed") for line in lines), Decimal(0))
        given = first.get("kind")
        kind = given or (OrderKind.return_ if amount < 0 else OrderKind.sale)
        if has_lines and len({line["negative"] for line in lines}) > 1:
            raise invalid(
                "amount",
                _l("An order cannot mix sold and returned goods. Give the returned ones a number of their own."),
            )
        if given is OrderKind.sale and amount < 0:
            raise invalid("amount", _l("The amount of a sale cannot be below zero."))
        for line in lines:
            del line["negative"]
        values = {name: first[name] for name in _HEADER if name in first}
        values |= {"kind": kind, "ordered_on": first["ordered_on"], "lines": lines}
        values["external_id"] = self._key(first, kind)
        return Parsed(entries, values, has_lines)

    def _check_present(self, first: Mapping[str, Any]) -> None:
        missing = {name: REQUIRED for name in ("ordered_on",) if first.get(name) is None}
        if not first.get("customer") and not first.get("customer_name"):
            missing["customer"] = REQUIRED
        if missing:
            raise Invalid(fields=missing)
        if first["ordered_on"] > self._today:
            raise invalid("ordered_on", _l("An order cannot be dated in the future."))
        if first["ordered_on"] < FIRST_DAY:
            raise invalid("ordered_on", _l("This day is too long ago."))

    def _key(self, first: Mapping[str, Any], kind: OrderKind) -> str:
        number = str(first.get("external_id") or "")
        if number:
            if len(number) > LONGEST_KEY:
                raise invalid("external_id", _l("At most %(limit)d characters.", limit=LONGEST_KEY))
            self._once(number)
            return number
        customer = first.get("customer") or first["customer_name"]
        key = f"{customer}/{first['ordered_on']}/{kind.value}"
        if len(key) > LONGEST_KEY - 6:
            key = hashlib.sha256(key.encode()).hexdigest()[: LONGEST_KEY - 6]
        if kind is OrderKind.return_:
            self._once(key)
            return key
        self._of_day[hash(key)] += 1
        place = self._of_day[hash(key)]
        return key if place == 1 else f"{key}/{place}"

    def _once(self, key: str) -> None:
        # Hashes, not texts: a million orders are told apart in some 60 MB.
        if hash(key) in self._numbers:
            raise invalid("external_id", _l("“%(key)s” is already in an earlier row.", key=key))
        self._numbers.add(hash(key))

    # --- what the rows refer to ---

    def _with_customers(self, session: Session, parsed: Sequence[Parsed]) -> list[Parsed]:
        """Set the customers; those that are unknown are made, as active ones."""
        rows = [one.entries[0].values for one in parsed]
        known = customers_of(session, rows)
        missing: dict[str, dict[str, Any]] = {}
        for one, row in zip(parsed, rows, strict=True):
            try:
                one.values["customer_id"] = known.find(row)
            except Invalid as refusal:
                self.refuse(one.entries, refusal)
                continue
            if one.values["customer_id"] is None:
                missing.setdefault(_reference(row), self._unknown_customer(row))
        references = list(missing)
        made = customers.create_customers([missing[reference] for reference in references], by=self.by, at=self.at)
        ids = dict(zip(references, made.ids, strict=True))
        refusals = {reference: made.refusals.get(index) for index, reference in enumerate(references)}
        found = []
        for one, row in zip(parsed, rows, strict=True):
            if "customer_id" not in one.values:
                continue
            if one.values["customer_id"] is None:
                one.values["customer_id"] = ids[_reference(row)]
            if one.values["customer_id"] is None:
                why = refusals[_reference(row)] or Invalid()
                self.refuse(one.entries, invalid("customer", why.sentence))
            else:
                found.append(one)
        return found

    def _unknown_customer(self, row: Mapping[str, Any]) -> dict[str, Any]:
        reference, name = row.get("customer"), row.get("customer_name")
        values: dict[str, Any] = {"name": name or reference, "status": CustomerStatus.active, "owner_id": self.owner_id}
        if reference:
            values["external_id"] = reference
            # The company's own code stays its code, when it fits.
            values["code"] = reference if len(reference) <= customers.LONGEST_CODE else None
        return values

    def _with_products(self, session: Session, parsed: Sequence[Parsed]) -> None:
        """Let lines refer to the products they name; an unknown one stays as text."""
        lines = [line for one in parsed for line in one.values["lines"] if line.get("product")]
        given = sorted({line["product"] for line in lines})
        found: dict[str, int] = {}
        for column in (Product.name, Product.external_id, Product.code) if given else ():
            of_lines = select(column, Product.id).where(among(column, given))
            found |= {str(name): pk for name, pk in session.execute(of_lines)}
        for line in lines:
            name = line.pop("product")
            line |= {"product_id": found[name]} if name in found else {"text": name}

    # --- what is there already ---

    def _known(self, session: Session, parsed: Sequence[Parsed]) -> dict[str, Order]:
        keys = [one.values["external_id"] for one in parsed]
        there = session.scalars(select(Order).where(among(Order.external_id, keys)))
        return {str(order.external_id): order for order in there}

    def _compare(self, session: Session, one: Parsed, order: Order) -> None:
        values = one.values
        if order.kind is not values["kind"]:
            reason = _l("%(key)s is already a sale; a return needs a number of its own.", key=order.external_id)
            if order.is_return:
                reason = _l("%(key)s is already a return; a sale needs a number of its own.", key=order.external_id)
            self.refuse(one.entries, invalid("external_id", reason))
            return
        changed = {
            name: value
            for name, value in values.items()
            if name not in {"lines", "external_id", "kind"} and getattr(order, name) != value
        }
        if self._lines_differ(session, one, order):
            changed["lines"] = values["lines"]
        if not changed:
            self.outcome.unchanged += 1
            return
        try:
            with session.begin_nested():
                orders.correct_order(order, changed, by=self.by, at=self.at)
        except DomainError as refusal:
            self.refuse(one.entries, refusal if isinstance(refusal, Invalid) else Invalid(refusal.sentence))
            return
        self.outcome.updated += 1

    def _lines_differ(self, session: Session, one: Parsed, order: Order) -> bool:
        if not one.has_lines:
            return order.gross != sum((line["unit_price"] for line in one.values["lines"]), Decimal(0))
        lines = session.scalars(
            select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
        ).all()
        there = [(line.product_id, line.text, line.quantity, line.unit_price) for line in lines]
        given = [
            (line.get("product_id"), line.get("text"), line["quantity"], line["unit_price"])
            for line in one.values["lines"]
        ]
        return there != given


def _is_line(entry: Entry) -> bool:
    return entry.values.get("unit_price") is not None or bool(entry.values.get("product"))


def _number(entry: Entry) -> str:
    return str(entry.values.get("external_id") or "")


def _reference(row: Mapping[str, Any]) -> str:
    return str(row.get("customer") or row.get("customer_name"))


def _total(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row without lines is one line that is nothing but the total."""
    if values.get("amount") is None:
        raise invalid("amount", REQUIRED)
    amount = cents(values["amount"])
    return {"quantity": Decimal(1), "unit_price": abs(amount), "signed": amount, "negative": amount < 0}


def _line(values: Mapping[str, Any]) -> dict[str, Any]:
    quantity = values.get("quantity", Decimal(1))
    price = values.get("unit_price")
    if price is None:
        if values.get("amount") is None:
            raise invalid("amount", REQUIRED)
        # Without a price of its own the line is worth its amount, whatever the quantity.
        each = values["amount"] / quantity if quantity else Decimal(0)
        if quantity and each == cents(each):
            price = each
        else:
            quantity, price = Decimal(1), values["amount"]
    price = cents(price)
    line = {
        "quantity": abs(quantity),
        "unit_price": abs(price),
        "signed": quantity * price,
        "negative": (quantity < 0) != (price < 0),
        "product": values.get("product"),
    }
    return line | {name: values[name] for name in ("discount", "vat_rate") if name in values}
