"""The search palette: records of every kind the person may see, grouped, found by words, pinyin or initials."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import search
from app.core.actors import current_actor
from app.core.database import db
from app.web.session import signed_in

EACH = 6


@dataclass(frozen=True)
class Findable:
    """One kind of record in the palette."""

    kind: str
    label: Any
    icon: str
    model: type[Any]
    right: str
    endpoint: str
    text: Callable[[Any], str] = str
    hint: Callable[[Any], str] = lambda _row: ""
    # (session, text, most) -> rows, the best first; without it the search index answers.
    rows: Callable[[Session, str, int], Iterable[Any]] | None = None


@dataclass(frozen=True)
class Found:
    """One hit, ready to be shown."""

    text: str
    hint: str
    url: str


_findables: list[Findable] = []


def findable(entry: Findable) -> None:
    """Let the palette find records of one kind; the groups stand in the order of registration."""
    if all(known.kind != entry.kind for known in _findables):
        _findables.append(entry)


class PaletteView(BaseView):
    """What the palette shows for a text."""

    route_base = "/search"

    @expose("/palette")
    @signed_in
    def palette(self) -> Any:
        text = request.args.get("q", "").strip()[:100]
        actor = current_actor()
        offered = [entry for entry in _findables if text and actor is not None and actor.may(entry.right)]
        kinds = [entry.kind for entry in offered if entry.rows is None]
        hits = {found.kind: found for found in search.hits(db.session(), kinds, text)}
        groups = []
        for entry in offered:
            rows = _rows(db.session(), entry, hits.get(entry.kind), text)
            found = [Found(entry.text(row), entry.hint(row), url_for(entry.endpoint, pk=row.id)) for row in rows]
            if found:
                groups.append((entry, found))
        return self.render_template("appbuilder/general/palette_hits.html", groups=groups, text=text)


def _rows(session: Session, entry: Findable, hits: search.Hits | None, text: str) -> Iterable[Any]:
    if entry.rows is not None:
        return entry.rows(session, text, EACH)
    if hits is None:
        return ()
    best = hits.best(entry.model.id, EACH)
    statement = select(entry.model).join(best, best.c.id == entry.model.id)
    return session.scalars(statement.order_by(best.c.place, best.c.id.desc()).limit(EACH))
