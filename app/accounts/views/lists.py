"""What a person keeps of lists: views by name, columns, page size, row height."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from app.accounts.forms import ListViewForm
from app.accounts.services import lists as services
from app.core.database import db, unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _
from app.core.lists import ListView
from app.theme.hooks import flash_undo
from app.theme.pages.addresses import find_view, may
from app.web.dialogs import lead_to
from app.web.session import acting, now, signed_in, takes_json
from app.web.views import CrmModelView, show_refusal

SIZES = (25, 50, 100, 200)


def _list(name: str) -> Any:
    """The list called ``name``, if the person may open it."""
    view = find_view(name)
    if not isinstance(view, CrmModelView) or not may(view, "list"):
        abort(404)
    return view


def _shared(view: ListView) -> str:
    if view.shared_role_id is not None:
        return f"role:{view.shared_role_id}"
    return "all" if view.shared_all else "team" if view.shared_team_id is not None else "me"


class ListsView(BaseView):
    """The requests behind the tabs, the column chooser and the row height of every list."""

    route_base = "/lists"

    @expose("/<name>/choice", methods=["POST"])
    @takes_json
    @signed_in
    def choice(self, name: str) -> Any:
        """Remember columns, page size, row height or the view the list opens with."""
        view, sent = _list(name), request.get_json(silent=True)
        if not isinstance(sent, dict):
            abort(400)
        values: dict[str, Any] = {}
        if "columns" in sent:
            columns = sent["columns"]
            values["columns"] = view.known_columns(map(str, columns)) if isinstance(columns, list) else None
        if sent.get("page_size") in SIZES:
            values["page_size"] = sent["page_size"]
        if "density" in sent:
            values["density"] = str(sent["density"])
        if not values:
            abort(400)
        with unit_of_work():
            services.choose(name, values, by=acting(), at=now())
        return jsonify(message="")

    @expose("/<name>/views/add", methods=["GET", "POST"])
    @signed_in
    def add(self, name: str) -> Any:
        """Save what the list shows as a view."""
        view = _list(name)
        form = ListViewForm.refresh()
        query = view.known_query(request.query_string.decode())
        columns = view.shown_columns()
        kept_columns = None if columns == list(view.list_columns) else columns

        def save() -> ListView:
            shared = "" if form.shared.data in (None, "me") else form.shared.data
            return services.save_view(name, form.title.data, query, kept_columns, by=acting(), at=now(), shared=shared)

        if request.method == "GET":
            form.shared.process_data("me")
            return self._dialog(form, _("Save as view"))
        return self._saved(form, _("Save as view"), save, view)

    @expose("/views/<int:pk>/edit", methods=["GET", "POST"])
    @signed_in
    def edit(self, pk: int) -> Any:
        """Rename a view, or let others see it."""
        kept = self._found(pk)
        view = _list(kept.list)
        form = ListViewForm.refresh() if request.method == "POST" else ListViewForm.refresh(obj=kept)

        def save() -> ListView:
            shared = "" if form.shared.data in (None, "me") else form.shared.data
            by_role = {"role_default": form.role_default.data} if acting().may("settings.edit") else {}
            return services.change_view(pk, title=form.title.data, shared=shared, by=acting(), at=now(), **by_role)

        if request.method == "GET":
            form.shared.process_data(_shared(kept))
            return self._dialog(form, _("Edit view"))
        return self._saved(form, _("Edit view"), save, view)

    @expose("/views/<int:pk>/update", methods=["POST"])
    @signed_in
    def update(self, pk: int) -> Any:
        """Let a view show what its list shows now."""
        view = _list(self._found(pk).list)
        columns = view.shown_columns()
        changed = {"columns": columns} if "cols" in request.args else {}
        query = view.known_query(request.query_string.decode())
        return self._done(
            lambda: services.change_view(pk, query=query, by=acting(), at=now(), **changed),
            _("The view was saved."),
            view,
        )

    @expose("/views/<int:pk>/default", methods=["POST"])
    @signed_in
    def default(self, pk: int) -> Any:
        """Open the list with this view, or no longer."""
        kept = db.session.get(ListView, pk)
        if kept is None:
            abort(404)
        view = _list(kept.list)
        chosen = None if view.kept().default_id == pk else pk
        with unit_of_work():
            services.choose(kept.list, {"default_view_id": chosen}, by=acting(), at=now())
        flash(
            _("The list opens with this view from now on.") if chosen else _("The list opens with everything."),
            "success",
        )
        return self._back(view, pk)

    @expose("/views/<int:pk>/move/<direction>", methods=["POST"])
    @signed_in
    def move(self, pk: int, direction: str) -> Any:
        """Move a tab to the left or right."""
        view = _list(self._found(pk).list)
        steps = {"left": -1, "right": 1}.get(direction) or abort(404)
        with unit_of_work():
            services.move_view(pk, steps, by=acting(), at=now())
        return self._back(view, pk)

    @expose("/views/<int:pk>/delete", methods=["POST"])
    @signed_in
    def delete(self, pk: int) -> Any:
        """Remove a view, with the way back in the message."""
        view = _list(self._found(pk).list)
        with unit_of_work():
            kept = services.delete_view(pk, by=acting(), at=now())
        text = _("The view “%(name)s” was deleted.", name=kept.title)
        flash_undo(text, url_for(".restore", pk=pk))
        return redirect(f"{view.get_redirect()}?view=all")

    @expose("/views/<int:pk>/restore", methods=["POST"])
    @signed_in
    def restore(self, pk: int) -> Any:
        """Take a removed view back."""
        with unit_of_work():
            kept = services.restore_view(pk, by=acting(), at=now())
        return self._back(_list(kept.list), pk)

    # --- shared ---

    @staticmethod
    def _found(pk: int) -> ListView:
        kept = db.session.get(ListView, pk)
        if kept is None or (kept.owner_id != acting().user_id and not acting().may("settings.edit")):
            abort(404)
        return kept

    def _dialog(self, form: Any, title: str) -> Any:
        if "role_default" in form and (request.endpoint != "ListsView.edit" or not acting().may("settings.edit")):
            del form.role_default
        return self.render_template("accounts/list_view.html", form=form, title=title, url=request.full_path)

    def _saved(self, form: Any, title: str, save: Callable[[], ListView], view: Any) -> Any:
        if not form.validate():
            return self._dialog(form, title), 422
        try:
            with unit_of_work():
                pk = save().id
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self._dialog(form, title), 422
        return lead_to(view.view_url(view.kept().view(pk)))

    def _done(self, act: Callable[[], object], text: str, view: Any) -> Any:
        with unit_of_work():
            kept: Any = act()
            pk = kept.id
        flash(text, "success")
        return self._back(view, pk)

    @staticmethod
    def _back(view: Any, pk: int) -> Any:
        kept = view.kept().view(pk)
        return redirect(view.view_url(kept) if kept is not None else view.get_redirect())
