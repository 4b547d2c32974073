"""Who is signed in, in which language: what every request knows before a page is made."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app, g, has_request_context, request, session
from flask_jwt_extended import get_current_user, verify_jwt_in_request
from flask_login import current_user

from app.accounts.models import User
from app.accounts.queries import actor_for
from app.core.database import db
from app.core.i18n import DEFAULT_LANGUAGE, LANGUAGES

REFRESH = "SecurityApi.refresh"


def stamp_of(user: User) -> str:
    """Return what a session of ``user`` must carry; it changes with the password and with every sign-out."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    content = f"stamp:{user.id}:{user.password}:{user.sign_outs or 0}"
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def carries_stamp(user: User, stamp: object) -> bool:
    """Say whether ``stamp`` is the one that ``user``'s sessions carry now."""
    return isinstance(stamp, str) and hmac.compare_digest(stamp.encode(), stamp_of(user).encode())


def load_actor() -> User | None:
    """Find out who sends this request, by cookie or by token, and let them act on the session.

    A token wins: the interfaces for programs accept nothing else.
    """
    user = None
    if request.headers.get("Authorization", "").lower().startswith("bearer") and request.endpoint != REFRESH:
        verify_jwt_in_request(optional=True)
        user = get_current_user()
    elif current_user.is_authenticated:
        user = current_user._get_current_object()
    db.session.info.pop("actor", None)
    if not isinstance(user, User):
        return None
    g.user, g.language = user, user.language
    db.session.info["actor"] = actor_for(db.session(), user, language=select_language())
    return user


def select_language() -> str:
    """The language of this request: asked for (``_l_``), the user's own, chosen before, the browser's, Chinese."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    for wanted in (request.args.get("_l_"), g.get("language"), session.get("locale")):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(LANGUAGES, DEFAULT_LANGUAGE) or DEFAULT_LANGUAGE
