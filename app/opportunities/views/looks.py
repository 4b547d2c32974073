"""How values of opportunities look in lists, on cards and on pages."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, ngettext
from app.opportunities import queries
from app.opportunities.models import OpportunityStatus
from app.opportunities.workflow import LABELS
from app.theme import cells

status = cells.badge(
    {
        OpportunityStatus.unassigned: (LABELS[OpportunityStatus.unassigned], "wait"),
        OpportunityStatus.developing: (LABELS[OpportunityStatus.developing], "open"),
        OpportunityStatus.won: (LABELS[OpportunityStatus.won], "good"),
        OpportunityStatus.lost: (LABELS[OpportunityStatus.lost], "bad"),
    }
)


def term(name: str) -> cells.Cell:
    """A cell that shows the label of an entry of the dictionary."""
    return lambda value: dictionary.label(db.session, name, value)


def stage(code: str | None) -> str:
    """A stage in words."""
    found = queries.stage_named(db.session(), code) if code else None
    return str(found) if found else code or ""


def next_step(due_at: datetime | None) -> str:
    """When the next step is due; said in words when nothing is planned."""
    return cells.due_day(due_at) or Markup('<span class="sub">{}</span>').format(_("no next step"))


def percent(value: int | None) -> str:
    """A probability in percent."""
    return "" if value is None else f"{value}%"


def days(count: int) -> str:
    """A number of days in words."""
    return ngettext("%(num)d day", "%(num)d days", count)
