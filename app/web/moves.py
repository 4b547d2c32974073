"""Pages of records with a workflow: a button, a dialog and a bulk action per move, read off the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, jsonify, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.forms import DynamicForm
from wtforms import Form

from app.core.errors import DomainError, NotAllowed
from app.core.i18n import _, _l, ngettext
from app.core.workflow import Move, Workflow
from app.theme.widgets import MoveButton
from app.web.dialogs import came_from, lead_to
from app.web.lookup import keep_within
from app.web.session import SentBefore, acting, now, signed_in, submitted, wants_sentence
from app.web.views import CrmModelView, show_refusal
from app.web.views.selection import for_each


class WorkflowView(CrmModelView):
    """A view of records that move; ``move_forms`` gives a form to the moves that need input.

    ``bulk_moves`` names the moves offered for selected rows.
    """

    workflow: Workflow
    move_forms: Mapping[str, type[Form]] = {}
    bulk_move_names: tuple[str, ...] = ()
    move_icons: Mapping[str, str] = {}

    def move_buttons(self, record: Any) -> list[MoveButton]:
        """What can be done with ``record`` now, by the person signed in."""
        return [self._button(move, record.id) for move in self.workflow.open_to(record, acting())]

    def _button(self, move: Move, pk: int) -> MoveButton:
        return MoveButton(
            name=move.name,
            label=move.label,
            url=url_for(f"{self.endpoint}.move", pk=pk, name=move.name),
            style=move.style or "",  # type: ignore[arg-type]  # the table says primary, danger or nothing
            icon=self.move_icons.get(move.name, ""),
            needs_form=move.name in self.move_forms,
        )

    def bulk_moves(self) -> list[MoveButton]:
        """The moves offered for selected rows."""
        actor = acting()
        moves = [self.workflow.move(name) for name in self.bulk_move_names]
        return [
            MoveButton(
                name=move.name,
                label=move.label,
                url=url_for(f"{self.endpoint}.bulk", name=move.name),
                icon=self.move_icons.get(move.name, ""),
                needs_form=move.name in self.move_forms,
            )
            for move in moves
            if actor.may(f"{self.kind}.{move.permission}")
        ]

    def _form_of(self, name: str, records: list[Any]) -> Any:
        form_class = self.move_forms.get(name)
        if form_class is None:
            # All that match are never moved without saying how many they are.
            return DynamicForm.refresh() if self.wants_every() else None
        form = form_class.refresh() if hasattr(form_class, "refresh") else form_class(request.form)
        if request.method == "GET":
            self.prefill_move(name, form, records)
        if len(records) == 1:
            keep_within(form, records[0])
        return form

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        """Give a move's form its defaults and choices."""

    @expose("/<pk>/move/<name>", methods=["GET", "POST"])
    @signed_in
    def move(self, pk: str, name: str) -> Any:
        """Answer GET with the move's form for a dialog, and make the move on POST."""
        return self._moved(name, [self.found(pk)], url_for(f"{self.endpoint}.move", pk=pk, name=name))

    @expose("/bulk/<name>", methods=["GET", "POST"])
    @signed_in
    def bulk(self, name: str) -> Any:
        """Make one move on all selected rows, or on none."""
        if name not in self.bulk_move_names:
            abort(404)
        return self._moved(name, self.selected(), self.bulk_url(url_for(f"{self.endpoint}.bulk", name=name)))

    def _moved(self, name: str, records: list[Any], url: str) -> Any:
        move = self.workflow.move(name)
        if not acting().may(f"{self.kind}.{move.permission}") or move.by_system:
            raise NotAllowed(_l("You do not have the right to do this: %(move)s.", move=move.label))
        form = self._form_of(name, records)
        if request.method == "GET":
            if form is None:
                abort(405)
            return self._dialog(move, form, url, records)
        if form is not None and not form.validate():
            return self._dialog(move, form, url, records), 422
        data = self.move_data(name, form) if form is not None else {}
        try:
            with submitted():
                at, by = now(), acting()
                for_each(
                    records,
                    lambda record: self.workflow.make(name, record, by=by, at=at, **data),
                    several=len(records) > 1,
                )
        except SentBefore:
            return self._after(records)
        except DomainError as refusal:
            return self._refused(move, form, url, records, refusal)
        return self._done(move, records)

    def move_data(self, name: str, form: Any) -> dict[str, Any]:
        """What the form of a move holds, for its effect."""
        return {field.name: field.data for field in form if field.name not in {"csrf_token", "version"}}

    def _dialog(self, move: Move, form: Any, url: str, records: list[Any]) -> Any:
        return self.render_template(
            "appbuilder/general/model/move.html", form=form, move=move, url=url, records=records, title=move.label
        )

    def _refused(self, move: Move, form: Any, url: str, records: list[Any], refusal: DomainError) -> Any:
        if wants_sentence():
            return jsonify(message=str(refusal)), refusal.status
        if form is not None and "HX-Request" in request.headers:
            show_refusal(form, refusal)
            return self._dialog(move, form, url, records), 422
        flash(str(refusal), "danger")
        return self._after(records)

    def _done(self, move: Move, records: list[Any]) -> Any:
        if len(records) == 1:
            message = _("%(move)s: %(name)s.", move=move.label, name=str(records[0]))
        else:
            message = ngettext("%(move)s: %(num)d record.", "%(move)s: %(num)d records.", len(records), move=move.label)
        if wants_sentence():
            return jsonify(message=message)
        flash(message, "success")
        return self._after(records)

    def _after(self, records: list[Any]) -> Any:
        return lead_to(came_from(self.url_of(records[0]) if len(records) == 1 else self.get_redirect()))
