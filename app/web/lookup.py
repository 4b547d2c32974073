"""Look-ups behind remote selects: at most 20 rows, only what the person may see, by name, pinyin or number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core import search
from app.core.actors import current_actor
from app.core.database import db
from app.core.visibility import find
from app.web.filters import LARGEST_KEY
from app.web.session import signed_in

MOST = 20


@dataclass(frozen=True)
class Lookup:
    """One kind of row that forms may refer to; ``right`` is what reading it needs.

    ``matching(session, text)`` returns the statement of the rows that fit; by default the search index decides.
    """

    model: type[Any]
    right: str
    text: Callable[[Any], str] = str
    hint: Callable[[Any], str] = lambda _row: ""
    search_kind: str = ""
    matching: Callable[[Session, str], Select[Any]] | None = None
    more: Callable[[Any], dict[str, Any]] = lambda _row: {}

    def rows(self, session: Session, text: str) -> Iterable[Any]:
        """The first rows that fit ``text``, the best first."""
        return session.scalars(self._statement(session, text).limit(MOST))

    def row(self, session: Session, pk: str) -> Any | None:
        """The visible row ``pk``; anything may be asked."""
        if not (pk.isascii() and pk.isdigit()) or len(pk) > 19 or int(pk) > LARGEST_KEY:
            return None
        return find(session, self.model, int(pk))

    def key(self, row: Any) -> Any:
        """What a form sends for ``row``."""
        return row.id

    def _statement(self, session: Session, text: str) -> Select[Any]:
        if self.matching is not None:
            return self.matching(session, text)
        statement = select(self.model).order_by(self.model.id.desc())
        if text:
            statement = statement.where(self.model.id.in_(search.matching_ids(self.search_kind, text)))
        return statement


_lookups: dict[str, Lookup] = {}


def register_lookup(name: str, lookup: Lookup) -> None:
    """Offer ``lookup`` at ``/lookup/<name>``."""
    _lookups[name] = lookup


def row(name: str, pk: Any) -> Any | None:
    """The visible row ``pk`` of the look-up ``name``, or None."""
    lookup = _lookups[name]
    actor = current_actor()
    if actor is None or not actor.may(lookup.right):
        return None
    return lookup.row(db.session, str(pk))


def row_finder(name: str) -> Callable[[Any], Any | None]:
    """:func:`row` of one look-up, for a form field."""
    return lambda pk: row(name, pk)


def text_of(name: str) -> Callable[[Any], str]:
    """How a row of one look-up is shown, for a form field."""
    return lambda found: _lookups[name].text(found)


class LookupView(BaseView):
    """The one address of all look-ups."""

    route_base = "/lookup"

    @expose("/<name>")
    @signed_in
    def find(self, name: str) -> Any:
        lookup = _lookups.get(name)
        actor = current_actor()
        if lookup is None or actor is None or not actor.may(lookup.right):
            abort(404)
        text = request.args.get("q", "").strip()[:100]
        return jsonify(
            [
                {"id": lookup.key(found), "text": lookup.text(found), "hint": lookup.hint(found), **lookup.more(found)}
                for found in lookup.rows(db.session, text)
            ]
        )
