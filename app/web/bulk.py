"""Something done with all selected rows of a list that has no workflow: a button, a dialog, all rows or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, jsonify, request, url_for
from flask_appbuilder import expose
from wtforms import Form

from app.core.actors import Actor
from app.core.database import unit_of_work
from app.core.errors import DomainError, NotAllowed
from app.core.i18n import _l, ngettext
from app.theme.widgets import MoveButton
from app.web.dialogs import came_from, lead_to
from app.web.session import acting, now, signed_in, wants_sentence
from app.web.views import CrmModelView, show_refusal
from app.web.views.selection import for_each


@dataclass(frozen=True)
class BulkAct:
    """One button of the bulk bar: ``act(record, form, by, at)`` is the feature's service."""

    name: str
    label: Any
    right: str
    form: type[Form]
    act: Callable[[Any, Any, Actor, datetime], object]
    icon: str = ""


class BulkActs(CrmModelView):
    """A view whose selected rows can be changed together; ``bulk_acts`` says how."""

    bulk_acts: tuple[BulkAct, ...] = ()

    def bulk_moves(self) -> list[MoveButton]:
        """What is offered for selected rows."""
        actor = acting()
        return [
            MoveButton(act.name, act.label, url_for(f"{self.endpoint}.bulk", name=act.name), "", act.icon, True)
            for act in self.bulk_acts
            if actor.may(act.right)
        ]

    @expose("/bulk/<name>", methods=["GET", "POST"])
    @signed_in
    def bulk(self, name: str) -> Any:
        """Answer GET with the dialog; do it with all selected rows, or with none, on POST."""
        act = next((act for act in self.bulk_acts if act.name == name), None) or abort(404)
        if not acting().may(act.right):
            raise NotAllowed(_l("You do not have the right to do this: %(move)s.", move=act.label))
        records = self.selected()
        form: Any = act.form.refresh()
        if request.method == "GET":
            return self._about(act, form, records)
        if not form.validate():
            return self._about(act, form, records), 422
        at, by = now(), acting()
        try:
            with unit_of_work():
                for_each(records, lambda record: act.act(record, form, by, at), several=len(records) > 1)
        except DomainError as refusal:
            if wants_sentence():
                return jsonify(message=str(refusal)), refusal.status
            show_refusal(form, refusal)
            return self._about(act, form, records), 422
        flash(
            ngettext("%(act)s: %(num)d record.", "%(act)s: %(num)d records.", len(records), act=str(act.label)),
            "success",
        )
        return lead_to(came_from(self.get_redirect()))

    def _about(self, act: BulkAct, form: Any, records: list[Any]) -> Any:
        url = self.bulk_url(url_for(f"{self.endpoint}.bulk", name=act.name))
        return self.render_template(
            "appbuilder/general/model/move.html", form=form, records=records, title=act.label, url=url
        )
