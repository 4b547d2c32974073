"""The calendar's page, and the entries it asks for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, g, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.accounts.models import User
from app.core import calendar
from app.core.database import db
from app.core.i18n import _, _l, parse_day, time_zone, to_local
from app.reports.agenda import queries
from app.reports.agenda.queries import Entry
from app.web.lookup import row
from app.web.session import acting, now, today

LONGEST = timedelta(days=45)
"""A month page shows six weeks."""

LABELS: dict[str, Any] = {
    "plan": _l("Plans"),
    "visit": _l("Visits"),
    "service": _l("Service deadlines"),
    "closing": _l("Expected closings"),
    "delivery": _l("Deliveries due"),
    "look_again": _l("Churn review"),
}
RIGHTS = {
    "plan": "plan.see",
    "visit": "plan.see",
    "service": "service_request.see",
    "closing": "opportunity.see",
    "delivery": "order.see",
    "look_again": "churn_case.see",
}
PAGES = {
    "plan": "PlanView.show",
    "follow_up": "FollowUpView.show",
    "service_request": "ServiceRequestView.show",
    "opportunity": "OpportunityView.show",
    "order": "OrderView.show",
    "churn_case": "ChurnView.show",
}
VIEWS = ("month", "week", "day", "list")


class AgendaView(BaseView):
    """Plans, visits and deadlines, by month, week and day; plans are moved by dragging."""

    help_text = (
        _l("The calendar shows plans, visits, deadlines and days that were promised, on the company's working days."),
        _l("Drag a plan to change its date; click an empty day to make a new one."),
    )

    route_base = "/agenda"
    class_permission_name = "plan"
    method_permission_name = {"index": "see", "entries": "see"}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The calendar of whoever is signed in, of one colleague, or of everybody one sees."""
        shown = request.args.get("view", "")
        asked = request.args.get("date", "")
        try:
            day = parse_day(asked) if asked else today()
        except ValueError:
            day = today()
        actor = acting()
        colleague = _colleague()
        # Its icons are a font inside the calendar's own style sheet.
        g.csp_fonts = "data:"
        return self.render_template(
            "reports/agenda.html",
            title=_("Calendar"),
            kinds=[(kind, LABELS[kind]) for kind in offered()],
            shown=shown if shown in VIEWS else "",
            day=day,
            now=to_local(now()).replace(tzinfo=None, microsecond=0),
            who="all" if request.args.get("who") == "all" else "",
            colleague=colleague,
            sees_others=actor.sees_all("plan") or bool(actor.owners("plan") - {actor.user_id}),
            may_move=actor.may("plan.postpone"),
            may_add=actor.may("plan.add"),
        )

    @expose("/entries")
    @has_access
    def entries(self) -> Any:
        """The entries of a period as JSON: ``start`` and ``end`` are days of the company, the end exclusive.

        Without them, those of the coming week.
        """
        first = _asked_day("start", today())
        last = _asked_day("end", first + timedelta(days=7))
        if not timedelta(0) < last - first <= LONGEST:
            abort(400)
        wanted = set(request.args.get("kinds", ",".join(offered())).split(","))
        kinds = [kind for kind in offered() if kind in wanted]
        colleague = _colleague()
        owner = colleague.id if colleague else None if request.args.get("who") == "all" else acting().user_id
        found, more = queries.entries(db.session(), _start_of(first), _start_of(last), kinds=kinds, owner_id=owner)
        days = queries.exceptions(db.session(), first, last)
        return {
            "entries": [_shown(entry) for entry in found],
            "days": [{"day": each.day.isoformat(), "working": each.working, "note": _note(each.note)} for each in days],
            "message": _("Not everything is shown. Choose a shorter period or one person.") if more else "",
        }


def offered() -> list[str]:
    """The kinds of entry the person signed in may see."""
    return [kind for kind in queries.KINDS if acting().may(RIGHTS[kind])]


def _colleague() -> User | None:
    asked = request.args.get("who", "")
    if not asked.isdigit():
        return None
    found: User | None = row("user", asked)
    if found is None:
        abort(404)
    return found


def _asked_day(name: str, otherwise: date) -> date:
    try:
        return parse_day(request.args[name]) if name in request.args else otherwise
    except ValueError:
        abort(400)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, time_zone())


def _note(note: str) -> str:
    return str(calendar.HOLIDAYS.get(note, note))


def _shown(entry: Entry) -> dict[str, Any]:
    """One entry as the calendar draws it; hours are the company's, without a zone."""
    is_moment = isinstance(entry.at, datetime)
    at = to_local(entry.at).replace(tzinfo=None) if isinstance(entry.at, datetime) else entry.at
    text = " ".join((entry.title or "").split())[:80]
    # A number alone says little; the customer does.
    title, detail = (entry.customer, text) if entry.record in ("order", "churn_case") else (text, entry.customer)
    movable = entry.record == "plan" and not entry.is_done and acting().may("plan.postpone")
    return {
        "id": f"{entry.record}-{entry.record_id}",
        "kind": entry.kind,
        "title": title,
        "detail": detail,
        "start": at.isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat(),
        "allDay": not is_moment,
        "done": entry.is_done and entry.record == "plan",
        "past": entry.record == "follow_up",
        "url": url_for(PAGES[entry.record], pk=entry.record_id),
        "move": url_for("PlanView.postpone", pk=entry.record_id) if movable else "",
    }
