"""The board by closing month, and what dropping a card on another month does."""

from __future__ import annotations

from typing import Any

from flask import abort, jsonify, request, url_for

from app.core.database import db, unit_of_work
from app.core.errors import Invalid
from app.core.i18n import _, format_day, format_month, parse_day
from app.opportunities import services
from app.opportunities.models import Opportunity
from app.opportunities.queries import closing
from app.opportunities.views import looks
from app.opportunities.views.narrowing import Narrowing
from app.web.session import acting, now, today


def closing_page(view: Any) -> Any:
    """Render the board of ``view`` for whoever is signed in."""
    at, day = now(), today()
    narrowing = Narrowing("OpportunityView.closing", "stage", day)
    return view.render_template(
        "opportunities/closing.html",
        title=_("Opportunities"),
        board=closing.closing_board(db.session(), narrowing.conditions(), now=at, today=day),
        narrowing=narrowing,
        label=lambda column: _label(column, day),
        url=lambda column: narrowing.rows(_flt_0_status="developing", **_days(column)),
        rows=narrowing.rows,
        stage=looks.stage,
        view=view,
    )


def _label(column: closing.Period, day: Any) -> str:
    names = {closing.OVERDUE: _("Overdue"), closing.LATER: _("Later"), closing.NONE: _("No date yet")}
    return names[column.code] if column.code in names else format_month(column.first or day, day)


def _days(column: closing.Period) -> dict[str, str]:
    """The filters of the list that find the rows of a column."""
    if column.code == closing.NONE:
        return {"_flt_4_expected_close": "y"}
    ends = {"_flt_1_expected_close": column.first, "_flt_2_expected_close": column.last}
    return {name: end.isoformat() for name, end in ends.items() if end is not None}


def put_off(record: Opportunity) -> Any:
    """Do what dropping a card on another month means, or take it back: then the day itself is sent."""
    sent = request.get_json(silent=True)
    asked = sent if isinstance(sent, dict) else {}
    by, at, before = acting(), now(), record.expected_close
    seen = _version(asked.get("version") or request.args.get("version"))
    with unit_of_work():
        if "day" in request.args:
            services.close_on(record, _day(request.args["day"]), by=by, at=at, seen=seen)
        else:
            target = asked.get("to")
            column = target if isinstance(target, str) else ""
            try:
                services.close_in(record, column, by=by, at=at, today=today(), seen=seen)
            except Invalid as refusal:
                # On the board no field stands beside the sentence.
                reason = str(refusal)
                raise Invalid(_("Expected close: %(reason)s", reason=reason), refusal.fields) from refusal
    day = record.expected_close
    undo: dict[str, Any] = {"day": before.isoformat() if before else "", "version": record.version}
    message = (
        _("%(title)s: expected close on %(day)s.", title=record.title, day=format_day(day))
        if day
        else _("%(title)s: expected close removed.", title=record.title)
    )
    return jsonify(
        message=message, version=record.version, undo=url_for("OpportunityView.put_off", pk=record.id, **undo)
    )


def _day(text: str) -> Any:
    try:
        return parse_day(text) if text else None
    except ValueError:
        abort(400)


def _version(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
