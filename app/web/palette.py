"""The search palette: records of every kind the person may see, grouped, found by words, pinyin or initials."""

from __future__ import annotations

from collections.abc import Callable
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
    # (session, text, most) -> keys, the best first; without it the search index answers.
    ids: Callable[[Session, str, int], list[int]] | None = None


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
        groups = []
        for entry in _findables if text and actor is not None else ():
            if actor is None or not actor.may(entry.right):
                continue
            if entry.ids is not None:
                ids = entry.ids(db.session(), text, EACH)
            else:
                ids = search.ranked(db.session(), entry.kind, entry.model.id, text, EACH)
            if not ids:
                continue
            rows = {row.id: row for row in db.session.scalars(select(entry.model).where(entry.model.id.in_(ids)))}
            hits = [
                Found(entry.text(rows[pk]), entry.hint(rows[pk]), url_for(entry.endpoint, pk=pk))
                for pk in ids
                if pk in rows
            ]
            if hits:
                groups.append((entry, hits))
        return self.render_template("appbuilder/general/palette_hits.html", groups=groups, text=text)
