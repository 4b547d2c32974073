"""The messages to the person signed in."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.core import notifications
from app.core.database import db, unit_of_work
from app.core.i18n import _, _l
from app.core.notifications import Notification, notice_of
from app.theme import layout
from app.theme.layout import safe_url
from app.web.session import acting, now

ROWS = 50


class NotificationView(BaseView):
    """What the bell leads to: one's own messages, newest first."""

    help_text = (_l("Messages for you: assignments, reminders, warnings. Opening one marks it as read."),)

    route_base = "/notifications"
    class_permission_name = "personal"
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The newest messages, or those before one."""
        asked = request.args.get("before", "")
        before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        rows = notifications.page(db.session(), _me(), before=before, limit=ROWS + 1)
        return self.render_template(
            "accounts/notifications.html",
            title=_("Notifications"),
            rows=rows[:ROWS],
            notice_of=notice_of,
            unread=layout.counts()[layout.BELL].count,
            older=url_for(".index", before=rows[ROWS - 1].id) if len(rows) > ROWS else "",
        )

    @expose("/<int:pk>/open", methods=["POST"])
    @has_access
    def open(self, pk: int) -> Any:
        """Mark one message as read and go to what it is about."""
        row = db.session.get(Notification, pk)
        if row is None or row.user_id != _me():
            abort(404)
        target = target_of(row) or url_for(".index")
        with unit_of_work() as session:
            notifications.mark_read(session, _me(), at=now(), only=pk)
        return redirect(target)

    @expose("/read", methods=["POST"])
    @has_access
    def read(self) -> Any:
        """Mark every message as read."""
        with unit_of_work() as session:
            notifications.mark_read(session, _me(), at=now())
        return redirect(url_for(".index"))


def target_of(row: Notification) -> str:
    """The page a message is about; empty if it has none."""
    notice = notice_of(row.kind)
    if not notice.endpoint:
        return ""
    return safe_url(notice.endpoint, **({notice.key: row.record_id} if row.record_id is not None else {}))


def _me() -> int:
    user_id = acting().user_id
    if user_id is None:
        abort(404)
    return user_id


def register(appbuilder: Any) -> None:
    """Add the page, and let the bell lead to it."""
    appbuilder.add_view_no_menu(NotificationView)
    layout.notifications("NotificationView.index", lambda actor: notifications.count_unread(actor.user_id))
