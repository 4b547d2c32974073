"""Background jobs: how far they are, what came out, why one failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import abort, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.views.pages import try_to
from app.accounts.views.timetable import stands_still, timetable
from app.core import jobs
from app.core.database import db
from app.core.i18n import _, _l, current_language
from app.core.jobs import Job, JobStatus
from app.theme import cells
from app.web.session import acting, now

ROWS = 50
STATUSES = {
    JobStatus.waiting: (_l("Waiting"), "open"),
    JobStatus.running: (_l("Running"), "open"),
    JobStatus.done: (_l("Done"), "good"),
    JobStatus.failed: (_l("Failed"), "bad"),
    JobStatus.cancelled: (_l("Cancelled"), "done"),
}


class JobView(BaseView):
    """The jobs somebody started; whoever may see all sees those of the clock, too."""

    help_text = (_l("Work that runs in the background: what is due, what is running, and why something failed."),)

    route_base = "/jobs"
    class_permission_name = "job"
    method_permission_name = {"index": "see", "show": "see", "retry": "see", "cancel": "see"}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The newest jobs; ``?status=`` narrows them, and ``?before=`` leads to older ones."""
        asked = request.args.get("status", "")
        statement = _visible()
        if asked in JobStatus.__members__:
            statement = statement.where(Job.status == JobStatus(asked))
        else:
            # What the clock does every minute would hide what people wait for.
            by_clock = func.coalesce(Job.unique_key, "").startswith("schedule:")
            statement = statement.where(~by_clock | (Job.status != JobStatus.done))
        before = key_of(request.args.get("before", ""))
        if before is not None:
            statement = statement.where(Job.id < before)
        found = db.session.scalars(statement.order_by(Job.id.desc()).limit(ROWS + 1)).all()
        rows = found[:ROWS]
        kept: dict[str, Any] = {"status": asked} if asked else {}
        people = {row.created_by_id for row in rows if row.created_by_id}
        names = {user.id: user.name for user in db.session.scalars(select(User).where(User.id.in_(people)))}
        at = now()
        clock = timetable(db.session(), at) if before is None and not asked and acting().sees_all("job") else []
        return self.render_template(
            "accounts/jobs.html",
            clock=clock,
            stands_still=stands_still(clock, at),
            title=_("Background jobs"),
            rows=rows,
            names=names,
            statuses=STATUSES,
            asked=asked,
            older=url_for(".index", **kept, before=rows[-1].id) if len(found) > ROWS else "",
            newest=url_for(".index", **kept) if before is not None else "",
            status=cells.badge(STATUSES),
            sentence=sentence,
            label_of=jobs.label_of,
            may_steer=_may_steer,
            running=any(row.status in (JobStatus.waiting, JobStatus.running) for row in rows),
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """How far one job is, for the page that started it."""
        job = _found(pk)
        return jsonify(
            id=job.id, status=job.status, progress=job.progress, result=job.result, message=sentence(job) or None
        )

    @expose("/<int:pk>/retry", methods=["POST"])
    @has_access
    def retry(self, pk: int) -> Any:
        """Let a failed job run again."""
        return self._steered(pk, jobs.retry, _l("The job will run again."))

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    def cancel(self, pk: int) -> Any:
        """Stop a job."""
        return self._steered(pk, jobs.cancel, _l("The job was cancelled."))

    def _steered(self, pk: int, do: Callable[..., None], done: Any) -> Any:
        job = _found(pk)
        if not _may_steer(job):
            abort(403)
        session: Session = db.session()
        at: datetime = now()
        try_to(lambda: do(session, job.id, at=at), done)
        return redirect(url_for(".index"))


def key_of(text: str) -> int | None:
    """The key somebody sent, or None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _visible() -> Select[Job]:
    actor = acting()
    statement = select(Job)
    return statement if actor.sees_all("job") else statement.where(Job.created_by_id == actor.user_id)


def _found(pk: int) -> Job:
    job: Job | None = db.session.scalar(_visible().where(Job.id == pk))
    return job if job is not None else abort(404)


def _may_steer(job: Job) -> bool:
    actor = acting()
    return job.created_by_id == actor.user_id or actor.may("job.steer")


def sentence(job: Job) -> str:
    """Why a job failed, in the reader's language."""
    return str((job.error or {}).get(current_language(), ""))


def register(appbuilder: Any) -> None:
    """Add the page."""
    appbuilder.add_view(JobView, "Jobs", label=_l("Background jobs"), icon="ti-settings-automation", category="Data")
