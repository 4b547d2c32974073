"""What can be done with a request on its page, on a card, and while somebody is on the phone."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose

from app.core.database import unit_of_work
from app.core.errors import IllegalMove, Invalid
from app.core.i18n import _
from app.service import services
from app.service.models import RequestStatus, ServiceRequest
from app.service.workflow import LABELS
from app.theme.widgets import MoveButton
from app.web.moves import WorkflowView
from app.web.session import acting, now, signed_in, takes_json


class RequestActions(WorkflowView):
    """The moves of service requests, and what else is done with them."""

    def move_buttons(self, record: ServiceRequest) -> list[MoveButton]:
        """The moves, and what else can be done now: only whoever has the request processes it."""
        actor = acting()
        buttons = super().move_buttons(record)
        if record.owner_id != actor.user_id and not actor.everything:
            buttons = [button for button in buttons if button.name != "process"]
        if record.status == RequestStatus.assigned and not record.responded_at and actor.may("service_request.process"):
            url = url_for(".answered", pk=record.id)
            buttons.append(MoveButton("answered", _("First answer given"), url, icon="ti-phone-check"))
        if record.status == RequestStatus.processed and actor.may("service_request.record_feedback"):
            url = url_for(".feedback_link", pk=record.id)
            buttons.append(MoveButton("feedback_link", _("Link for the customer"), url, icon="ti-link"))
        return buttons

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        if name == "process":
            for field in form:
                if hasattr(records[0], field.name) and field.name not in {"csrf_token", "id"}:
                    field.process_data(getattr(records[0], field.name))

    @expose("/<pk>/answered", methods=["POST"])
    @signed_in
    def answered(self, pk: str) -> Any:
        """Note that the customer got a first answer."""
        record = self.found(pk)
        with unit_of_work():
            services.note_response(record, by=acting(), at=now())
        return self._after([record])

    @expose("/<pk>/feedback-link", methods=["POST"])
    @signed_in
    def feedback_link(self, pk: str) -> Any:
        """Make a link for the customer's rating; it is shown this once."""
        record = self.found(pk)
        with unit_of_work():
            token = services.create_link(record, by=acting(), at=now())
        return self.render_template(
            "service/feedback_link.html",
            service_request=record,
            link=url_for("FeedbackView.rate", token=token, _external=True),
            days=services.LIFETIME.days,
            title=_("Link for the customer"),
        )

    @expose("/<pk>/drop", methods=["POST"])
    @signed_in
    @takes_json
    def drop(self, pk: str) -> Any:
        """A card was dropped on another column: answer the form of the move that leads there; nothing changes yet."""
        record = self.found(pk)
        body = request.get_json(silent=True)
        target = body.get("to") if isinstance(body, dict) else None
        for move in self.workflow.open_to(record, acting()):
            if move.target == target and move.name in self.move_forms:
                return self._dialog(
                    move, self._empty_form(move.name, record), url_for(".move", pk=record.id, name=move.name), [record]
                )
        raise IllegalMove(
            _(
                "%(number)s cannot be moved there: it is now “%(status)s”.",
                number=record.number,
                status=LABELS[record.status],
            )
        )

    def _empty_form(self, name: str, record: ServiceRequest) -> Any:
        form = self.move_forms[name].refresh(None)
        self.prefill_move(name, form, [record])
        return form

    @expose("/caller", methods=["POST"])
    @signed_in
    def caller(self) -> Any:
        """Who has the complete number that was typed."""
        callers, problem = [], ""
        try:
            with unit_of_work():
                callers = services.find_caller(request.form.get("phone", "")[:40], by=acting(), at=now())
        except Invalid as refusal:
            problem = str(refusal)
        return self.render_template(
            "service/callers.html", callers=callers, problem=problem, title=_("Who is calling?")
        )
