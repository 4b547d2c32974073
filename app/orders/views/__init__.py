"""Pages of orders."""

from app.orders.views.orders import OrderView

__all__ = ["OrderView"]
