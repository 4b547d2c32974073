"""The audit log and the recycle bin."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import Select, func, select

from app.accounts.forms import people_choices
from app.accounts.queries import user_names
from app.accounts.views.audit_tables import ACTIONS
from app.accounts.views.audit_words import Words
from app.accounts.views.looks import kind_label
from app.accounts.views.pages import SettingsPage
from app.core.audit import AuditEntry
from app.core.database import Recyclable, db
from app.core.i18n import _, _l, parse_day, time_zone
from app.core.visibility import with_deleted
from app.web.filters import LARGEST_KEY
from app.web.session import acting

PAGE = 50
BIN = 100
FILTERS = ("user", "kind", "record", "action", "q", "first", "last")


class AuditView(SettingsPage):
    """Who did what, when, from what to what."""

    help_text = (
        _l(
            "Who changed what and when, with the values before and after; also sign-ins, exports and views of "
            "masked fields."
        ),
        _l("Entries are sealed into a chain, so that a later change to them would show."),
    )

    kind = "audit"
    route_base = "/audit"
    method_permission_name = {"index": "see"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The newest entries that fit the filters; older ones by ``before``."""
        statement = self._filtered(select(AuditEntry)).order_by(AuditEntry.id.desc())
        before = _number("before")
        if before is not None:
            statement = statement.where(AuditEntry.id < before)
        found = list(db.session.scalars(statement.limit(PAGE + 1)))
        entries, more = found[:PAGE], len(found) > PAGE
        words = Words()
        words.read(entries)
        kept: dict[str, Any] = {name: request.args[name] for name in FILTERS if request.args.get(name)}
        return self.render_template(
            "accounts/audit.html",
            title=_("Audit log"),
            lines=[
                (entry, words.kind(entry.kind), words.action(entry), words.spoken_changes(entry)) for entry in entries
            ],
            people=people_choices(),
            acting_for=words.actor,
            title_of=words.title,
            language_of=words.language,
            kinds=words.kinds(),
            actions=[(name, str(label)) for name, label in ACTIONS.items()],
            asked=request.args,
            older=url_for(".index", **{**kept, "before": entries[-1].id}) if more else "",
            newest=url_for(".index", **kept) if before is not None else "",
            filtered=bool(kept),
        )

    def _filtered(self, statement: Select[Any]) -> Select[Any]:
        args = request.args
        if (user_id := _number("user")) is not None:
            statement = statement.where(AuditEntry.actor_id == user_id)
        if args.get("kind"):
            statement = statement.where(AuditEntry.kind == args["kind"][:48])
        if (record := _number("record")) is not None:
            statement = statement.where(AuditEntry.record_id == record)
        if args.get("action") == "move":
            statement = statement.where(AuditEntry.action.startswith("move:"))
        elif args.get("action"):
            statement = statement.where(AuditEntry.action == args["action"][:48])
        if args.get("q", "").strip():
            statement = statement.where(AuditEntry.title.icontains(args["q"].strip()[:100], autoescape=True))
        for name, days in (("first", 0), ("last", 1)):
            moment = _midnight(args.get(name, ""), days)
            if moment is not None:
                statement = statement.where(AuditEntry.at >= moment if name == "first" else AuditEntry.at < moment)
        return statement


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_KEY else None


def _midnight(text: str, days: int) -> datetime | None:
    """The beginning of the day somebody asked for, or ``days`` later; None for what is no day."""
    try:
        return datetime.combine(parse_day(text), time.min, time_zone()) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


class RecycleBinView(SettingsPage):
    """What was deleted and can be taken back."""

    help_text = (_l("Deleted records wait here until they are restored or removed for good."),)

    kind = "recycle_bin"
    route_base = "/recycle_bin"
    method_permission_name = {"index": "see"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The records last deleted, of every kind that can be restored."""
        wanted = request.args.get("kind", "")
        views = [view for view in self.appbuilder.baseviews if _restores(view)]
        counts = _deleted(views)
        tabs = [(view.kind, kind_label(view.kind), count) for view, count in zip(views, counts, strict=True)]
        rows = []
        for view in views:
            if wanted in ("", view.kind):
                model = view.datamodel.obj
                deleted = with_deleted(select(model).where(model.deleted_at.is_not(None)))
                records = db.session.scalars(deleted.order_by(model.deleted_at.desc(), model.id.desc()).limit(BIN))
                rows += [(record, view) for record in records]
        rows.sort(key=lambda pair: (pair[0].deleted_at, pair[0].id), reverse=True)
        names = user_names(db.session())
        lines = [
            {
                "name": str(record),
                "kind": kind_label(view.kind),
                "at": record.deleted_at,
                "by": names.get(record.deleted_by_id or 0, ""),
                "url": url_for(f"{view.endpoint}.undelete", pk=record.id)
                if acting().may(f"{view.kind}.delete")
                else "",
            }
            for record, view in rows[:BIN]
        ]
        return self.render_template(
            "accounts/recycle_bin.html", title=_("Recycle bin"), tabs=tabs, wanted=wanted, lines=lines
        )


def _restores(view: Any) -> bool:
    """Say whether the person may look at the records of ``view``, and deleted ones can be taken back."""
    model = getattr(getattr(view, "datamodel", None), "obj", None)
    if getattr(type(view), "restore", None) is None or model is None or not issubclass(model, Recyclable):
        return False
    return acting().may(f"{view.kind}.see")


def _deleted(views: list[Any]) -> list[int]:
    """How many records of each view are in the bin, in one statement."""
    counts = [
        select(func.count()).select_from(model).where(model.deleted_at.is_not(None)).scalar_subquery()
        for model in (view.datamodel.obj for view in views)
    ]
    return list(db.session.execute(with_deleted(select(*counts))).one()) if counts else []
