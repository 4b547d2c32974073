"""What may be entered for a service request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import custom_fields, dictionary
from app.core.checks import NO_CHOICE, Checks
from app.core.visibility import find
from app.customers.models import Contact, Customer
from app.products.models import Product
from app.service.models import Priority, ServiceRequest, Severity

LONGEST_TEXT = 5_000
JUDGED = ("responsible_id", "upheld", "severity", "cause", "compensation", "improvement")
"""What is found out while a request is processed."""
EDITABLE = (
    "type", "priority", "channel", "contact_id", "product_id", "serial_number", "text", "solution", "custom", *JUDGED
)  # fmt: skip
ENTERED = ("customer_id", *EDITABLE)


def check(session: Session, values: Mapping[str, Any], request: ServiceRequest | None) -> dict[str, Any]:
    """Return the values as they may be written; ``request`` is the one edited, None when one is entered.

    :raises Invalid: with every field that is refused.
    """
    checks = Checks(values, ENTERED if request is None else EDITABLE, creating=request is None)
    _texts(checks)
    checks.code(
        "type", dictionary.codes(session, "request_type"), keep=request.type if request else None, required=True
    )
    checks.code("channel", dictionary.codes(session, "request_channel"), keep=request.channel if request else None)
    if values.get("priority") is not None:
        checks.member("priority", Priority, required=True)
    checks.member("severity", Severity)
    if values.get("upheld") is None:
        checks.clean |= {"upheld": None} if "upheld" in values else {}
    else:
        checks.flag("upheld")
    custom_fields.take(checks, session, "service_request", request)
    _records(session, checks, request)
    return checks.done()


def _texts(checks: Checks) -> None:
    checks.text("text", LONGEST_TEXT, required=True, lines=True)
    checks.text("serial_number", 80)
    checks.text("compensation", 300)
    for name in ("cause", "solution", "improvement"):
        checks.text(name, LONGEST_TEXT, lines=True)


def _records(session: Session, checks: Checks, request: ServiceRequest | None) -> None:
    if request is None:
        checks.key("customer_id", required=True)
        _must_exist(session, checks, "customer_id", Customer)
    checks.key("contact_id")
    checks.key("product_id")
    checks.key("responsible_id")
    customer_id = request.customer_id if request else checks.clean.get("customer_id")
    contact = _must_exist(session, checks, "contact_id", Contact)
    if contact is not None and contact.customer_id != customer_id:
        checks.refuse("contact_id", NO_CHOICE)
    _must_exist(session, checks, "product_id", Product)
    _must_exist(session, checks, "responsible_id", User)


def _must_exist(session: Session, checks: Checks, name: str, model: type[Any]) -> Any:
    pk = checks.clean.get(name)
    found = find(session, model, pk) if pk is not None else None
    if pk is not None and found is None:
        checks.refuse(name, NO_CHOICE)
    return found
