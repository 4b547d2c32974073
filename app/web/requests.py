"""What happens around every request: whose it is, what may be in its address, how it is answered when it fails."""

from __future__ import annotations

import logging
import re
import secrets
import uuid
from http import HTTPStatus
from typing import Any

import prison
from flask import Flask, Request, Response, abort, current_app, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError

from app.core.database import db, only_reading
from app.core.errors import DomainError, Invalid
from app.core.i18n import _
from app.web.filters import LARGEST_KEY
from app.web.keys import read_key
from app.web.session import once_token, wants_json

log = logging.getLogger(__name__)

_SAFE = {"GET", "HEAD", "OPTIONS"}
# As FAB finds them: anywhere in a name.
_PAGE = re.compile(r"p(?:age|size)_")
_FILTER = re.compile(r"_flt_(\d+)_")
_OPERATORS = 9
LONGEST_QUERY = 8_000


class PlainRequest(Request):
    """A request whose JSON body may be nested however deep without breaking the reader, and for which HEAD is GET."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Pages ask whether they are only read: FAB's deletion and every move took a HEAD for a POST, without a token.
        # The answer still has no body, as that is decided by the environment.
        if self.method == "HEAD":
            self.method = "GET"

    def get_json(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_json(*args, **kwargs)
        except RecursionError:
            if kwargs.get("silent"):
                return None
            raise BadRequest from None


def register(app: Flask) -> None:
    """Install the hooks on ``app``."""
    app.request_class = PlainRequest
    app.jinja_env.globals["once_token"] = once_token
    app.before_request(_prepare)
    app.after_request(_protect)
    app.after_request(_gather_static)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(DataError, _unreadable)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Exception, _broken)


def _prepare() -> None:
    only_reading.set(request.method in _SAFE)
    g.csp_nonce = secrets.token_urlsafe(16)
    for name, value in request.args.items(multi=True):
        if "\x00" in value or "\x00" in name:
            abort(400)
        if _PAGE.search(name) and not _at_most(value, 1_000_000):
            abort(400)
        if (found := _FILTER.search(name)) and not _at_most(found[1], _OPERATORS - 1):
            abort(400)
    if request.path.startswith("/api/"):
        _refuse_broken_rison(request.args.get("q", ""))
    if request.is_json and not request.path.startswith("/api/"):
        # WTForms would read numbers, lists and objects of a JSON body as if somebody had typed them.
        view = current_app.view_functions.get(request.endpoint or "")
        if not getattr(view, "takes_json", False):
            abort(415)
    for value in (request.view_args or {}).values():
        if isinstance(value, int) and value > LARGEST_KEY:
            abort(404)


def _at_most(text: str, largest: int) -> bool:
    number = read_key(text)
    return number is not None and number <= largest


def _refuse_broken_rison(text: str) -> None:
    """FAB's reader answers what it cannot parse with a server error, or recurses without end."""
    if not text:
        return
    try:
        prison.loads(text[:LONGEST_QUERY])
    except (prison.decoder.ParserException, RecursionError, ArithmeticError, LookupError, TypeError, ValueError):
        abort(400)


def _protect(response: Response) -> Response:
    nonce = g.get("csp_nonce", "")
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        f"font-src 'self' {g.get('csp_fonts', '')}; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if current_app.config["HTTPS"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _gather_static(response: Response) -> Response:
    """Read a script or style to its end: what is streamed is not compressed, and would leave its file open."""
    if request.endpoint == "static" and response.mimetype in current_app.config["COMPRESS_MIMETYPES"]:
        response.direct_passthrough = False
        response.get_data()
    return response


PAGES = frozenset({400, 403, 404, 409, 413, 422, 429, 500, 503})


def _answer(status: int, sentence: str, *, own: bool = False, **more: Any) -> Any:
    """Answer a failure: JSON to programs, a page to people; ``own`` sentences stand on the page besides its text."""
    db.session.rollback()
    if request.path.startswith("/api/") or wants_json():
        return jsonify(message=sentence, **more), status
    page = f"errors/{status if status in PAGES else 400}.html"
    return render_template(page, message=sentence if own else "", **more), status


def _refused(refusal: DomainError) -> Any:
    fields = {name: str(text) for name, text in refusal.fields.items()} if isinstance(refusal, Invalid) else {}
    return _answer(refusal.status, str(refusal), own=True, **({"fields": fields} if fields else {}))


def _expired(_problem: CSRFError) -> Any:
    sentence = _("This page was open for too long. Go back, reload it and send it again.")
    # A script asks for a new token and sends again: nothing was done.
    return _answer(400, sentence, own=True, **({"expired": True} if wants_json() else {}))


def _unreadable(_problem: DataError) -> Any:
    return _answer(400, _("The address of this page holds a value that cannot be read."))


SENTENCES: dict[int, Any] = {
    400: lambda: _("The address or the form holds a value that cannot be read."),
    401: lambda: _("Please sign in first."),
    403: lambda: _("You do not have the right to open this page."),
    404: lambda: _("This page or record does not exist, or you may not see it."),
    405: lambda: _("This address cannot be opened in this way."),
    413: lambda: _("What you sent is too large."),
    415: lambda: _("This kind of content cannot be read here."),
    429: lambda: _("Too many attempts. Wait a minute and try again."),
}


def _failed(problem: HTTPException) -> Any:
    if problem.response is not None or problem.code is None or problem.code < HTTPStatus.BAD_REQUEST:
        return problem
    if problem.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _broken(problem)
    sentence = SENTENCES.get(problem.code, SENTENCES[400])()
    if isinstance(problem, SecurityError):
        # A host that is not ours has no addresses, so no page of ours can be made for it.
        return Response(str(sentence), problem.code, mimetype="text/plain")
    return _answer(problem.code, sentence)


def _broken(problem: Exception) -> Any:
    number = uuid.uuid4().hex[:12]
    log.error("error %s at %s %s", number, request.method, request.path, exc_info=problem)
    if isinstance(problem, OperationalError) and "locked" in str(problem.orig):
        return _answer(503, _("The database is busy. Try again in a moment; nothing was saved."), error_id=number)
    return _answer(
        500, _("Something went wrong on our side. Nothing was saved. Error number: %(id)s", id=number), error_id=number
    )
