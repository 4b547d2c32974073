"""The page of one record, its preview, and what is done with it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.urltools import get_filter_args
from sqlalchemy.exc import IntegrityError

from app.core.database import unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _
from app.theme.pages.addresses import as_it_stood
from app.web.dialogs import came_from
from app.web.keys import read_key
from app.web.session import acting, now
from app.web.views.selection import Selection


class RecordPages(Selection):
    """What :class:`CrmModelView` does with one record."""

    def found(self, pk: Any) -> Any:
        """The visible record ``pk``; otherwise the page does not exist."""
        return self.datamodel.get(pk, self._base_filters) or abort(404)

    def _show(self, pk: Any) -> dict[str, Any]:
        record = self.found(pk)
        return {
            "show": self.show_widget(
                pk=record.id,
                item=record,
                view=self,
                label_columns=self.label_columns,
                include_columns=self.show_columns,
                value_columns=self.datamodel.get_values_item(record, self.show_columns),
                formatters_columns=self.formatters_columns,
                actions=self.actions,
                fieldsets=self.show_fieldsets,
                modelview_name=type(self).__name__,
            ),
            "related_views": [],
        }

    @expose("/preview/<pk>")
    @has_access
    def preview(self, pk: str) -> Any:
        """The record's facts for the panel beside the list."""
        widgets = self._show(pk)
        told = self.preview_args(widgets["show"].template_args["item"])
        return self.render_template(self.preview_template, widgets=widgets, title=self.show_title, view=self, **told)

    def preview_args(self, record: Any) -> dict[str, Any]:
        """What the panel tells besides the head: ``texts`` as (title, text), ``facts`` as (title, [Fact]).

        Without ``facts`` it shows the fields of ``show_fieldsets``.
        """
        return {}

    @expose("/related/<name>/<pk>")
    @has_access
    def related(self, name: str, pk: str) -> Any:
        """The rows of one other record, as the list inside its tab; ``name`` is one of ``related_keys``."""
        if name not in self.related_keys or self.related_keys[name](pk) is None:
            abort(404)
        filters = self._filters
        get_filter_args(filters)
        filters.add_filter_related_view(name, self.datamodel.FilterEqual, pk)
        return self._get_list_widget(filters=filters)["list"]()

    # --- deletion ---

    def _delete(self, pk: Any) -> None:
        record = self.found(pk)
        name = str(record)
        try:
            with unit_of_work():
                type(self).remove(record, by=acting(), at=now())
        except DomainError as refusal:
            flash(str(refusal), "danger")
            request.environ["changke.location"] = self.url_of(self.found(pk))
            return
        except IntegrityError:
            flash(_("%(name)s is still used by other records and was not deleted.", name=name), "danger")
            request.environ["changke.location"] = self.url_of(self.found(pk))
            return
        message: Any = _("%(name)s was deleted.", name=name)
        if type(self).restore is not None:
            message = {"text": message, "undo": url_for(f"{self.endpoint}.undelete", pk=pk)}
        flash(message, "success")

    def post_delete_redirect(self) -> Any:
        refused = request.environ.get("changke.location")
        return redirect(as_it_stood(refused or came_from(self.get_redirect())))

    @expose("/undelete/<pk>", methods=["POST"])
    @has_access
    def undelete(self, pk: str) -> Any:
        """Take the record out of the recycle bin."""
        key = read_key(pk)
        if key is None:
            abort(404)
        with unit_of_work():
            record = type(self).restore(key, by=acting(), at=now())
            location = self.url_of(record)
        flash(_("%(name)s is back.", name=str(record)), "success")
        return redirect(location)

    # --- FAB's actions: only rows the person may see, all or none ---

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        return self._act(name, pk)

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        return self._act(request.form.get("action", ""))

    def _act(self, name: str, pk: str | None = None) -> Any:
        """``name`` on the row ``pk``, or on the selected rows."""
        action = self.actions.get(name)
        if action is None or not (action.multiple if pk is None else action.single):
            abort(404)
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            abort(403)
        return action.func(self.selected() if pk is None else self.found(pk))
