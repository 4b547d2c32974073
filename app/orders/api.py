"""The REST resource of orders and returns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.core.database import db
from app.orders import services
from app.orders.models import Order, OrderLine
from app.orders.services.entering import HEADER
from app.orders.workflow import workflow
from app.web.api import CrmApi
from app.web.interface import CrmInterface

LINE_COLUMNS = (
    "id", "position", "product_id", "original_line_id", "text", "quantity", "unit_price", "discount", "vat_rate", "gross",
    "net",
)  # fmt: skip


class OrderApi(CrmApi):
    """Orders with their lines; totals are computed, never sent."""

    kind = "order"
    resource_name = "orders"
    datamodel = CrmInterface(Order)
    columns = (
        "number", "external_id", "kind", "status", "customer_id", "contact_id", "opportunity_id", "original_id", "owner_id",
        "ordered_on", "promised_on", "delivered_on", "address", "notes", "cancel_reason", "gross", "net", "value",
        "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = (*sorted(HEADER), "lines")
    search_columns = [
        "number", "external_id", "status", "customer_id", "opportunity_id", "owner_id", "ordered_on", "promised_on",
        "delivered_on", "value",
    ]  # fmt: skip
    order_columns = ["id", "ordered_on", "value", "created_at"]
    create = staticmethod(services.create_order)
    update = staticmethod(services.update_order)
    remove = staticmethod(services.delete_order)
    workflow = workflow
    move_data = {"complete": {"delivered_on": "day"}, "cancel": {"reason": "text"}}

    def pre_get(self, data: dict[str, Any]) -> None:
        super().pre_get(data)
        data["result"]["lines"] = _lines(data["result"]["id"])


def _lines(order_id: int) -> list[dict[str, Any]]:
    """The lines of an order that was found visible, as JSON."""
    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
    return [{name: getattr(line, name) for name in LINE_COLUMNS} for line in lines]
