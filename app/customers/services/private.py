"""Masked fields, shown in full to those who may and only with a line in the audit log."""

from __future__ import annotations

from datetime import datetime

from app.core import audit
from app.core.actors import Actor
from app.core.database import db
from app.core.errors import NotAllowed, NotFound
from app.core.i18n import _l
from app.customers.models import Contact, Customer

PRIVATE = {
    Customer: ("customer", {"phone", "fax", "email", "bank_account"}),
    Contact: ("contact", {"mobile", "phone", "email", "wechat"}),
}


def show_private(record: Customer | Contact, field: str, *, by: Actor, at: datetime) -> str:
    """Return a masked field in full; that somebody looked is written down.

    :raises NotAllowed: if ``by`` may not see private fields.
    :raises NotFound: if there is no such field.
    """
    kind, fields = PRIVATE[type(record)]
    if field not in fields:
        raise NotFound
    if not by.may(f"{kind}.see_private"):
        raise NotAllowed(_l("You do not have the right to see private fields."))
    audit.record(db.session, "look", kind, record, {field: [None, None]}, by=by, at=at)
    return str(getattr(record, field) or "")
