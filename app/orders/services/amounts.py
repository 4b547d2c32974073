"""What a line comes to; pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.money import cents, net_of_vat

NOTHING = Decimal("0.00")


def line_gross(quantity: Decimal, unit_price: Decimal, discount: Decimal) -> Decimal:
    """Return quantity × price less the discount, incl. VAT, rounded half up to the cent.

    :raises NotAnAmount: when it has more than 12 digits before the point.
    """
    return cents(quantity * unit_price * (1 - discount))


def line_amounts(line: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """Return (gross, net) of a line; net is rounded on its own, so that totals are sums of lines."""
    gross = line_gross(line["quantity"], line["unit_price"], line["discount"])
    return gross, net_of_vat(gross, line["vat_rate"])


def part_of(gross: Decimal, quantity: Decimal, left: tuple[Decimal, Decimal], sold: Decimal) -> Decimal:
    """Return what ``quantity`` of a line of ``sold`` units and ``gross`` comes to when it is given back.

    ``left`` is (units, gross) not given back before. Whoever gives back the last unit gets what is left of the
    amount, so that all returns of a line together are exactly what was paid.
    """
    units, amount = left
    return amount if quantity >= units else min(cents(gross * quantity / sold), amount)


@dataclass(frozen=True)
class Totals:
    """The sums of an order's lines: incl. VAT, excl. VAT, and what it cost."""

    gross: Decimal
    net: Decimal
    cost: Decimal


def totals(lines: Iterable[Mapping[str, Any]]) -> Totals:
    """Add up lines whose gross and net are known.

    :raises NotAnAmount: when a sum has more than 12 digits before the point.
    """
    gross = net = cost = NOTHING
    for line in lines:
        gross += line["gross"]
        net += line["net"]
        if line["unit_cost"] is not None:
            cost += cents(line["quantity"] * line["unit_cost"])
    return Totals(cents(gross), cents(net), cents(cost))
