"""What a person has kept of a list decides how it opens: named views, columns, rows on a page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import redirect, request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.hooks import before_request

from app.core import lists
from app.core.actors import current_actor
from app.core.database import db
from app.core.lists import Kept, KeptView

_FILTER = re.compile(r"_flt_(\d)_(\w+)")
_LONGEST_VALUE = 200


class KeepsLists(ModelView):
    """What :class:`CrmModelView` shows as the person has kept it."""

    name_column = ""
    more_columns: tuple[str, ...] = ()
    narrow_args: tuple[str, ...] = ()
    search_box = ""

    def kept(self) -> Kept:
        """What the person signed in has kept of this list."""
        actor = current_actor()
        return lists.kept(db.session(), actor, type(self).__name__) if actor is not None else Kept()

    def in_tab(self) -> bool:
        """Say whether the list stands inside another record's page; such a list is the same for everybody."""
        return request.endpoint == f"{self.endpoint}.related"

    def opened_view(self) -> KeptView | None:
        """The named view the address opens, if the person sees it."""
        return self.kept().view(request.args.get("view"))

    def all_columns(self) -> list[str]:
        """Every column the list can show."""
        return [*self.list_columns, *(name for name in self.more_columns if name not in self.list_columns)]

    def shown_columns(self) -> list[str]:
        """The columns of the list, in their order: of the address, the view, the person, or everybody."""
        if self.in_tab():
            return list(self.list_columns)
        kept, view = self.kept(), self.opened_view()
        asked = [name for name in request.args.get("cols", "").split(",") if name]
        return self.known_columns(asked or (view and view.columns) or kept.columns) or list(self.list_columns)

    def known_columns(self, names: Any) -> list[str]:
        """Those of ``names`` that the list can show, the column with the name among them; none if none is known."""
        known = self.all_columns()
        found = [name for name in dict.fromkeys(names or ()) if name in known]
        return found if not found or self.name_column in found else [self.name_column, *found]

    def known_query(self, text: str) -> str:
        """What of a list's query means something to this list: filters, order, search; nothing foreign."""
        known, name = self._filters.get_search_filters(), type(self).__name__
        pairs = []
        for key, value in parse_qsl(text[: lists.LONGEST_QUERY * 2]):
            match = _FILTER.fullmatch(key)
            if (
                (match is not None and int(match[1]) < len(known.get(match[2], ())))
                or (key == f"_oc_{name}" and value in self.order_columns)
                or (key == f"_od_{name}" and value in ("asc", "desc"))
                or (key == "q" and self.search_box)
                or key in self.narrow_args
            ):
                pairs.append((key, value[:_LONGEST_VALUE]))
        return urlencode(pairs)

    def view_url(self, view: KeptView) -> str:
        """The list as a named view shows it."""
        query = self.known_query(view.query)
        return f"{url_for(f'{self.endpoint}.list')}?{query}{'&' if query else ''}view={view.id}"

    @before_request(only=["list"])
    def open_default(self) -> Any:
        """Open the list with the view that the person, or an administrator for their role, has chosen."""
        if request.args or (default := self.kept().default) is None:
            return None
        return redirect(self.view_url(default))
