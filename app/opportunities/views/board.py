"""The board by stage, and what dropping a card on another stage does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import jsonify, url_for

from app.core.database import db, unit_of_work
from app.core.errors import IllegalMove, Invalid, NotAllowed
from app.core.i18n import _, _l, parse_moment
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries.board import board
from app.opportunities.views import page
from app.opportunities.views.narrowing import Narrowing
from app.opportunities.workflow import LABELS
from app.web.lookup import keep_within
from app.web.session import acting, now, today

CLOSED_DAYS = 30
"""What was won or lost stays on the board for so long."""


def board_page(view: Any) -> Any:
    """Render the board of ``view`` for whoever is signed in."""
    at, day = now(), today()
    narrowing = Narrowing("OpportunityView.board", "month", day)
    since = parse_moment(_closed_from(day))
    return view.render_template(
        "opportunities/board.html",
        title=_("Opportunities"),
        board=board(db.session, narrowing.conditions(), now=at, closed_since=since),
        narrowing=narrowing,
        rows=narrowing.rows,
        closed={"_flt_1_closed_at": _closed_from(day)},
        closed_days=CLOSED_DAYS,
        view=view,
    )


def _closed_from(day: date) -> str:
    return (day - timedelta(days=CLOSED_DAYS)).isoformat()


# --- dropping a card ---


def dropped(view: Any, record: Opportunity, target: str) -> Any:
    """Make the move that leads to the column ``target``, or answer the form of what it still needs.

    :raises DomainError: when there is no way there.
    """
    if record.status is not OpportunityStatus.developing:
        raise IllegalMove(
            _(
                "%(number)s cannot be moved there: it is now “%(status)s”.",
                number=record.number,
                status=LABELS[record.status],
            )
        )
    name, data = _way(record, target)
    if name in ("win", "lose"):
        return _ask(view, record, name, None)
    try:
        with unit_of_work():
            view.workflow.make(name, record, by=acting(), at=now(), **data)
    except Invalid as refusal:
        if name != "advance" or "stage" in refusal.fields:
            raise
        return _ask(view, record, name, data["stage"])
    return jsonify(message=_("%(move)s: %(name)s.", move=view.workflow.move(name).label, name=record.title))


def _way(record: Opportunity, target: str) -> tuple[str, dict[str, str]]:
    if target in ("won", "lost"):
        return ("win" if target == "won" else "lose"), {}
    later = {stage.code for stage in queries.stages_after(db.session, record.stage)}
    return ("advance" if target in later else "go_back"), {"stage": target}


def _ask(view: Any, record: Opportunity, name: str, stage: str | None) -> Any:
    """The form of a move for the dialog; nothing has changed yet."""
    actor, move = acting(), view.workflow.move(name)
    if not actor.may(f"opportunity.{move.permission}"):
        raise NotAllowed(_l("You do not have the right to do this: %(move)s.", move=move.label))
    if not page.may_change(record, actor):
        raise NotAllowed(_l("Only the owner of this opportunity may do this."))
    form = view.move_forms[name].refresh(None)
    if name == "advance":
        page.fit(name, form, record)
    page.prefill_move(name, form, [record])
    if stage:
        form.stage.process_data(stage)
    keep_within(form, record)
    return view._dialog(move, form, url_for("OpportunityView.move", pk=record.id, name=name), [record])
