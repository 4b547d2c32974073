"""How values of this feature look in lists and on pages."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from app.core import dictionary
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _l, current_language
from app.core.identifiers import mask_account, mask_email, mask_phone
from app.core.region_names import region_name
from app.customers.models import ChurnBand, Customer, CustomerStatus
from app.customers.terms import CHURN_BANDS, FOLLOW_UP_KINDS
from app.customers.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, Fact, QuickFilter

STATUS_TONES = {
    CustomerStatus.prospect: (LABELS[CustomerStatus.prospect], "open"),
    CustomerStatus.active: (LABELS[CustomerStatus.active], "good"),
    CustomerStatus.lost: (LABELS[CustomerStatus.lost], "bad"),
}
KIND_FILTER = QuickFilter(
    "kind",
    _l("Kind"),
    choices=lambda: [Choice(str(kind), label) for kind, label in FOLLOW_UP_KINDS.items()],
)
BAND_TONES = {
    ChurnBand.on_track: (CHURN_BANDS[ChurnBand.on_track], "good"),
    ChurnBand.watch: (CHURN_BANDS[ChurnBand.watch], "open"),
    ChurnBand.at_risk: (CHURN_BANDS[ChurnBand.at_risk], "wait"),
    ChurnBand.probably_lost: (CHURN_BANDS[ChurnBand.probably_lost], "bad"),
}
status = cells.badge(STATUS_TONES)
band = cells.badge(BAND_TONES)
MASKS = {
    "phone": mask_phone,
    "fax": mask_phone,
    "mobile": mask_phone,
    "email": mask_email,
    "bank_account": mask_account,
    "wechat": lambda text: text[:1] + "****",
}


def term(name: str) -> cells.Cell:
    """A cell that shows the label of an entry of the dictionary."""
    return lambda value: dictionary.label(db.session, name, value)


def region(code: str | None, entered: str | None) -> str:
    """A region in words: as it was entered, or its name in the reader's language."""
    return region_name(code) if code and (current_language() != "zh" or not entered) else entered or ""


def customer_link(customer: Customer | None) -> str:
    """A customer's name, leading to its page."""
    if customer is None:
        return ""
    return Markup('<a href="{}">{}</a>').format(url_for("CustomerView.show", pk=customer.id), customer.name)


def masked(field: str) -> cells.Cell:
    """A cell that shows a private field as far as everybody may see it."""
    return lambda value: MASKS[field](value) if value else ""


def private(kind: str, record: Any, label: Any, field: str, view: str) -> Fact:
    """A masked value, with a button that shows it (and writes down who looked) for whoever has the right."""
    value = getattr(record, field)
    mask = MASKS[field]
    actor = current_actor()
    scheme = "mailto" if field == "email" else "tel" if field in ("phone", "mobile") else ""
    may_look = value and actor is not None and actor.may(f"{kind}.see_private")
    return Fact(
        label,
        mask(value) if value else "",
        show_url=url_for(f"{view}.private", pk=record.id, field=field) if may_look else "",
        scheme=scheme,
    )
