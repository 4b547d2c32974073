"""How the timeline of a customer tells of orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core.i18n import _, format_money
from app.core.timeline import telling

_PAGE = "OrderView.show"


def _values(words: dict[str, Any]) -> dict[str, str]:
    return {"number": words["number"], "amount": format_money(Decimal(words["amount"]))}


def _is_return(words: dict[str, Any]) -> bool:
    return words["kind"] == "return"


@telling("order.enter", group="order", icon="file-import", colour="done", endpoint=_PAGE)
def _entered(words: dict[str, Any]) -> str:
    if _is_return(words):
        return _("Return %(number)s, %(amount)s", **_values(words))
    return _("Order %(number)s, %(amount)s", **_values(words))


@telling("order.confirm", group="order", icon="shopping-cart", colour="good", endpoint=_PAGE)
def _confirmed(words: dict[str, Any]) -> str:
    if _is_return(words):
        return _("Return %(number)s was confirmed, %(amount)s", **_values(words))
    return _("Order %(number)s was confirmed, %(amount)s", **_values(words))


@telling("order.ship", group="order", icon="truck-delivery", colour="open", endpoint=_PAGE)
def _shipped(words: dict[str, Any]) -> str:
    if _is_return(words):
        return _("The goods of return %(number)s are on their way back", **_values(words))
    return _("Order %(number)s was shipped", **_values(words))


@telling("order.complete", group="order", icon="circle-check", colour="done", endpoint=_PAGE)
def _completed(words: dict[str, Any]) -> str:
    if _is_return(words):
        return _("Return %(number)s is completed", **_values(words))
    return _("Order %(number)s is completed", **_values(words))


@telling("order.cancel", group="order", icon="circle-x", colour="bad", endpoint=_PAGE)
def _cancelled(words: dict[str, Any]) -> str:
    if _is_return(words):
        return _("Return %(number)s was cancelled, %(amount)s", **_values(words))
    return _("Order %(number)s was cancelled, %(amount)s", **_values(words))
