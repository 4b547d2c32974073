"""The half of a list page that a person has arranged: named views, columns, row height."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import request

from app.core.i18n import _
from app.core.lists import Kept, KeptView
from app.theme.pages.addresses import endpoint
from app.theme.widgets import SavedView

EVERY = "all"


class KeptHalf:
    """What a list page shows of what is kept; the others give it ``name``, ``view``, ``columns`` and ``option``."""

    name: str
    view: Any
    columns: list[str]
    kept: Kept
    option: Any

    @property
    def keeps(self) -> bool:
        """True if something can be kept of this list."""
        return hasattr(self.view, "known_query") and bool(self.choice_url)

    @property
    def choice_url(self) -> str:
        """Where columns, page size and row height are remembered."""
        return endpoint("ListsView", "choice", name=self.name)

    @property
    def opened(self) -> KeptView | None:
        """The named view that is open, if somebody saved it."""
        return self.kept.view(request.args.get("view"))

    @property
    def saved_views(self) -> list[SavedView]:
        """The tabs: those everybody has, then one's own and those shared with one."""
        declared: list[SavedView] = list(self.option("saved_views", ()))
        if not self.keeps:
            return declared
        opened = self.opened
        home = endpoint(self.name, "list")
        every = request.args.get("view") == EVERY and len(request.args) == 1
        if self.kept.default:
            declared = [
                replace(tab, url=f"{home}?view={EVERY}", active=tab.active or every) if tab.url == home else tab
                for tab in declared
            ]
        if not declared and self.kept.views:
            declared = [SavedView(_("All"), f"{home}?view={EVERY}", active=opened is None)]
        return declared + [
            SavedView(view.title, self.view.view_url(view), view is opened, shared=view.is_shared, id=view.id)
            for view in self.kept.views
        ]

    @property
    def _shown_query(self) -> str:
        return str(self.view.known_query(request.query_string.decode()))

    @property
    def edited(self) -> bool:
        """True if filters, order or columns are no longer those of the view that is open."""
        opened = self.opened
        if opened is None:
            return False
        return self._shown_query != self.view.known_query(opened.query) or "cols" in request.args

    @property
    def lost(self) -> bool:
        """True if the view that is open names columns or filters that this list does not have."""
        opened = self.opened
        if opened is None:
            return False
        known = self.view.known_columns(opened.columns)
        lost_columns = opened.columns is not None and not set(opened.columns) <= set(known)
        return lost_columns or len(self.view.known_query(opened.query)) < len(opened.query)

    @property
    def new_view_url(self) -> str:
        """The dialog that saves what is shown as a view."""
        cols = [("cols", request.args["cols"])] if "cols" in request.args else []
        of = [("view", str(self.opened.id))] if self.opened else []
        query = "&".join(part for part in (self._shown_query, urlencode([*cols, *of])) if part)
        return endpoint("ListsView", "add", name=self.name) + (f"?{query}" if query else "")

    def view_action(self, method: str, **more: str) -> str:
        """The address of something done with the view that is open."""
        return endpoint("ListsView", method, pk=self.opened.id, **more) if self.opened else ""

    @property
    def update_view_url(self) -> str:
        """Where the view that is open takes over what is shown."""
        cols = urlencode([("cols", request.args["cols"])]) if "cols" in request.args else ""
        return f"{self.view_action('update')}?{'&'.join(part for part in (self._shown_query, cols) if part)}"

    @property
    def chooser(self) -> list[tuple[str, bool]]:
        """(column, shown) of every column on offer, the shown ones first in their order."""
        every = self.view.all_columns() if hasattr(self.view, "all_columns") else self.columns
        return [(name, True) for name in self.columns] + [(name, False) for name in every if name not in self.columns]

    @property
    def is_tight(self) -> bool:
        """True if the person wants low rows."""
        return self.kept.density == "tight"
