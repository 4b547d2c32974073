"""The stages and the claim policy, for an administrator to change."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.core.database import db, unit_of_work
from app.core.i18n import _, _l
from app.opportunities import forms, queries, services
from app.opportunities.models import OpportunityStage
from app.opportunities.terms import REQUIRABLE
from app.web.dialogs import answer_dialog, lead_to
from app.web.session import acting, now

FIELDS = ("label_zh", "label_en", "probability", "normal_days", "required", "active")


class OpportunityStageView(BaseView):
    """Sales stages."""

    help_text = (
        _l("The stages an opportunity passes through, each with its probability, usual length and required fields."),
        _l("A stage that is switched off keeps its name on old opportunities."),
    )

    route_base = "/opportunity-stages"
    default_view = "list"
    class_permission_name = "opportunity_stage"
    method_permission_name = dict.fromkeys(("list", "add", "change", "shift", "policy"), "edit")

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The table of stages and the policy."""
        cap, daily = queries.policy(db.session)
        return self.render_template(
            "opportunities/stages.html",
            title=_("Sales stages"),
            stages=queries.all_stages(db.session),
            requirable=REQUIRABLE,
            cap=cap,
            daily=daily,
        )

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Add a stage after the last one."""
        form = forms.StageForm.refresh()
        if request.method == "GET":
            form.active.process_data(True)

        def save() -> None:
            values = {name: form[name].data for name in ("code", *FIELDS)}
            services.create_stage(values, by=acting(), at=now())

        return self._form(form, _l("New stage"), save)

    @expose("/<int:pk>/edit", methods=["GET", "POST"])
    @has_access
    def change(self, pk: int) -> Any:
        """Change a stage; its code stays."""
        stage = db.session.scalar(select(OpportunityStage).where(OpportunityStage.id == pk)) or abort(404)
        form = forms.StageForm.refresh(obj=stage)
        del form.code

        def save() -> None:
            services.update_stage(stage, {name: form[name].data for name in FIELDS}, by=acting(), at=now())

        return self._form(form, str(stage), save)

    @expose("/<int:pk>/<direction>", methods=["POST"])
    @has_access
    def shift(self, pk: int, direction: str) -> Any:
        """Move a stage one place up or down."""
        found = queries.all_stages(db.session)
        place = next((n for n, stage in enumerate(found) if stage.id == pk), None)
        if place is None or direction not in ("up", "down"):
            abort(404)
        codes = [stage.code for stage in found]
        other = place + (1 if direction == "down" else -1)
        if 0 <= other < len(codes):
            codes[place], codes[other] = codes[other], codes[place]
        with unit_of_work():
            services.order_stages(codes, by=acting(), at=now())
        return redirect(url_for(".list"))

    @expose("/policy", methods=["GET", "POST"])
    @has_access
    def policy(self) -> Any:
        """Change how much one person may hold and claim."""
        form = forms.PolicyForm.refresh()
        if request.method == "GET":
            form.holding_cap.data, form.daily_claims.data = queries.policy(db.session)

        def save() -> None:
            values = {name: form[name].data for name in ("holding_cap", "daily_claims")}
            services.update_policy(values, by=acting(), at=now())

        return self._form(form, _l("Claiming"), save)

    def _form(self, form: Any, title: Any, save: Any) -> Any:
        return answer_dialog(self, form, title, save, self._saved)

    def _saved(self, _first: bool) -> Any:
        flash(_("The sales stages were saved."), "success")
        return lead_to(url_for(".list"))
