"""What a churn case says about its customer, from what was known on the day it was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.churn import reasons
from app.churn.models import ChurnCase
from app.churn.rule import History, Rhythm
from app.core.i18n import _


@dataclass(frozen=True)
class Story:
    """One customer at risk: the sentence, the usual gap and the silence in days; a gap of 0 is not known."""

    case: ChurnCase
    sentence: str
    usual_gap: int
    silent_days: int


def story_of(case: ChurnCase, day: date) -> Story:
    """Tell a case as of ``day``, without reading the orders again: no order came since, or the case were closed."""
    silent = (day - case.last_order_on).days
    known = case.evidence
    orders, gap = int(known.get("orders") or 0), int(known.get("usual_gap") or 0)
    if not (orders and gap and known.get("first_on")):
        return Story(case, _("No order for %(days)d days (six-month rule).", days=silent), gap, silent)
    first_on = date.fromisoformat(known["first_on"])
    history = History(case.customer_id, first_on, case.last_order_on, orders, case.value_12m)
    # The mean gap of that day, so that the usual gap is the one that was stored.
    mean_gap = float(gap * orders - history.span)
    return Story(case, reasons.facts(Rhythm(history, ()), day, mean_gap)[0], gap, silent)
