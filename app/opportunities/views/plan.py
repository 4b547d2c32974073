"""The development plan on the page of an opportunity: steps are added and put into order there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, request, url_for
from flask_appbuilder import expose

from app.core.database import db, unit_of_work
from app.core.i18n import _, _l
from app.customers.models import FollowUpKind
from app.opportunities import forms, queries, services
from app.web.dialogs import answer_dialog, lead_to
from app.web.session import acting, now, signed_in, wants_sentence


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

        def act() -> None:
            values = {name: form[name].data for name in services.STEP_FIELDS}
            services.add_step(opportunity, values, by=acting(), at=now())

        def done(first: bool) -> Any:
            return self._back_to(opportunity, _("%(name)s was saved.", name=form.what.data) if first else "")

        return answer_dialog(self, form, _l("Add a step"), act, done, records=[opportunity])

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
        return lead_to(url_for("OpportunityView.show", pk=opportunity.id))
