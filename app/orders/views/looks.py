"""How values of orders look in lists and on pages."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from app.core.i18n import _l
from app.orders.models import Order, OrderKind, OrderStatus
from app.orders.workflow import LABELS
from app.products.looks import rate_label
from app.theme import cells

TONES = {
    OrderStatus.draft: "done",
    OrderStatus.confirmed: "open",
    OrderStatus.shipped: "wait",
    OrderStatus.completed: "good",
    OrderStatus.cancelled: "bad",
}
KINDS = {OrderKind.sale: _l("Sale"), OrderKind.return_: _l("Return")}

status = cells.badge({status: (LABELS[status], tone) for status, tone in TONES.items()})


rate = rate_label


# What an order is worth; a return is below zero.
value = cells.signed_money


def kind(value: Any) -> str:
    """A mark on returns only."""
    return cells.status_badge(KINDS[OrderKind.return_], "wait") if OrderKind(value) is OrderKind.return_ else ""


def kind_cell(value: Any) -> str:
    """The kind in a list: in words, and a return marked."""
    return kind(value) or kind_word(value)


def kind_word(value: Any) -> str:
    """The kind in words."""
    return str(KINDS[OrderKind(value)])


def order_link(order: Order | None) -> str:
    """An order's number, leading to its page."""
    if order is None:
        return ""
    return Markup('<a href="{}">{}</a>').format(url_for("OrderView.show", pk=order.id), order.number)


def link(endpoint: str, pk: int, text: str) -> str:
    """The name of another record, leading to its page."""
    return Markup('<a href="{}">{}</a>').format(url_for(endpoint, pk=pk), text)
