"""One record: head, facts and what is related to it."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from app.core.i18n import _
from app.theme import cells
from app.theme.pages.addresses import endpoint, find_view, may
from app.theme.widgets import RecordHead, Tab


class RecordPage:
    """One record: head, facts and what is related to it."""

    def __init__(self, args: dict[str, Any], title: Any, related_views: Sequence[Any] = ()) -> None:
        self.args = args
        self.name: str = self.args["modelview_name"]
        self.view: Any = self.args.get("view") or find_view(self.name)
        self.item: Any = self.args.get("item")
        self.pk: Any = self.args["pk"]
        self._title = title
        self._related = list(related_views or ())

    @property
    def head(self) -> RecordHead:
        maker = getattr(self.view, "record_head", None)
        if maker is not None and self.item is not None:
            head: RecordHead = maker(self.item)
            return head
        list_url = endpoint(self.name, "list") if may(self.view, "list") else ""
        moves = getattr(self.view, "move_buttons", None)
        return RecordHead(
            title=str(self.item if self.item is not None else self._title),
            moves=list(moves(self.item)) if moves is not None and self.item is not None else [],
            back_url=list_url,
            back_label=getattr(self.view, "list_title", "") if list_url else "",
            edit_url=endpoint(self.name, "edit", pk=self.pk) if self._own_page and may(self.view, "edit") else "",
            delete_url=endpoint(self.name, "delete", pk=self.pk) if self._own_page and may(self.view, "delete") else "",
        )

    @property
    def _own_page(self) -> bool:
        """False where FAB shows one's own user through the user view: changing it is an action of its own."""
        return request.endpoint == f"{self.name}.show"

    @property
    def actions(self) -> list[tuple[Any, str]]:
        """FAB actions on one record, as (action, address)."""
        manager = current_app.appbuilder.sm  # type: ignore[attr-defined]  # FAB puts itself on the app
        found = []
        for action in (self.args.get("actions") or {}).values():
            if action is None or not action.single:
                continue
            permission = self.view.get_action_permission_name(action.name)
            if manager.has_access(permission, self.view.class_permission_name):
                found.append((action, endpoint(self.name, "action", name=action.name, pk=self.pk)))
        return [(action, url) for action, url in found if url]

    @property
    def groups(self) -> list[tuple[str, bool, list[tuple[str, Any]]]]:
        """The facts as (title, open, [(label, value)])."""
        sets = self.args.get("fieldsets") or [(None, {"fields": self.args["include_columns"]})]
        return [
            (
                str(title) if title else _("Details"),
                options.get("expanded") is not False,
                [self._fact(name) for name in options["fields"] if name in self.args["include_columns"]],
            )
            for title, options in sets
        ]

    def _fact(self, name: str) -> tuple[str, Any]:
        value = self.args["value_columns"][self.args["include_columns"].index(name)]
        formatter = self.args["formatters_columns"].get(name)
        shown = formatter(value) if formatter else cells.show_value(value)
        return str(self.args["label_columns"].get(name, name)), shown if str(shown) else Markup("")

    @property
    def tabs(self) -> list[Tab]:
        maker = getattr(self.view, "record_tabs", None)
        return list(maker(self.item)) if maker is not None and self.item is not None else []

    @property
    def related(self) -> list[Any]:
        """FAB's related views, drawn at once; views with ``record_tabs`` load theirs by address instead."""
        return [] if self.tabs else self._related
