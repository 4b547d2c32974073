"""A service specialist's work: requests by deadline, solutions waiting for feedback, late first answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.database import db
from app.core.i18n import _, _l, format_number
from app.reports.home import links
from app.reports.home.asked import Asked
from app.reports.home.numbers import Numbers, Question, counted
from app.reports.home.queries import serving as queries
from app.reports.home.queries import shared
from app.reports.home.sections import Section
from app.service.models import RequestStatus, ServiceRequest
from app.service.queries import LATE_ANSWER_DAYS
from app.service.views.looks import clock, priority, short, term
from app.theme.widgets import Kpi


def questions(asked: Asked) -> list[Question]:
    """What is counted for the strip."""
    if not asked.may("service_request.see"):
        return []
    mine = queries.my_requests
    assigned, late, today = RequestStatus.assigned, shared.due_before(asked), queries.due_today(asked)
    conditions = {
        "open": mine(asked, assigned),
        "late": mine(asked, assigned, late),
        "today": mine(asked, assigned, today),
        "feedback": mine(asked, RequestStatus.processed),
        "rated": mine(asked, RequestStatus.reviewed),
        "answered_late": queries.answered_late(asked),
    }
    return [counted(name, ServiceRequest.id, *where) for name, where in conditions.items()]


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """The strip and the lists."""
    session, sees, urls = db.session(), asked.may("service_request.see"), _urls(asked)
    return {
        "strip": _strip(found, urls) if sees else [],
        "urls": urls,
        "found": found,
        "requests": session.scalars(queries.by_deadline(asked)).all() if sees else [],
        "waiting": session.scalars(queries.waiting_for_feedback(asked)).all() if sees else [],
        "clock": lambda request: clock(request.due_at(), asked.at),
        "priority": priority,
        "short": short,
        "type_of": term("request_type"),
    }


def _urls(asked: Asked) -> dict[str, str]:
    mine = {"_flt_0_owner_id": asked.me, "_flt_0_status": "assigned"}
    since = asked.day - timedelta(days=LATE_ANSWER_DAYS)
    return {
        "open": links.requests(**mine),
        "late": links.requests(**mine, _flt_2_resolution_due_at=asked.yesterday.isoformat()),
        "today": links.requests(**mine, _flt_0_resolution_due_at=asked.day.isoformat()),
        "feedback": links.requests(_flt_0_owner_id=asked.me, _flt_0_status="processed"),
        "rated": links.requests(_flt_0_owner_id=asked.me, _flt_0_status="reviewed"),
        "answered_late": links.requests(_flt_0_owner_id=asked.me, answer="late", _flt_1_received_at=since.isoformat()),
    }


def _strip(found: Numbers, urls: dict[str, str]) -> list[Kpi]:
    days = _("%(days)d days", days=LATE_ANSWER_DAYS)
    labels = (
        ("late", _("Overdue"), "bad", ""),
        ("today", _("Due today"), "wait", ""),
        ("open", _("My open requests"), "", ""),
        ("feedback", _("Waiting for feedback"), "", ""),
        ("rated", _("Rated, to archive"), "", ""),
        ("answered_late", _("First answer late"), "wait", days),
    )
    return [
        Kpi(label, format_number(found[name].count), note, urls[name], tone if found[name].count else "")
        for name, label, tone, note in labels
    ]


SECTION = Section(
    "service", _l("My service requests"), "Service Specialist", ("service_request.process",), questions, page
)
