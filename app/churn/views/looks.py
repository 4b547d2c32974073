"""How churn cases look in lists and on pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.churn.models import ChurnCase, ChurnStatus
from app.churn.workflow import LABELS
from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, format_short_day, listed, ngettext
from app.customers.models import Customer
from app.theme import cells

TONES = {
    ChurnStatus.warned: (LABELS[ChurnStatus.warned], "wait"),
    ChurnStatus.postponed: (LABELS[ChurnStatus.postponed], "wait"),
    ChurnStatus.lost: (LABELS[ChurnStatus.lost], "bad"),
    ChurnStatus.recovered: (LABELS[ChurnStatus.recovered], "good"),
}
status = cells.badge(TONES)


def term(name: str) -> cells.Cell:
    """A cell that shows the label of an entry of the dictionary."""
    return lambda value: dictionary.label(db.session, name, value)


def measures(codes: list[str]) -> str:
    """Measures in words."""
    return listed(dictionary.label(db.session, "churn_measure", code) for code in codes)


def customer(value: Customer | None) -> str:
    """A customer's name; in a list of cases it leads to the case."""
    return value.name if value is not None else ""


def look_again(case: ChurnCase, today: date) -> str:
    """Until when a case is postponed; red once the day has come."""
    if case.look_again_on is None:
        return ""
    late = (today - case.look_again_on).days
    if late > 0:
        return cells.status_badge(ngettext("Review %(num)d day overdue", "Review %(num)d days overdue", late), "bad")
    if late == 0:
        return cells.status_badge(_("Review today"), "bad")
    return cells.status_badge(_("Postponed to %(day)s", day=format_short_day(case.look_again_on, today)), "wait")


def name_of(case: ChurnCase) -> Any:
    """What a case is called."""
    return case.customer.name if case.customer else ""
