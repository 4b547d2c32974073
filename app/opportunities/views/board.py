"""The board page: what narrows it, and what dropping a card does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import jsonify, request, url_for

from app.accounts.queries import people_with_right, team_names
from app.core.database import db, unit_of_work
from app.core.errors import IllegalMove, Invalid, NotAllowed
from app.core.i18n import _, _l, format_month, parse_moment
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries.board import board, of_team
from app.opportunities.views import page
from app.opportunities.workflow import LABELS
from app.web.session import acting, now, today

MONTHS_AHEAD = 6
CLOSED_DAYS = 30
"""What was won or lost stays on the board for so long."""
KEPT = ("who", "owner", "team", "month", "q")


@dataclass(frozen=True)
class Narrowing:
    """One menu above the board: its choices as (label, address, chosen)."""

    label: Any
    chosen: str
    links: list[tuple[Any, str, bool]]
    clear_url: str


def board_page(view: Any) -> Any:
    """Render the board of ``view`` for whoever is signed in."""
    at, day = now(), today()
    found = board(db.session, _conditions(day), now=at, closed_since=parse_moment(_closed_from(day)))
    return view.render_template(
        "opportunities/board.html",
        title=_("Opportunities"),
        board=found,
        narrowings=[menu for menu in (_by_team(), _by_owner(), _by_month(day)) if menu.links],
        mine=request.args.get("who") == "me",
        address=_address,
        here=_address(),
        kept=[(name, request.args[name]) for name in KEPT if name != "q" and request.args.get(name)],
        may_move=acting().may("opportunity.advance"),
        rows=_rows,
        closed={"_flt_1_closed_at": _closed_from(day)},
        closed_days=CLOSED_DAYS,
        view=view,
    )


def _closed_from(day: date) -> str:
    return (day - timedelta(days=CLOSED_DAYS)).isoformat()


def _months(day: date) -> list[date]:
    first = day.replace(day=1)
    months = [first]
    for _n in range(MONTHS_AHEAD - 1):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    return months


def _conditions(day: date) -> list[Any]:
    actor = acting()
    conditions: list[Any] = []
    if request.args.get("who") == "me":
        conditions.append(Opportunity.owner_id == actor.user_id)
    if owner_id := _number("owner"):
        conditions.append(Opportunity.owner_id == owner_id)
    if team_id := _number("team"):
        conditions.append(of_team(team_id))
    if month := _month(day):
        conditions.append(Opportunity.expected_close.between(month, _last_day(month)))
    if text := request.args.get("q", "").strip():
        conditions.append(queries.matching(text))
    return conditions


def _rows(**filters: str) -> str:
    """The list of the rows behind a figure of the board as it is narrowed now."""
    asked = request.args
    if asked.get("who") == "me":
        filters["_flt_0_owner_id"] = str(acting().user_id)
    elif asked.get("owner"):
        filters["_flt_0_owner_id"] = asked["owner"]
    if month := _month(today()):
        filters["_flt_1_expected_close"] = month.isoformat()
        filters["_flt_2_expected_close"] = _last_day(month).isoformat()
    kept = {name: value for name in ("team", "q") if (value := asked.get(name))}
    values: dict[str, Any] = filters | kept
    return url_for("OpportunityView.list", **values)


def _month(day: date) -> date | None:
    """The month that was chosen, if it is on offer."""
    return next((month for month in _months(day) if request.args.get("month") == f"{month:%Y-%m}"), None)


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _address(**changes: str) -> str:
    kept = {name: value for name in KEPT if (value := request.args.get(name))}
    wanted: dict[str, Any] = {name: value for name, value in (kept | changes).items() if value}
    return url_for("OpportunityView.board", **wanted)


def _narrowing(name: str, label: Any, choices: list[tuple[str, Any]]) -> Narrowing:
    chosen = request.args.get(name, "")
    links = [(text, _address(**{name: value}), value == chosen) for value, text in choices]
    words = next((str(text) for value, text in choices if value == chosen), "")
    return Narrowing(label, words, links, _address(**{name: ""}))


def _by_team() -> Narrowing:
    teams = team_names(db.session()) if acting().sees_all("opportunity") else ()
    return _narrowing("team", _("Team"), [(str(pk), name) for pk, name in teams])


def _by_owner() -> Narrowing:
    actor = acting()
    visible = actor.owners("opportunity")
    people = [
        (str(pk), name)
        for pk, name in people_with_right(db.session(), *queries.DEVELOPS)
        if actor.sees_all("opportunity") or pk in visible
    ]
    return _narrowing("owner", _("Responsible"), people if len(people) > 1 else [])


def _by_month(day: date) -> Narrowing:
    months = [(f"{month:%Y-%m}", format_month(month, day)) for month in _months(day)]
    return _narrowing("month", _("Expected close"), months)


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
    return view._dialog(move, form, url_for("OpportunityView.move", pk=record.id, name=name), [record])
