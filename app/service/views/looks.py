"""How values of service requests look in lists, on cards and on pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.core import dictionary, i18n
from app.core.database import db, utc_now
from app.core.i18n import _, ngettext
from app.service.models import Priority, RequestStatus, Severity
from app.service.services.story import excerpt
from app.service.terms import PRIORITIES, SEVERITIES
from app.service.workflow import LABELS
from app.theme import cells

MINUTE, HOUR, DAY = 60, 3_600, 86_400

status = cells.badge(
    {
        RequestStatus.created: (LABELS[RequestStatus.created], "wait"),
        RequestStatus.assigned: (LABELS[RequestStatus.assigned], "open"),
        RequestStatus.processed: (LABELS[RequestStatus.processed], "open"),
        RequestStatus.reviewed: (LABELS[RequestStatus.reviewed], "good"),
        RequestStatus.archived: (LABELS[RequestStatus.archived], "done"),
    }
)
priority = cells.badge(
    {
        Priority.low: (PRIORITIES[Priority.low], "done"),
        Priority.normal: (PRIORITIES[Priority.normal], "done"),
        Priority.high: (PRIORITIES[Priority.high], "wait"),
        Priority.urgent: (PRIORITIES[Priority.urgent], "bad"),
    }
)
severity = cells.badge(
    {Severity.minor: (SEVERITIES[Severity.minor], "wait"), Severity.serious: (SEVERITIES[Severity.serious], "bad")}
)


def term(name: str) -> cells.Cell:
    """A cell that shows the label of an entry of the dictionary."""
    return lambda value: dictionary.label(db.session, name, value)


def short(value: str | None) -> str:
    """The beginning of a text."""
    return excerpt(value) if value else ""


@dataclass(frozen=True)
class Clock:
    """How long until a deadline, in words; ``tone`` is bad, wait or empty."""

    text: str
    tone: str
    due_at: datetime


def clock(due_at: datetime | None, now: datetime) -> Clock | None:
    """The clock of a deadline; None without one."""
    if due_at is None:
        return None
    seconds = int((due_at - now).total_seconds())
    if seconds < 0:
        return Clock(_("%(time)s overdue", time=_span(-seconds)), "bad", due_at)
    return Clock(_("%(time)s left", time=_span(seconds)), "wait" if seconds < 4 * HOUR else "", due_at)


def late(done_at: datetime | None, due_at: datetime | None) -> str:
    """The tone of something that was done after its deadline."""
    return "bad" if done_at and due_at and done_at > due_at else ""


def _span(seconds: int) -> str:
    if seconds < HOUR:
        return ngettext("%(num)d minute", "%(num)d minutes", max(seconds // MINUTE, 1))
    if seconds < 2 * DAY:
        return ngettext("%(num)d hour", "%(num)d hours", seconds // HOUR)
    return ngettext("%(num)d day", "%(num)d days", seconds // DAY)


def due(value: datetime | None) -> str:
    """A deadline as its clock, with the exact moment on hover."""
    found = clock(value, utc_now())
    if found is None:
        return ""
    return Markup('<time class="nowrap {}" title="{}">{}</time>').format(
        f"t-{found.tone}" if found.tone else "", i18n.format_moment(found.due_at), found.text
    )
