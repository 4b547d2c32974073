"""Customers and what people record about them."""

from app.customers.models.customers import (
    AccessReason,
    ChurnBand,
    Customer,
    CustomerAccess,
    CustomerKey,
    CustomerKind,
    CustomerStatus,
    CustomerTag,
    Tag,
)
from app.customers.models.people import Contact, FollowUp, FollowUpKind, Gender, Plan

__all__ = [
    "AccessReason",
    "ChurnBand",
    "Contact",
    "Customer",
    "CustomerAccess",
    "CustomerKey",
    "CustomerKind",
    "CustomerStatus",
    "CustomerTag",
    "FollowUp",
    "FollowUpKind",
    "Gender",
    "Plan",
    "Tag",
]
