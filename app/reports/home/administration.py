"""An administrator's work: what failed, who cannot work yet, and what the installation lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import String, cast, func, select

from app.accounts.models import User
from app.core import jobs
from app.core.audit import AuditEntry
from app.core.calendar import CalendarDay
from app.core.database import db
from app.core.i18n import _, _l, current_language, format_number
from app.core.jobs import Job, JobStatus
from app.reports.home import first_steps
from app.reports.home.asked import Asked
from app.reports.home.numbers import Numbers, Question, counted, told
from app.reports.home.queries import upkeep as queries
from app.reports.home.sections import Section
from app.theme.widgets import Kpi

ROLLOVER_MONTH = 11
"""From November on the holidays of the next year are known, and missed when they are not entered."""


def questions(asked: Asked) -> list[Question]:
    """What is counted for the strip and the state of the installation."""
    found: list[Question] = first_steps.questions(asked)
    if asked.may("job.see_all"):
        found.append(counted("failed", Job.id, Job.status == JobStatus.failed))
        found.append(counted("waiting", Job.id, Job.status == JobStatus.waiting))
    if asked.may("audit.see_all"):
        found.append(counted("refused", AuditEntry.id, *queries.failed_sign_ins(asked)))
        found.append(counted("unsealed", AuditEntry.id, AuditEntry.position.is_(None)))
        newest = select(func.max(AuditEntry.position)).scalar_subquery()
        found.append(told("sealed", cast(AuditEntry.position, String), AuditEntry.position == newest))
    if asked.may("user.see_all"):
        found.append(counted("no_role", User.id, User.active.is_(True), ~User.roles.any()))
        found.append(counted("no_team", User.id, User.active.is_(True), User.team_id.is_(None)))
    if asked.may("calendar.see_all"):
        for year in _years(asked.day):
            in_year = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
            found.append(counted(f"year_{year}", CalendarDay.day, in_year))
    return found


def _years(day: date) -> tuple[int, ...]:
    return (day.year, day.year + 1) if day.month >= ROLLOVER_MONTH else (day.year,)


def page(asked: Asked, found: Numbers) -> dict[str, Any]:
    """The strip, what failed, and the state of the installation."""
    session = db.session()
    sees_jobs, sees_audit = asked.may("job.see_all"), asked.may("audit.see_all")
    return {
        "steps": first_steps.steps(asked, found),
        "strip": _strip(asked, found),
        "found": found,
        "failed": session.scalars(queries.newest_failed_jobs()).all() if sees_jobs else None,
        "refused": session.scalars(queries.newest_failed_sign_ins(asked)).all() if sees_audit else None,
        "label_of": jobs.label_of,
        "reason_of": lambda job: str((job.error or {}).get(current_language(), "")),
        "may_steer": asked.may("job.steer"),
        "facts": _facts(asked, found),
        "jobs_url": url_for("JobView.index", status="failed"),
        "refused_url": _refused_url(asked),
    }


def _refused_url(asked: Asked) -> str:
    return url_for("AuditView.index", action="sign_in_failed", first=asked.yesterday.isoformat())


def _strip(asked: Asked, found: Numbers) -> list[Kpi]:
    labels = (
        ("failed", _("Failed jobs"), url_for("JobView.index", status="failed"), "bad"),
        ("waiting", _("Waiting jobs"), url_for("JobView.index", status="waiting"), ""),
        ("refused", _("Failed sign-ins since yesterday"), _refused_url(asked), "wait"),
        ("no_role", _("Users without role"), url_for("UserView.list", role="none", _flt_0_active="y"), "wait"),
        ("no_team", _("Users without team"), url_for("UserView.list", _flt_4_team_id="y", _flt_0_active="y"), ""),
    )
    return [
        Kpi(label, format_number(found[name].count), "", url, tone if found[name].count else "")
        for name, label, url, tone in labels
        if name in found
    ]


def _facts(asked: Asked, found: Numbers) -> list[tuple[str, str, str, str]]:
    """(what, how it stands, tone, address) of the installation."""
    facts = []
    if asked.may("calendar.see_all"):
        for year in _years(asked.day):
            known = f"year_{year}" in found and found[f"year_{year}"].count > 0
            state = _("entered") if known else _("missing: Monday to Friday is assumed")
            label = _("Holidays of %(year)s", year=str(year))
            facts.append((label, state, "good" if known else "wait", url_for("CalendarView.show", year=year)))
    if asked.may("audit.see_all"):
        sealed, unsealed = found["sealed"].text or "0", found["unsealed"].count
        state = _("up to entry %(number)s, %(count)s waiting", number=sealed, count=format_number(unsealed))
        facts.append((_("Audit log sealed"), state, "good" if sealed != "0" else "wait", url_for("AuditView.index")))
    return facts


SECTION = Section(
    "administration", _l("Administration"), "Admin", ("user.see_all", "job.see_all", "audit.see_all"), questions, page
)
