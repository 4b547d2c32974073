"""Everything one can do with orders."""

from app.core.i18n import _l
from app.customers import services as customers
from app.opportunities import services as opportunities
from app.orders.models import Order, OrderLine
from app.orders.services import leaving, moves, reconciling
from app.orders.services.bulk import Entered, create_orders
from app.orders.services.orders import correct_order, create_order, delete_order, enter_order, update_order
from app.orders.services.rollups import keep, move_on, refresh, stale_customers
from app.orders.workflow import workflow
from app.products import services as products

customers.register(Order.customer_id, owner=Order.owner_id)
opportunities.keep_closed(Order.opportunity_id, _l("There is an order of this opportunity, so it stays closed."))
products.register(OrderLine.product_id)

__all__ = [
    "Entered",
    "correct_order",
    "create_order",
    "create_orders",
    "delete_order",
    "enter_order",
    "keep",
    "leaving",
    "move_on",
    "moves",
    "reconciling",
    "refresh",
    "stale_customers",
    "update_order",
    "workflow",
]
