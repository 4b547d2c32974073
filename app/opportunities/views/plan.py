"""The development plan on the page of an opportunity: steps are added and put into order there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose

from app.core.database import db, unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _, _l
from app.customers.models import FollowUpKind
from app.opportunities import forms, queries, services
from app.web.session import SentBefore, acting, now, signed_in, submitted, wants_sentence
from app.web.views import show_refusal


class DevelopmentPlan:
    """The addresses of the plan; the steps themselves are plans, changed by the pages of plans."""

    found: Any
    render_template: Any

    @expose("/<pk>/steps", methods=["GET", "POST"])
    @signed_in
    def add_step(self, pk: str) -> Any:
        """Answer GET with the form of a step for a dialog, and add the step on POST."""
        opportunity = self.found(pk)
        if not acting().may("plan.add"):
            abort(403)
        form = forms.StepForm.refresh()
        if request.method == "GET":
            form.due_at.process_data(now() + timedelta(days=1))
            form.kind.process_data(FollowUpKind.phone)
            return self._step_dialog(opportunity, form)
        if not form.validate():
            return self._step_dialog(opportunity, form), 422
        values = {name: form[name].data for name in services.STEP_FIELDS}
        try:
            with submitted():
                services.add_step(opportunity, values, by=acting(), at=now())
        except SentBefore:
            return self._back_to(opportunity)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self._step_dialog(opportunity, form), 422
        return self._back_to(opportunity, _("%(name)s was saved.", name=values["what"]))

    def _step_dialog(self, opportunity: Any, form: Any) -> Any:
        return self.render_template(
            "appbuilder/general/model/move.html",
            form=form,
            records=[opportunity],
            title=_l("Add a step"),
            url=request.path,
        )

    @expose("/<pk>/steps/<step>/<direction>", methods=["POST"])
    @signed_in
    def shift_step(self, pk: str, step: str, direction: str) -> Any:
        """Move a step of the plan one place up or down."""
        opportunity = self.found(pk)
        order = [plan.id for plan in db.session.scalars(queries.development_plan(opportunity.id))]
        if not step.isdecimal() or len(step) > 18 or int(step) not in order or direction not in ("up", "down"):
            abort(404)
        place = order.index(int(step))
        other = place + (1 if direction == "down" else -1)
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
        with unit_of_work():
            services.order_steps(opportunity, order, by=acting(), at=now())
        return self._back_to(opportunity)

    def _back_to(self, opportunity: Any, message: str = "") -> Any:
        if wants_sentence():
            return {"message": message}
        if message:
            flash(message, "success")
        target = url_for("OpportunityView.show", pk=opportunity.id)
        if "HX-Request" in request.headers:
            return "", 204, {"HX-Redirect": target}
        return redirect(target)
