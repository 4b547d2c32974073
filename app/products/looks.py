"""How rates look: in a form as the share that is stored, to read in percent, never rounded."""

from __future__ import annotations

from decimal import Decimal

from app.core.i18n import format_number, parse_decimal


def rate_text(rate: Decimal | None) -> str:
    """A share as a choice of a form holds it: 0.13, 0.00, 0.015."""
    if rate is None:
        return ""
    return f"{rate:.2f}" if rate == round(rate, 2) else f"{rate:.4f}"


def rate_label(rate: Decimal | str | None) -> str:
    """A share in percent: 13%, 1.5%; a text that is no number as it is."""
    if rate in (None, ""):
        return ""
    try:
        return f"{format_number(parse_decimal(str(rate)) * 100)}%"
    except ValueError:
        return str(rate)
