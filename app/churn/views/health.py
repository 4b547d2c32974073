"""What churn says on other pages: the health line of a customer, the number beside the menu entry."""

from __future__ import annotations

from flask import g, url_for

from app.churn import queries, reasons
from app.churn.models import ChurnCase, ChurnStatus
from app.churn.rule import is_silent, rhythms
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _
from app.customers.models import Customer, CustomerStatus
from app.customers.panels import Health
from app.theme.layout import Badge
from app.web.session import today


def health_of(customer: Customer) -> Health | None:
    """One sentence from the customer's orders; with an open case, the way to it."""
    actor = current_actor()
    if actor is None or not actor.may("churn_case.see"):
        return None
    asof = today()
    rhythm = rhythms(db.session, [customer.id], asof).get(customer.id)
    if rhythm is None:
        return None
    text = reasons.facts(rhythm, asof, queries.mean_gap(db.session))[0]
    silent = is_silent(rhythm.history.last_on, asof)
    tone = "bad" if customer.status is CustomerStatus.lost else "wait" if silent else "good"
    case: ChurnCase | None = queries.open_case_of(db.session, customer.id)
    if case is None:
        return Health(text, tone)
    link = _("Look again") if case.status is ChurnStatus.postponed else _("Decide")
    return Health(text, "wait", url_for("ChurnView.show", pk=case.id), link)


def waiting() -> Badge:
    """How many cases in sight wait for a decision."""
    if "churn_waiting" not in g:
        g.churn_waiting = queries.waiting(db.session)
    return Badge(g.churn_waiting, "wait")
