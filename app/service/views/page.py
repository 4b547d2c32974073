"""What stands on the page of one request."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup

from app.accounts.queries import user_names
from app.core.database import db
from app.core.i18n import _, _l, format_moment
from app.core.identifiers import mask_phone
from app.customers.timeline_page import Line
from app.customers.views import looks as customer_looks
from app.service import queries, terms
from app.service.models import FeedbackSource, RequestStatus, ServiceRequest, ServiceRequestLog
from app.service.services.moves import unanswered_from
from app.service.views import looks
from app.theme import cells
from app.theme.widgets import Fact, Kpi, MoveButton
from app.web.custom_forms import custom_facts
from app.web.session import now, today

MOST_OTHERS = 6
LAST_EVENTS = 5
# What stands in the history for each move: icon, colour and what was done.
EVENTS = {
    "create": ("ti-headset", "open", _l("Entered")),
    "assign": ("ti-user-check", "open", _l("Assigned")),
    "reassign": ("ti-user-share", "open", _l("Reassigned")),
    "process": ("ti-tool", "good", _l("Processed")),
    "record_feedback": ("ti-star", "open", _l("Feedback received")),
    "send_back": ("ti-arrow-back-up", "wait", _l("Sent back")),
    "archive": ("ti-archive", "", _l("Archived")),
    "archive_unanswered": ("ti-archive", "", _l("Archived without an answer")),
    "reopen": ("ti-rotate", "wait", _l("Reopened")),
}


def facts(request: ServiceRequest) -> list[tuple[Any, list[Fact]]]:
    """The cards of facts beside the story."""
    term = looks.term
    return [
        (
            _("Request"),
            [
                Fact(_("Type"), term("request_type")(request.type)),
                Fact(_("Priority"), looks.priority(request.priority)),
                Fact(_("Channel"), term("request_channel")(request.channel)),
                Fact(_("Product"), request.product.name if request.product else ""),
                Fact(_("Serial number"), request.serial_number),
                Fact(_("Answer due"), format_moment(request.response_due_at)),
                Fact(_("Solution due"), format_moment(request.resolution_due_at)),
                *_waiting(request),
            ],
        ),
        (
            _("Customer"),
            [
                Fact(_("Customer"), customer_looks.customer_link(request.customer)),
                Fact(_("Contact"), _contact(request)),
                Fact(_("Level"), cells.level(request.customer.level if request.customer else None)),
                Fact(_("Satisfaction"), cells.stars(request.customer.satisfaction if request.customer else None)),
            ],
        ),
        (
            _("Complaint") if request.is_complaint else _("Judgement"),
            [
                Fact(_("Upheld"), cells.yes_no(request.upheld)),
                Fact(_("Severity"), looks.severity(request.severity)),
                Fact(_("Responsible person"), request.responsible.name if request.responsible else ""),
                Fact(_("Compensation"), request.compensation),
                *custom_facts("service_request", request.custom),
            ],
        ),
    ]


def told(request: ServiceRequest) -> dict[str, Any]:
    """What the panel beside the list tells: what was asked, what helped, the facts, what happened last."""
    (asked, items), *more = facts(request)
    return {
        "texts": [
            (_("What the customer says"), request.text),
            (_("Solution"), request.solution),
            (_("Cause"), request.cause),
            (_("Feedback"), request.feedback),
        ],
        "facts": [(asked, [Fact(_("Specialist"), cells.person(request.owner)), *items]), *more],
        "entries": log_lines(request)[:LAST_EVENTS],
    }


def _waiting(request: ServiceRequest) -> list[Fact]:
    if request.status != RequestStatus.processed:
        return []
    return [Fact(_("Archive unanswered from"), cells.day(unanswered_from(request)))]


def _contact(request: ServiceRequest) -> Any:
    contact = request.contact
    if contact is None:
        return ""
    link = Markup('<a href="{}">{}</a>').format(url_for("ContactView.show", pk=contact.id), contact.name)
    phone = mask_phone(contact.mobile or contact.phone)
    return Markup("{} <span class='sub'>{}</span>").format(link, phone) if phone else link


def log_lines(request: ServiceRequest) -> list[Line]:
    """What happened to the request, newest first."""
    log = list(db.session.scalars(queries.log_of(request.id)))
    names = user_names(db.session())
    return [_line(entry, names) for entry in reversed(log)]


def _line(entry: ServiceRequestLog, names: dict[int, str]) -> Line:
    icon, tone, done = EVENTS[entry.move]
    if entry.move == "record_feedback" and entry.actor_id is None:
        who = str(terms.FEEDBACK_SOURCES[FeedbackSource.customer])
    else:
        who = names.get(entry.actor_id or 0, _("System"))
    line: Any = ""
    if entry.owner_id and entry.owner_id != entry.owner_before_id:
        line = _("→ %(name)s", name=names.get(entry.owner_id, ""))
    if entry.move == "record_feedback":
        line = cells.stars(entry.satisfaction)
    return Line(
        at=entry.at,
        icon=icon,
        tone=tone,
        what=done,
        who=who,
        line=line,
        body=entry.note or "",
    )


def others(request: ServiceRequest) -> list[ServiceRequest]:
    """The customer's other requests that the person may see, newest first."""
    return list(db.session.scalars(queries.others_of(request.customer_id, request.id).limit(MOST_OTHERS)))


def possible_moves(buttons: list[MoveButton], request: ServiceRequest) -> list[MoveButton]:
    """The buttons without the one that would only be refused: the facts say from when it is possible."""
    first = unanswered_from(request)
    early = first is not None and today() < first
    return [button for button in buttons if not (early and button.name == "archive_unanswered")]


def kpis(request: ServiceRequest) -> list[Kpi]:
    """The strip of times below the head."""
    at = now()
    answer = looks.clock(None if request.responded_at or not request.is_open else request.response_due_at, at)
    solution = looks.clock(request.resolution_due_at if request.is_open else None, at)
    return [
        Kpi(_("Received"), cells.moment(request.received_at)),
        Kpi(
            _("First answer") if request.responded_at else _("Answer due"),
            cells.moment(request.responded_at) or (answer.text if answer else "–"),
            tone=answer.tone if answer else looks.late(request.responded_at, request.response_due_at),
        ),
        Kpi(
            _("Processed on") if request.processed_at else _("Solution due"),
            cells.moment(request.processed_at) or (solution.text if solution else "–"),
            tone=solution.tone if solution else looks.late(request.processed_at, request.resolution_due_at),
        ),
        Kpi(_("Satisfaction"), cells.stars(request.satisfaction) or "–"),
    ]
