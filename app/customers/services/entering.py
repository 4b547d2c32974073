"""What was entered for a customer, checked field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import custom_fields, dictionary, regions
from app.core.actors import Actor, acting_as
from app.core.checks import Checks
from app.core.errors import Invalid, invalid
from app.core.i18n import _l
from app.core.identifiers import (
    normalise_account,
    normalise_email,
    normalise_phone,
    normalise_postcode,
    normalise_uscc,
    normalise_website,
    uscc_region,
)
from app.customers.models import Customer, CustomerKind

EDITABLE = frozenset(
    {
        "name", "short_name", "english_name", "kind", "uscc", "industry", "region", "region_name", "level", "credit",
        "source", "parent_id", "is_internal", "phone", "fax", "email", "website", "address", "postcode",
        "legal_representative", "registered_capital", "annual_revenue", "staff", "bank", "bank_account", "notes",
        "tags", "external_id", "custom",
    }
)  # fmt: skip
_TEXTS = {
    "name": 200, "short_name": 80, "english_name": 200, "region_name": 120, "address": 300,
    "legal_representative": 80, "bank": 120, "external_id": 64,
}  # fmt: skip
_SPELLED: dict[str, Callable[[str | None], str]] = {
    "uscc": normalise_uscc,
    "phone": normalise_phone,
    "fax": normalise_phone,
    "email": normalise_email,
    "website": normalise_website,
    "postcode": normalise_postcode,
    "bank_account": normalise_account,
}


def checked(
    session: Session,
    values: Mapping[str, Any],
    customer: Customer | None,
    refuse_other: Callable[[Session, str, str | None, int | None], None] | None = None,
) -> dict[str, Any]:
    """Return what may be written of ``values``; ``customer`` is the one edited, None when one is entered.

    ``refuse_other`` refuses a value another customer has; by default it asks the database.

    :raises Invalid: naming the fields that cannot be accepted.
    """
    checks = Checks(values, EDITABLE, creating=customer is None)
    for name, limit in _TEXTS.items():
        checks.text(name, limit, required=name == "name")
    checks.text("notes", 10_000, lines=True)
    for name, normalise in _SPELLED.items():
        checks.spelled(name, normalise)
    checks.member("kind", CustomerKind)
    for name, term_list in (("industry", "industry"), ("level", "customer_level"), ("source", "source")):
        checks.code(name, dictionary.codes(session, term_list), keep=getattr(customer, name, None))
    for name in ("registered_capital", "annual_revenue"):
        checks.money(name)
    checks.whole("staff", 0, 10_000_000)
    checks.whole("credit", 1, 5)
    checks.key("parent_id")
    if "is_internal" in values:
        checks.flag("is_internal")
    _check_region(checks)
    checks.words("tags", most=20, limit=40)
    custom_fields.take(checks, session, "customer", customer)
    clean = checks.clean
    for name in ("uscc", "external_id"):
        try:
            (refuse_other or refuse_taken)(session, name, clean.get(name), customer.id if customer else None)
        except Invalid as refusal:
            checks.refuse(name, refusal.fields[name])
    if customer is not None and clean.get("parent_id") == customer.id:
        checks.refuse("parent_id", _l("A company cannot be its own parent company."))
    if clean.get("kind") is None:
        clean.pop("kind", None)
    return checks.done()


def _check_region(checks: Checks) -> None:
    code = checks.values.get("region")
    if not code and checks.creating and checks.clean.get("uscc"):
        # The code of credit says where the company was registered.
        code = uscc_region(checks.clean["uscc"])
        code = code if regions.region(code) else None
    if code:
        found = regions.region(str(code))
        if found is None:
            checks.refuse("region", _l("This is not the code of a region."))
            return
        checks.clean["region"] = found.code
        if not checks.clean.get("region_name"):
            checks.clean["region_name"] = found.full_name
    elif "region" in checks.values:
        checks.clean["region"] = None


def refuse_taken(session: Session, name: str, value: str | None, own_id: int | None) -> None:
    """Refuse a value that another customer has. Uniqueness looks past visibility, and says only whose customer has the value."""
    if not value:
        return
    column = getattr(Customer, name)
    with acting_as(Actor.system("uniqueness"), session):
        other = session.execute(
            select(Customer.id, User)
            .outerjoin(User, User.id == Customer.owner_id)
            .where(column == value, Customer.id != (own_id or 0))
        ).first()
    if other is None:
        return
    owner = other[1]
    if owner is None:
        raise invalid(name, _l("Already used by a customer without an owner."))
    raise invalid(name, _l("Already used by a customer of %(owner)s.", owner=owner.name))
