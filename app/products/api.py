"""The REST resource of products."""

from __future__ import annotations

from typing import Any

from app.products import services
from app.products.models import Product
from app.web.api import CrmApi
from app.web.interface import CrmInterface
from app.web.session import acting


class ProductApi(CrmApi):
    """Products."""

    kind = "product"
    resource_name = "products"
    datamodel = CrmInterface(Product)
    columns = (
        "code", "external_id", "name", "model", "category", "unit", "list_price", "vat_rate", "cost_price", "active",
        "description", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = tuple(sorted(services.FIELDS))
    search_columns = ["code", "external_id", "name", "model", "category", "active", "list_price", "changed_at"]
    order_columns = ["id", "name_key", "code", "list_price", "changed_at"]
    create = staticmethod(services.create_product)
    update = staticmethod(services.update_product)
    remove = staticmethod(services.delete_product)

    def _mask(self, row: dict[str, Any]) -> None:
        if not acting().may("product.see_private"):
            row.pop("cost_price", None)
