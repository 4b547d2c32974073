"""The REST resource of orders; one order is answered with its lines."""

from __future__ import annotations

from typing import Any

from app.core.database import db
from app.orders import queries, services
from app.orders.models import Order, OrderLine
from app.orders.services.entering import HEADER
from app.orders.workflow import workflow
from app.web.api import CrmApi
from app.web.interface import CrmInterface
from app.web.session import acting

_LINE = (
    "id", "position", "product_id", "original_line_id", "text", "quantity", "unit_price", "discount", "vat_rate", "gross", "net",
)  # fmt: skip


class OrderApi(CrmApi):
    """Orders and returns."""

    kind = "order"
    resource_name = "orders"
    datamodel = CrmInterface(Order)
    columns = (
        "number", "external_id", "kind", "status", "customer_id", "contact_id", "opportunity_id", "original_id",
        "owner_id", "ordered_on", "promised_on", "delivered_on", "address", "notes", "cancel_reason", "gross", "net",
        "value", "cost", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = (*sorted(HEADER), "lines")
    search_columns = [
        "number", "external_id", "kind", "status", "customer_id", "opportunity_id", "original_id", "owner_id",
        "ordered_on", "promised_on", "delivered_on", "value", "changed_at",
    ]  # fmt: skip
    order_columns = ["id", "number", "ordered_on", "promised_on", "value", "created_at", "changed_at"]
    create = staticmethod(services.create_order)
    update = staticmethod(services.update_order)
    remove = staticmethod(services.delete_order)
    workflow = workflow
    move_data = {"complete": {"delivered_on": "day"}, "cancel": {"reason": "text"}}

    def pre_get_list(self, data: dict[str, Any]) -> None:
        for row in data["result"]:
            _without_cost(row)

    def _mask(self, row: dict[str, Any]) -> None:
        """Complete one order by its lines."""
        _without_cost(row)
        row["lines"] = [_line(line) for line in db.session.scalars(queries.lines_of(row["id"]))]


def _without_cost(row: dict[str, Any]) -> None:
    if not acting().may("order.see_private"):
        row.pop("cost", None)


def _line(line: OrderLine) -> dict[str, Any]:
    names = (*_LINE, "unit_cost") if acting().may("order.see_private") else _LINE
    values = {name: getattr(line, name) for name in names}
    # Exact, as FAB writes amounts.
    return {
        name: value if value is None or isinstance(value, int | str) else str(value) for name, value in values.items()
    }
