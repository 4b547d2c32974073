"""Customers, products and orders for the tests of this folder."""

from tests.support.orders import make_customer, make_order, make_product, system

__all__ = ["make_customer", "make_order", "make_product", "system"]
