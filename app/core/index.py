"""The address ``/``: the home page of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect
from flask_appbuilder import BaseView, expose

from app.core.actors import Actor, current_actor
from app.core.database import db
from app.core.i18n import _l

Home = Callable[[Actor], Any]
_homes: list[Home] = []


def home(page: Home) -> Home:
    """Let ``page(actor)`` answer for the home page; the last one registered does."""
    _homes.append(page)
    return page


class HomeView(BaseView):
    """The first page: the work of today, or the first page the person may open."""

    help_text = (
        _l("Home shows what to do now; every number opens the rows behind it."),
        _l("Press / or Ctrl+K anywhere to search records and pages."),
    )

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        actor = current_actor(db.session())
        if actor is None:
            return redirect(self.appbuilder.get_url_for_login)
        if _homes:
            return _homes[-1](actor)
        return self.render_template("appbuilder/index.html")
