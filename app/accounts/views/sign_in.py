"""Signing in and out, and choosing the language: the pages everybody may use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, g, redirect, request, session
from flask_appbuilder import BaseView, expose
from flask_appbuilder.const import FLAMSG_ERR_SEC_ACCESS_DENIED
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView as FabAuthDBView
from flask_appbuilder.utils.limit import Limit
from flask_login import login_user, logout_user
from flask_wtf.csrf import generate_csrf

from app.accounts.models import User
from app.accounts.services import sign_in
from app.accounts.session import stamp_of
from app.core.database import db, unit_of_work, utc_now
from app.core.i18n import LANGUAGES, _, _l, in_language

# What a visitor chose before signing in stays; everything else of the session starts anew.
_KEPT = ("locale", "theme")


def safe_next(target: str | None, otherwise: str) -> str:
    """Return the path of ``target`` if it lies on this site, else ``otherwise``; never an address with a host."""
    if not target or any(ord(letter) < 32 for letter in target) or "\\" in target:
        return otherwise
    try:
        parts = urlsplit(target)
    except ValueError:
        return otherwise
    if parts.netloc and parts.netloc != request.host:
        return otherwise
    if (parts.scheme and not parts.netloc) or not parts.path.startswith("/") or parts.path.startswith("//"):
        return otherwise
    return parts.path + (f"?{parts.query}" if parts.query else "")


def begin_session(user: User) -> None:
    """Sign ``user`` in on this browser, in a session nobody can have prepared."""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    login_user(user)
    session["stamp"] = stamp_of(user)


def _say_nothing_of_rights() -> None:
    """Take back what FAB says to a visitor who opened a page: nobody has been refused who has not signed in."""
    if told := session.get("_flashes"):
        denied = set()
        # The address of the page may have asked for another language than this one is in.
        for language in LANGUAGES:
            with in_language(language):
                denied.add(str(FLAMSG_ERR_SEC_ACCESS_DENIED))
        session["_flashes"] = [one for one in told if one[1] not in denied]


class AuthDBView(FabAuthDBView):
    """The sign-in page at FAB's addresses; signing out is a POST."""

    invalid_login_message = _l("The user name or password is wrong, or the account is locked for a while.")
    limits = [Limit("60/minute", key_func=None, methods=["POST"])]

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        home = self.appbuilder.get_url_for_index
        target = safe_next(request.args.get("next"), home)
        if g.user is not None and g.user.is_authenticated:
            return redirect(target)
        _say_nothing_of_rights()
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user:
                begin_session(user)
                return redirect(target)
            flash(str(self.invalid_login_message), "danger")
            status = 401
        page = self.render_template(self.login_template, title=_("Sign in"), form=form, appbuilder=self.appbuilder)
        return page, status

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> Any:
        if request.method == "POST" and g.user.is_authenticated:
            with unit_of_work():
                sign_in.sign_out(db.session, g.user, utc_now())
            logout_user()
            session.clear()
        return redirect(self.appbuilder.get_url_for_login if request.method == "POST" else "/")


class SessionView(BaseView):
    """Whether somebody is still signed in, and the token that a page open for long needs."""

    route_base = "/session"
    default_view = "show"

    @expose("/")
    @no_cache
    def show(self) -> Any:
        """Who is signed in, and a token for what the page sends next; 401 for nobody."""
        if g.user is None or not g.user.is_authenticated:
            return {"message": _("You are no longer signed in.")}, 401
        return {"user": g.user.id, "token": generate_csrf()}


class LanguageView(BaseView):
    """Change the language of the pages; for somebody signed in it is remembered in their profile."""

    route_base = "/language"
    default_view = "change"

    @expose("/<string:code>", methods=["POST"])
    def change(self, code: str) -> Any:
        if code not in LANGUAGES:
            abort(404)
        session["locale"] = code
        if g.user.is_authenticated:
            with unit_of_work():
                g.user.language = code
        fallback = safe_next(request.referrer, self.appbuilder.get_url_for_index)
        return redirect(safe_next(request.form.get("next"), fallback))
