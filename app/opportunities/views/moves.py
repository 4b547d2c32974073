"""The moves of opportunities as pages: their forms, and what somebody who claims too late is told."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, request, url_for
from flask_appbuilder import expose

from app.core.database import unit_of_work
from app.core.errors import DomainError, NotFound
from app.core.i18n import _
from app.opportunities import forms, services
from app.opportunities.models import Opportunity
from app.opportunities.views import page
from app.theme.widgets import MoveButton
from app.web.dialogs import lead_to
from app.web.filters import LARGEST_KEY
from app.web.moves import WorkflowView
from app.web.session import acting, now, signed_in, wants_sentence


class OpportunityMoves(WorkflowView):
    """The buttons and dialogs of the moves."""

    workflow = services.workflow
    move_forms = {
        "assign": forms.AssignForm,
        "reassign": forms.AssignForm,
        "return": forms.ReturnForm,
        "advance": forms.AdvanceForm,
        "go_back": forms.GoBackForm,
        "win": forms.WinForm,
        "lose": forms.LoseForm,
        "reopen": forms.ReopenForm,
    }
    bulk_move_names: tuple[str, ...] = ("assign", "reassign")
    move_icons = {
        "assign": "ti-user-plus",
        "claim": "ti-hand-grab",
        "advance": "ti-arrow-right",
        "go_back": "ti-arrow-left",
        "win": "ti-trophy",
        "lose": "ti-circle-x",
        "reassign": "ti-user-share",
        "return": "ti-arrow-back-up",
        "reopen": "ti-rotate",
    }

    def move_buttons(self, record: Opportunity) -> list[MoveButton]:
        """The moves the person may make now; what only the owner does is not offered to others."""
        return page.offered(super().move_buttons(record), record, acting())

    @expose("/<pk>/move/<name>", methods=["GET", "POST"])
    @signed_in
    def move(self, pk: str, name: str) -> Any:
        """As for every workflow; who claims is told why when somebody else was faster."""
        if name != "claim" or request.method == "GET":
            return super().move(pk, name)
        if not (pk.isascii() and pk.isdigit()) or len(pk) > 19 or int(pk) > LARGEST_KEY:
            raise NotFound
        try:
            with unit_of_work():
                opportunity = services.claim(int(pk), by=acting(), at=now())
        except DomainError as refusal:
            if wants_sentence() or isinstance(refusal, NotFound):
                raise
            flash(str(refusal), "danger")
            return lead_to(url_for("OpportunityPoolView.list"))
        message = _("%(name)s is yours now.", name=opportunity.title)
        if wants_sentence():
            return jsonify(message=message)
        flash(message, "success")
        return lead_to(self.url_of(opportunity))

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        page.prefill_move(name, form, records)

    def _form_of(self, name: str, records: list[Any]) -> Any:
        form = super()._form_of(name, records)
        if name in ("advance", "go_back") and form is not None:
            page.fit(name, form, records[0])
        return form
