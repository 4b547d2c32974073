"""An opportunity of somebody not known yet: the customer, its contact and the opportunity are entered at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.actors import Actor
from app.core.doing import done_by
from app.core.errors import Invalid
from app.customers.services.contacts import create_contact
from app.customers.services.customers import create_customer
from app.opportunities.models import Opportunity
from app.opportunities.services.records import create_opportunity


def create_with_prospect(
    values: Mapping[str, Any],
    customer: Mapping[str, Any],
    contact: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    save_anyway: bool = False,
) -> Opportunity:
    """Enter a prospect, its contact unless ``contact`` is empty, and the opportunity; all of them or none.

    Refused fields of the customer and the contact are named ``customer_name``, ``contact_mobile`` and so on. Whoever
    the opportunity is assigned to becomes responsible for the prospect.

    :raises LooksLikeAnother: if a similar customer exists and ``save_anyway`` was not said.
    :raises Invalid: for what was entered wrongly.
    """
    owner_id = values.get("owner_id")
    with done_by(by, at, "opportunity.add") as session, session.begin_nested():
        source = {"source": values["source"]} if values.get("source") else {}
        with _named("customer_"):
            prospect = create_customer(
                source | dict(customer), by=by, at=at, owner_id=owner_id, save_anyway=save_anyway
            )
        person = None
        if any(contact.values()):
            with _named("contact_"):
                person = create_contact({**contact, "customer_id": prospect.id}, by=by, at=at)
        whole = {**values, "customer_id": prospect.id, "contact_id": person.id if person else None}
        return create_opportunity(whole, by=by, at=at)


class _named:  # noqa: N801 - reads as a with-clause
    """Give the refused fields of one part of the form its prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, refusal: BaseException | None, _traceback: object) -> None:
        if type(refusal) is Invalid and refusal.fields:
            raise Invalid(fields={f"{self.prefix}{name}": sentence for name, sentence in refusal.fields.items()})
