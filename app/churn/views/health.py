"""What churn says on the page of a customer: the health line."""

from __future__ import annotations

from flask import url_for

from app.churn import queries, reasons
from app.churn.models import ChurnStatus
from app.churn.rule import is_silent, rhythms
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _
from app.customers.models import Customer, CustomerStatus
from app.customers.panels import Health
from app.web.session import today


def health_of(customer: Customer) -> Health | None:
    """One sentence from the customer's orders; with an open case, the way to it."""
    actor = current_actor()
    if actor is None or not actor.may("churn_case.see") or customer.last_order_on is None:
        return None
    asof = today()
    rhythm = rhythms(db.session, [customer.id], asof).get(customer.id)
    if rhythm is None:
        return None
    mean_gap, case_id, status = queries.standing(db.session, customer.id)
    text = reasons.facts(rhythm, asof, mean_gap)[0]
    if case_id is not None:
        link = _("Review") if status is ChurnStatus.postponed else _("Decide")
        return Health(text, "wait", url_for("ChurnView.show", pk=case_id), link)
    is_lost = customer.status is CustomerStatus.lost
    return Health(text, "bad" if is_lost else "wait" if is_silent(rhythm.history.last_on, asof) else "good")
