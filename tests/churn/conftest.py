"""What the tests of churn share."""

from tests.support.churn import make_case, make_customer, make_history
from tests.support.orders import make_order, make_product, system

__all__ = ["make_case", "make_customer", "make_history", "make_order", "make_product", "system"]
