"""The churn page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request, url_for

from app.churn import queries
from app.churn.models import ChurnStatus
from app.churn.views import evidence, looks
from app.core import dictionary
from app.core.database import db
from app.core.i18n import _, format_moment, format_money, format_number, ngettext
from app.theme import layout
from app.theme.widgets import Kpi
from app.web.session import acting, today

ROWS = 20
LAST_PAGE = 499


def queue_page(view: Any) -> Any:
    """Render the page for whoever is signed in."""
    owner_id, level = _owner_asked(), request.args.get("level", "")[:32]
    page = min(int(request.args["page"]), LAST_PAGE) if _is_number(request.args.get("page", "")) else 0
    # Sums over a few cases cost nothing; those over very many come after the page.
    known = layout.counts().get("ChurnQueue")
    few = known is not None and known.count < queries.MANY
    figures = queries.figures(db.session, today(), owner_id=owner_id) if few else None
    run = queries.last_run(db.session) if figures is None else None
    gap = figures.mean_gap if figures else float(run.mean_gap) if run and run.mean_gap else queries.FIRST_MEAN_GAP
    waiting = queries.by_money(queries.cases(ChurnStatus.warned, level=level, owner_id=owner_id))
    rows = list(db.session.scalars(queries.with_people(waiting).offset(page * ROWS).limit(ROWS + 1)))
    postponed = queries.by_date_to_look_again(queries.cases(ChurnStatus.postponed, level=level, owner_id=owner_id))
    return view.render_template(
        "churn/index.html",
        title=_("Churn warnings"),
        fact=_fact(figures.judged_at if figures else run.at if run else None, owner_id),
        figures=_strip(figures) if figures else [],
        figures_url="" if figures else url_for("ChurnView.figures", who=request.args.get("who", "")),
        count=figures.waiting if figures and not level else None,
        rows=rows[:ROWS],
        paces=evidence.paces(rows[:ROWS], gap),
        postponed=db.session.execute(queries.with_newest_measure(queries.with_people(postponed)).limit(ROWS)).all(),
        postponed_count=figures.postponed if figures and not level else None,
        levels=dictionary.choices(db.session, "customer_level"),
        level=level,
        mine=owner_id is not None,
        sees_more=_sees_more(),
        address=_address,
        previous=_address(page=str(page - 1)) if page > 1 else _address(page="") if page else "",
        following=_address(page=str(page + 1)) if len(rows) > ROWS else "",
        looks=looks,
        today=today(),
        view=view,
    )


def figures_part(view: Any) -> Any:
    """Render the strip of figures alone, for a page that was shown without."""
    figures = queries.figures(db.session, today(), owner_id=_owner_asked())
    return view.render_template("churn/figures.html", figures=_strip(figures))


def _sees_more() -> bool:
    """Say whether cases of other people are in sight."""
    actor = acting()
    return actor.sees_all("churn_case") or len(actor.people) > 1


def _owner_asked() -> int | None:
    return acting().user_id if request.args.get("who") == "me" else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _address(**changes: str) -> str:
    kept = {name: value for name in ("who", "level") if (value := request.args.get(name))}
    wanted = {name: value for name, value in (kept | changes).items() if value}
    return url_for("ChurnView.queue", _external=False, **wanted)


def _fact(judged_at: datetime | None, owner_id: int | None) -> str:
    whose = _("all customers I may see") if owner_id is None and _sees_more() else _("my customers")
    if judged_at is None:
        return _("%(whose)s, not judged yet", whose=whose)
    return _("%(whose)s, judged %(when)s", whose=whose, when=format_moment(judged_at))


def _strip(figures: queries.Figures) -> list[Kpi]:
    cases = url_for("ChurnView.list")
    postponed = ngettext("of %(num)d postponed", "of %(num)d postponed", figures.postponed)
    return [
        Kpi(
            _("To decide"),
            format_number(figures.waiting),
            _("%(count)d of level A", count=figures.waiting_a),
            f"{cases}?_flt_0_status=warned",
            "wait" if figures.waiting else "",
        ),
        Kpi(
            _("12 months before the warning"),
            format_money(figures.value),
            ngettext("%(num)d customer", "%(num)d customers", figures.waiting),
            f"{cases}?_flt_0_status=warned",
        ),
        Kpi(
            _("Postponed and due"),
            format_number(figures.due),
            postponed,
            f"{cases}?_flt_0_status=postponed",
            "bad" if figures.due else "",
        ),
        Kpi(
            _("Recovered this quarter"),
            format_number(figures.recovered),
            _("%(value)s of new orders", value=format_money(figures.regained)),
            f"{cases}?_flt_0_status=recovered",
            "good" if figures.recovered else "",
        ),
    ]
