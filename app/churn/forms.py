"""The forms of what is decided about a churn case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_appbuilder.forms import DynamicForm

from app.churn.services.deciding import LONGEST_PAUSE, LONGEST_TEXT
from app.core import dictionary
from app.core.database import db, utc_now
from app.core.i18n import _, _l, local_day
from app.theme.fields import ChoiceField, DayField, ManyChoicesField, TextField


def term_choices(name: str) -> Any:
    """The active entries of one list of the dictionary, asked for when a form is shown."""
    return lambda: dictionary.choices(db.session, name)


def _today() -> date:
    return local_day(utc_now())


def shortcuts() -> list[tuple[str, str]]:
    """(day, words) of the days people choose most."""
    today = _today()
    return [
        ((today + timedelta(days=14)).isoformat(), _("2 weeks")),
        ((today + timedelta(days=30)).isoformat(), _("1 month")),
        ((today + timedelta(days=91)).isoformat(), _("3 months")),
    ]


class PostponeForm(DynamicForm):
    """What is done to keep the customer, and when to look again."""

    measures = ManyChoicesField(_l("Measures taken"), choices=term_choices("churn_measure"), required=True)
    text = TextField(_l("Explanation"), longest=LONGEST_TEXT, lines=True)
    look_again_on = DayField(
        _l("Review on"),
        required=True,
        first=lambda: _today() + timedelta(days=1),
        last=lambda: _today() + LONGEST_PAUSE,
    )


class ConfirmForm(DynamicForm):
    """Why the customer is given up."""

    reason = ChoiceField(_l("Reason"), choices=term_choices("churn_reason"), required=True)
    note = TextField(
        _l("Note"), longest=LONGEST_TEXT, lines=True, description=_l("The customer will be marked as lost.")
    )


class RecoverForm(DynamicForm):
    """Why the customer stays."""

    note = TextField(
        _l("Note"),
        longest=LONGEST_TEXT,
        lines=True,
        required=True,
        description=_l("An order closes the case by itself; say here how you know without one."),
    )
