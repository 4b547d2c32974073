"""The page on which a customer rates a solution, without signing in."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from app.core.database import unit_of_work
from app.core.errors import Invalid
from app.core.i18n import _, _l
from app.service import services
from app.service.models import ServiceRequest
from app.web.session import now

WORDS = (
    (5, _l("Very satisfied")),
    (4, _l("Satisfied")),
    (3, _l("Acceptable")),
    (2, _l("Dissatisfied")),
    (1, _l("Very dissatisfied")),
)


class FeedbackView(BaseView):
    """The customer's rating by a one-time link."""

    route_base = "/feedback"

    @expose("/<token>", methods=["GET", "POST"])
    def rate(self, token: str) -> Any:
        """Show what is rated, and take the answer."""
        try:
            if request.method == "POST":
                return self._answered(token)
            return self._page(services.open_link(token, at=now()))
        except services.LinkNotValid as refusal:
            return self._render(done=False, sentence=str(refusal)), refusal.status

    def _answered(self, token: str) -> Any:
        typed = request.form.get("satisfaction", "")
        feedback = request.form.get("feedback", "")
        try:
            with unit_of_work():
                services.answer(token, int(typed) if typed in {"1", "2", "3", "4", "5"} else None, feedback, at=now())
        except Invalid as refusal:
            found = services.open_link(token, at=now())
            return self._page(found, problem=str(refusal), feedback=feedback), 422
        return self._render(done=True, sentence=_("Thank you. Your answer has been recorded."))

    def _page(self, found: ServiceRequest, problem: str = "", feedback: str = "") -> str:
        return self._render(
            number=found.number,
            received_at=found.received_at,
            text=found.text,
            solution=found.solution,
            problem=problem,
            feedback=feedback,
        )

    def _render(self, **values: Any) -> str:
        return str(self.render_template("service/feedback.html", title=_("Your feedback"), words=WORDS, **values))
