"""The theme's door: what features call, and :func:`register`, which gives templates all of it.

Features hang themselves into the frame with :func:`badge`, :func:`quick_add` and :func:`notifications`.
"""

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context
from flask_appbuilder import AppBuilder

from app.core import i18n
from app.theme import cells, demo_accounts, inputs, pages
from app.theme.assets import StaticFiles, csp_nonce
from app.theme.hooks import BELL, Badge, badge, counts, flash_undo, may, notifications, quick_add, safe_url
from app.theme.shell import Shell

__all__ = [
    "BELL",
    "Badge",
    "badge",
    "counts",
    "flash_undo",
    "may",
    "notifications",
    "quick_add",
    "register",
    "safe_url",
]


def _now() -> datetime:
    return datetime.now(UTC)


def _today() -> date:
    return i18n.local_day(_now())


def register(app: Flask, appbuilder: AppBuilder) -> None:
    """Give every template ``shell``, our filters and the helpers of lists, forms and record pages."""
    files = StaticFiles(app.static_folder or "")
    app.jinja_env.globals.setdefault("csp_nonce", csp_nonce)
    app.jinja_env.globals.update(
        asset=files.url,
        safe_url=safe_url,
        may=may,
        demo_accounts=demo_accounts.offered,
        list_page=pages.list_page,
        record_page=pages.record_page,
        form_page=pages.form_page,
        way_back=pages.way_back,
        field_input=inputs.field_input,
        currency_sign=i18n.currency_sign,
        company_day=_today,
    )
    app.jinja_env.install_gettext_callables(i18n.gettext, i18n.plural_form, newstyle=True)  # type: ignore[attr-defined]  # its extension's
    app.jinja_env.filters.update(
        money=i18n.format_money,
        number=i18n.format_number,
        percent=i18n.format_percent,
        day=i18n.format_day,
        short_day=lambda day: i18n.format_short_day(day, _today()),
        moment=i18n.format_moment,
        clock=i18n.format_time,
        month_of=lambda day: i18n.format_month(day, _today()),
        weekday=i18n.format_weekday,
        ago=lambda day: i18n.relative_day(day, _today()),
        since=lambda at: i18n.relative_moment(at, _now()),
        cell=cells.show_value,
        due=cells.due_day,
        probability=cells.probability,
        stars=cells.stars,
        initial=cells.initial,
        avatar_colour=cells.avatar_colour,
        person_name=cells.person_name,
    )

    @app.get("/favicon.ico")
    def favicon() -> Response:
        """The icon, for what asks without having read a page: bookmarks, pictures, downloads."""
        return app.send_static_file("img/icon.svg")

    @app.context_processor
    def frame() -> dict[str, Any]:
        if not has_request_context():
            return {}
        shell = g.get("shell")
        if shell is None:
            shell = g.shell = Shell(appbuilder)
        return {"shell": shell, "appbuilder": appbuilder}
