"""FAB's ModelView with our services behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from wtforms import Form

from app.core.actors import current_actor
from app.core.rights import kinds
from app.web.per_request import PerRequest
from app.web.search_form import Choices, search_form
from app.web.views.cells import InlineCells
from app.web.views.exporting import Exporting
from app.web.views.forms import FormPages

CrudService = Callable[..., Any]


class CrmModelView(Exporting, InlineCells, FormPages):
    """FAB's ModelView with our services behind it; a view class only declares.

    It has no properties: FAB reads every attribute of a view when it makes it, outside any request.

    ``more_columns`` are those a person can add to the list, ``narrow_args`` the parameters that :meth:`narrow` reads
    besides the search box.

    ``kind`` is the first half of its rights. ``create(values, *, by, at)``, ``update(record, values, *, by, at)`` and
    ``remove(record, *, by, at)`` are the feature's services; without one the page does not exist. ``form`` serves
    adding and editing; ``add_only`` and ``edit_only`` name fields that one of them leaves out.
    """

    kind = ""
    form: type[Form] | None = None
    create: CrudService | None = None
    update: CrudService | None = None
    remove: CrudService | None = None
    restore: CrudService | None = None
    form_fieldsets: list[tuple[Any, dict[str, Any]]] = []
    add_only: tuple[str, ...] = ()
    edit_only: tuple[str, ...] = ()
    prefill: tuple[str, ...] = ()  # fields that an address may fill: ?customer_id=5
    preview_template = "appbuilder/general/model/preview.html"
    search_kind = ""
    custom_kind = ""  # the kind whose added fields the forms show
    quick_filters: tuple[Any, ...] = ()
    cell_classes: Mapping[str, str] = {}
    card_columns: tuple[str, ...] = ()
    search_choices: Mapping[str, Choices] = {}
    column_order: Mapping[str, str] = {}  # shown column: the column it is sorted by
    # Columns by which rows are shown in another record's tab, and how that record is looked up.
    related_keys: Mapping[str, Callable[[str], Any]] = {}

    _filters = PerRequest()
    base_order = ("id", "desc")
    page_size = 25
    search_columns: Any = None
    order_columns: Any = None
    search_form: Any = None
    add_form: Any = None
    edit_form: Any = None
    exclude_route_methods = {"download"}
    method_permission_name = {
        "list": "see",
        "show": "see",
        "preview": "see",
        "card": "see",
        "timeline": "see",
        "changes": "see",
        "count": "see",
        "related": "see",
        "add": "add",
        "edit": "edit",
        "delete": "delete",
        "undelete": "delete",
        "export": "export",
        "cell": "edit",
    }

    def __init__(self, **kwargs: Any) -> None:
        cls = type(self)
        self.class_permission_name = self.kind
        self.exclude_route_methods = set(cls.exclude_route_methods) | {
            page
            for page, service in (
                ("add", cls.create),
                ("edit", cls.update),
                ("delete", cls.remove),
                ("undelete", cls.restore),
                ("related", cls.related_keys or None),
            )
            if service is None
        }
        if not cls.inline_columns:
            self.exclude_route_methods.add("cell")
        if not any(f"{self.kind}.export" in kind.rights() for kind in kinds()):
            self.exclude_route_methods.add("export")
        if self.search_kind:
            self.search_box = "q"
        self.name_column = cls.name_column or (cls.list_columns or [""])[0]
        # FAB would generate fields from columns where no form is given, and load whole tables into them.
        self.search_columns = list(cls.search_columns or [self.datamodel.get_pk_name()])
        self.order_columns = list(cls.order_columns or [])
        if cls.form is not None:
            names = [name for _title, options in self.form_fieldsets for name in options["fields"]]
            # A field that one of the two leaves out must not be required there either.
            self.add_form = type(cls.form.__name__, (cls.form,), dict.fromkeys(self.edit_only))
            self.edit_form = type(cls.form.__name__, (cls.form,), dict.fromkeys(self.add_only))
            self.add_columns = [name for name in names if name not in self.edit_only]
            self.edit_columns = [name for name in names if name not in self.add_only]
            self.add_fieldsets = _without(self.form_fieldsets, self.edit_only)
            self.edit_fieldsets = _without(self.form_fieldsets, self.add_only)
        else:
            self.add_form = self.edit_form = Form
        if self.search_form is None:
            labels = self.label_columns or {}
            self.search_form = search_form(self.datamodel, self.search_columns, labels, self.search_choices)
        super().__init__(**kwargs)

    # --- where a page leads: FAB keeps a history in the cookie, which leads two tabs to each other's pages ---

    def update_redirect(self) -> None:
        """Keep no page history."""

    def get_redirect(self) -> str:
        return url_for(f"{self.endpoint}.list")

    def url_of(self, record: Any) -> str:
        """The record's own page."""
        return url_for(f"{self.endpoint}.show", pk=record.id)

    def may(self, verb: str) -> bool:
        """Say whether the person may do ``verb`` with this kind of record."""
        actor = current_actor()
        return actor is not None and actor.may(f"{self.kind}.{verb}")


def _without(fieldsets: list[tuple[Any, dict[str, Any]]], names: tuple[str, ...]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (title, options | {"fields": [name for name in options["fields"] if name not in names]})
        for title, options in fieldsets
    ]
