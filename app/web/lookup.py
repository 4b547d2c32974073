"""Look-ups behind remote selects: at most 20 rows, only what the person may see, by name, pinyin or number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import BaseView, expose
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core import search
from app.core.actors import current_actor
from app.core.database import db
from app.core.visibility import find
from app.web.keys import read_key
from app.web.session import signed_in

MOST = 20


@dataclass(frozen=True)
class Lookup:
    """One kind of row that forms may refer to; ``right`` is what reading it needs.

    ``matching(session, text)`` returns the statement of the rows that fit; by default the search index decides.
    ``within`` names the columns by which an address may narrow the rows, each with the look-up of what it refers to.
    """

    model: type[Any]
    right: str
    text: Callable[[Any], str] = str
    hint: Callable[[Any], str] = lambda _row: ""
    search_kind: str = ""
    matching: Callable[[Session, str], Select[Any]] | None = None
    more: Callable[[Any], dict[str, Any]] = lambda _row: {}
    within: Mapping[str, str] = field(default_factory=dict)

    def rows(self, session: Session, text: str, within: Mapping[str, int]) -> Iterable[Any]:
        """The first rows that fit ``text``, the best first, of those that belong to ``within``."""
        statement = self._statement(session, text)
        for name, key in within.items():
            statement = statement.where(getattr(self.model, name) == key)
        return session.scalars(statement.limit(MOST))

    def row(self, session: Session, pk: str) -> Any | None:
        """The visible row ``pk``; anything may be asked."""
        key = read_key(pk)
        return None if key is None else find(session, self.model, key)

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
                for found in lookup.rows(db.session, text, _within(lookup))
            ]
        )


def _within(lookup: Lookup) -> dict[str, int]:
    """What the address narrows the rows by; a record that is not visible has none."""
    asked = {name: request.args[name] for name in lookup.within if request.args.get(name)}
    found = {name: row(lookup.within[name], key) for name, key in asked.items()}
    if None in found.values():
        abort(404)
    return {name: record.id for name, record in found.items() if record is not None}


def keep_within(form: Any, record: Any) -> None:
    """Offer only rows that belong where ``record`` does, in a form that does not ask where that is."""
    for each in form:
        within = getattr(each, "within", "")
        if within and within not in form and getattr(record, within, None):
            each.query = f"{within}={getattr(record, within)}"
