"""Which fields the form of an order has: all for a new one, fewer for a return or once prices are fixed."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from app.core.database import db
from app.orders import queries
from app.orders.forms import OrderForm
from app.orders.models import Order
from app.orders.services.orders import LATER

OF_A_SALE = ("customer_id", "contact_id", "opportunity_id", "promised_on", "delivered_on", "address")


class AddForms:
    """Makes the form of a new order, or of a return when the address or the form names the original."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def refresh(self, obj: Any = None) -> OrderForm:
        """Return a form filled from the request."""
        form: OrderForm = OrderForm.refresh(obj=obj)
        key = request.values.get("original_id", "")
        if key:
            original = self._view.found(key)
            if not self._view.may_return(original):
                abort(404)
            form.original_id.data = original.id
            form.original = original
            offer_lines(form, original)
        else:
            del form.original_id
        del form.delivered_on
        return form


class EditForms:
    """Makes the form of an existing order with the fields that its status leaves open."""

    def __init__(self, view: Any) -> None:
        self._view = view

    def refresh(self, obj: Any = None) -> OrderForm:
        """Return a form filled from the request or from the order."""
        order: Order = obj or self._view.found(request.view_args["pk"] if request.view_args else "")
        return self._fitted(OrderForm.refresh(obj=obj), order)

    def __call__(self, formdata: None = None, obj: Any = None) -> OrderForm:
        """Return a form filled from the order alone, whatever was sent."""
        return self._fitted(OrderForm(formdata=formdata, obj=obj), obj)

    @staticmethod
    def _fitted(form: OrderForm, order: Order) -> OrderForm:
        """Leave in ``form`` what the status of ``order`` leaves open."""
        del form.original_id
        if order.is_return and order.original is not None:
            offer_lines(form, order.original, apart_from=order.id)
        for name in (
            "customer_id",
            "contact_id",
            "opportunity_id",
            "ordered_on",
            "promised_on",
            "delivered_on",
            "address",
        ):
            if name in form and name not in LATER[order.status]:
                del form[name]
        if "lines" not in LATER[order.status]:
            del form.lines
        return form


def offer_lines(form: OrderForm, original: Order, *, apart_from: int | None = None) -> None:
    """Make ``form`` one of a return: the sold lines with what is left of them, and nothing else to choose."""
    left = queries.left_to_return(db.session(), original, apart_from=apart_from)
    lines = [(line, units) for line, units in left if units > 0]
    sent = bool(form.lines.rows)
    form.lines.offer(lines)
    if sent:
        # A line of which nothing is returned was sent empty, or not at all.
        asked = {row["original_line_id"]: row["quantity"] for row in form.lines.used}
        for row in form.lines.rows:
            row.texts["quantity"] = asked.get(row["original_line_id"], "0")
    for name in OF_A_SALE:
        if name in form:
            del form[name]
