"""FAB's security manager, answering from the actor of the request instead of from the database."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, abort, current_app, g, jsonify, redirect, request, session, url_for
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_jwt_extended import JWTManager
from flask_login import current_user

from app.accounts import passwords
from app.accounts.api import SecurityApi
from app.accounts.menu import visible_names
from app.accounts.models import User
from app.accounts.queries import user_with_mark
from app.accounts.services import sign_in
from app.accounts.session import carries_stamp, load_actor, select_language, stamp_of
from app.accounts.views.sign_in import AuthDBView, LanguageView
from app.core.actors import current_actor
from app.core.database import db, unit_of_work, utc_now
from app.core.i18n import _

log = logging.getLogger(__name__)

PERSONAL = frozenset({"personal", "HomeView", "UtilView", "SecurityApi", "AuthDBView", "LanguageView"})
"""Views that everybody signed in may use, by ``class_permission_name``: their own profile, password, home page."""

OWN_PASSWORD = "ProfileView.password"  # noqa: S105 - an endpoint
_STATIC = frozenset({"static", "appbuilder.static"})
# FAB adds these itself: a GET that changes the language, and a page history kept in the cookie.
_REMOVED = frozenset({"LocaleView.index", "UtilView.back"})
# Every form asks for the session before it is sent, that of the password too.
_BEFORE_OWN_PASSWORD = frozenset(
    {OWN_PASSWORD, "AuthDBView.logout", "AuthDBView.login", "LanguageView.change", "SessionView.show"}
)


class ChangkeSecurityManager(SecurityManager):
    """Rights are ``kind.verb``; a session and a token end with the password and with signing out."""

    user_model = User
    security_api = SecurityApi
    authdbview = AuthDBView
    userstatschartview = None

    # --- views ---

    def register_views(self) -> None:
        """Add the sign-in page, its twin for programs and the choice of language; none of FAB's other screens."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_api(self.security_api)
        self.appbuilder.add_view_no_menu(self.auth_view)
        self.appbuilder.add_view_no_menu(LanguageView)
        current_app.extensions["babel"].locale_selector = select_language

    # --- who sends this request ---

    def before_request(self) -> Any:
        """Let the user of this request act; whoever has an initial password is led to changing it."""
        g.user = current_user
        if request.endpoint in _STATIC:
            return None
        if request.endpoint in _REMOVED:
            abort(404)
        user = load_actor()
        if user is None or not user.must_change_password or request.endpoint in _BEFORE_OWN_PASSWORD:
            return None
        if request.path.startswith("/api/"):
            return jsonify(message=_("Sign in with the browser first and choose a password of your own.")), 403
        return redirect(url_for(OWN_PASSWORD))

    def load_user(self, pk: Any) -> User | None:
        """Return the user of a cookie, unless they left, changed their password or signed out since."""
        user = self._active(pk)
        return user if user is not None and carries_stamp(user, session.get("stamp")) else None

    def load_user_jwt(self, _header: dict[str, Any], claims: dict[str, Any]) -> User | None:
        """Return the user of a token under the same conditions."""
        user = self._active(claims.get("sub"))
        if user is None or not carries_stamp(user, claims.get("stamp")):
            return None
        g.user = user
        return user

    def _active(self, pk: Any) -> User | None:
        user = user_with_mark(db.session(), int(pk)) if str(pk).isdecimal() and len(str(pk)) < 19 else None
        return user if user is not None and user.active else None

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        manager = super().create_jwt_manager(app)

        def stamp(identity: str) -> dict[str, str]:
            user = self._active(identity)
            return {"stamp": stamp_of(user)} if user is not None else {}

        def refuse(*_reason: Any) -> Any:
            return jsonify(message=_("Sign in first: the token is missing, invalid or has expired.")), 401

        manager.additional_claims_loader(stamp)
        for loader in ("unauthorized", "invalid_token", "expired_token", "user_lookup_error", "revoked_token"):
            getattr(manager, f"{loader}_loader")(refuse)
        return manager

    # --- signing in ---

    def auth_user_db(self, username: str, password: str) -> User | None:
        """Return the user if the password is right and the name is not locked out; for the page and for programs.

        Wrong, unknown, locked out and deactivated get the same answer after the same work.
        """
        name = (username or "").strip()
        if not name or not password:
            return None
        at, address = utc_now(), request.remote_addr
        found = sign_in.find_user(db.session(), name)
        key = (found.username if found else name).casefold()
        pk, stored = (found.id, found.password) if found else (None, None)
        stored = stored if found and found.active else None
        limits = {"allowed": current_app.config["LOGIN_ATTEMPTS"], "minutes": current_app.config["LOGIN_LOCK_MINUTES"]}
        with unit_of_work() as database:
            attempt, may_be_judged = sign_in.begin_attempt(database, key, at, address=address, **limits)
        # No transaction is open while the password is hashed.
        right = passwords.is_right(stored if may_be_judged else None, password)
        with unit_of_work() as database:
            user = database.get(User, pk) if right and pk is not None else None
            if user is None:
                sign_in.refuse(database, attempt, name, pk, at, locked=not may_be_judged)
                log.info("Sign-in failed from %s", address)
            else:
                sign_in.accept(database, user, password, at, address=address)
        return user

    # --- rights ---

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Say whether whoever sends this request holds the right ``view_name.permission_name``."""
        actor = current_actor(db.session())
        if actor is None:
            return False
        if permission_name == "menu_access":
            return view_name in self.get_user_menu_access([view_name])
        if view_name in PERSONAL:
            return True
        return actor.may(f"{view_name}.{permission_name.removeprefix('can_')}")

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """The menu entries that lead to a page the actor may open, and the categories with such an entry."""
        actor = current_actor(db.session())
        if actor is None:
            return set()
        visible = actor.cache.get("menu")
        if not isinstance(visible, set):
            visible = actor.cache["menu"] = visible_names(self.appbuilder.menu.get_list(), self.has_access)
        return visible if menu_names is None else visible & set(menu_names)

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is public but the sign-in page, which asks nobody."""
        return False
