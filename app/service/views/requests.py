"""The list, board, page, forms and moves of service requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.core.database import unit_of_work
from app.core.errors import IllegalMove, Invalid
from app.core.i18n import _, _l
from app.customers.views import looks as customer_looks
from app.customers.views.narrowing import OfCountedCustomers
from app.service import forms, services, terms
from app.service.models import Priority, RequestStatus, ServiceRequest
from app.service.services.moves import unanswered_from
from app.service.views import looks
from app.service.views.board import board_page
from app.service.views.page import facts, log_lines, others
from app.service.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, Kpi, MoveButton, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.moves import WorkflowView
from app.web.session import acting, now, signed_in, today
from app.web.views import CrmModelView


def filter_choices(pairs: Any) -> Any:
    return lambda: [Choice(value, label) for value, label in pairs()]


class ServiceRequestView(OfCountedCustomers, WorkflowView):
    """Service requests."""

    kind = "service_request"
    route_base = "/service-requests"
    datamodel = CrmInterface(ServiceRequest, eager=("customer", "owner"))
    form: Any = forms.RequestForm
    form_fieldsets = forms.REQUEST_FIELDSETS
    add_only = forms.ADD_ONLY
    edit_only = forms.EDIT_ONLY
    create: Any = staticmethod(services.create_request)
    update: Any = staticmethod(services.update_request)
    remove: Any = staticmethod(services.delete_request)
    restore: Any = staticmethod(services.restore_request)
    prefill = ("customer_id", "contact_id", "product_id", "type")
    related_keys = {
        "customer_id": lambda pk: row("customer", pk),
        "contact_id": lambda pk: row("contact", pk),
        "product_id": lambda pk: row("product", pk),
    }
    method_permission_name = {**CrmModelView.method_permission_name, "board": "see", "card": "see"}

    workflow = services.workflow
    move_forms = {
        "assign": forms.AssignForm,
        "reassign": forms.AssignForm,
        "process": forms.ProcessForm,
        "record_feedback": forms.FeedbackForm,
        "archive": forms.ArchiveForm,
        "archive_unanswered": forms.ArchiveUnansweredForm,
        "reopen": forms.ReopenForm,
    }
    bulk_move_names: tuple[str, ...] = ("assign", "reassign", "archive")
    move_icons = {
        "assign": "ti-user-check",
        "reassign": "ti-user-share",
        "process": "ti-tool",
        "record_feedback": "ti-star",
        "archive": "ti-archive",
        "archive_unanswered": "ti-archive",
        "reopen": "ti-rotate",
    }

    list_title = _l("Service requests")
    add_title = _l("New service request")
    edit_title = _l("Edit service request")
    show_title = _l("Service request")
    empty_title = _l("No service requests yet.")
    empty_text = _l("Enter what a customer asks, suggests, complains about or wants repaired.")
    icon = "ti-headset"
    show_template = "service/show.html"
    add_template = "service/add.html"
    search_kind = "service_request"
    list_columns = ["text", "customer", "type", "priority", "status", "owner", "due_at", "number", "received_at"]
    show_columns = ["number"]
    order_columns = ["number", "type", "priority", "status", "resolution_due_at", "received_at"]
    column_order = {"due_at": "resolution_due_at"}
    base_order = ("received_at", "desc")
    search_columns = [
        "number", "status", "type", "priority", "channel", "owner_id", "responsible_id", "received_at",
        "resolution_due_at", "processed_at", "archived_at", "satisfaction", "upheld", "severity", "serial_number", "cause",
        "compensation",
    ]  # fmt: skip
    label_columns = {
        "number": _l("Number"), "customer": _l("Customer"), "contact": _l("Contact"), "type": _l("Type"),
        "text": _l("What the customer says"), "priority": _l("Priority"), "channel": _l("Channel"),
        "status": _l("Status"), "owner": _l("Specialist"), "owner_id": _l("Specialist"), "due_at": _l("Deadline"),
        "responsible_id": _l("Responsible person"), "received_at": _l("Received"), "solution": _l("Solution"),
        "resolution_due_at": _l("Solution due"), "processed_at": _l("Processed on"), "archived_at": _l("Archived on"),
        "satisfaction": _l("Satisfaction"), "upheld": _l("Upheld"), "severity": _l("Severity"), "cause": _l("Cause"),
        "serial_number": _l("Serial number"), "compensation": _l("Compensation"),
    }  # fmt: skip
    formatters_columns = {
        "customer": customer_looks.customer_link,
        "type": looks.term("request_type"),
        "text": looks.short,
        "solution": looks.short,
        "priority": looks.priority,
        "status": looks.status,
        "owner": cells.person,
        "due_at": looks.due,
        "received_at": cells.relative_day,
        "archived_at": cells.day,
        "satisfaction": cells.stars,
    }
    cell_classes = {"text": "grow2", "number": "nowrap sub", "type": "nowrap", "due_at": "nowrap"}
    card_columns = ("text", "status", "customer", "due_at")
    search_choices = {
        "type": forms.term_choices("request_type"),
        "channel": forms.term_choices("request_channel"),
        "priority": forms.label_choices(terms.PRIORITIES),
        "status": forms.label_choices(LABELS),
        "severity": forms.label_choices(terms.SEVERITIES),
    }
    quick_filters: tuple[QuickFilter, ...] = (
        QuickFilter("status", _l("Status"), choices=filter_choices(forms.label_choices(LABELS))),
        QuickFilter("type", _l("Type"), choices=filter_choices(forms.term_choices("request_type"))),
        QuickFilter("priority", _l("Priority"), choices=filter_choices(forms.label_choices(terms.PRIORITIES))),
        QuickFilter(
            "owner_id", _l("Specialist"), kind="remote", lookup="user", text_of=lambda pk: str(row("user", pk) or "")
        ),
        QuickFilter("received_at", _l("Received"), kind="date"),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked, me = url_for(".list"), request.query_string.decode(), acting().user_id
        yesterday = (today() - timedelta(days=1)).isoformat()
        order = f"_oc_{type(self).__name__}=resolution_due_at&_od_{type(self).__name__}=asc"
        tabs = (
            (_("All"), ""),
            (_("My open requests"), f"_flt_0_owner_id={me}&_flt_0_status=assigned&{order}"),
            (LABELS[RequestStatus.created], f"_flt_0_status=created&{order}"),
            (_("Waiting for feedback"), "_flt_0_status=processed"),
            (_("Overdue"), f"_flt_0_status=assigned&_flt_2_resolution_due_at={yesterday}&{order}"),
        )
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    # --- one request ---

    def record_head(self, record: ServiceRequest) -> RecordHead:
        """What stands above the page."""
        actor, kind = acting(), looks.term("request_type")(record.type)
        badges = [looks.status(record.status), cells.status_badge(kind, "done")]
        if record.priority in (Priority.high, Priority.urgent):
            badges.append(looks.priority(record.priority))
        may_edit = record.status != RequestStatus.archived and actor.may("service_request.edit")
        return RecordHead(
            title=looks.short(record.text),
            code=record.number,
            mark=kind[:1],
            badges=badges,
            owner=record.owner,
            moves=self._possible_moves(record),
            kpis=self._kpis(record),
            back_url=url_for(".list"),
            back_label=_("Service requests"),
            edit_url=url_for(".edit", pk=record.id) if may_edit else "",
            delete_url=url_for(".delete", pk=record.id) if actor.may("service_request.delete") else "",
        )

    def _possible_moves(self, record: ServiceRequest) -> list[MoveButton]:
        """The buttons without the one that would only be refused: the facts say from when it is possible."""
        first = unanswered_from(record)
        early = first is not None and today() < first
        return [button for button in self.move_buttons(record) if not (early and button.name == "archive_unanswered")]

    def _kpis(self, record: ServiceRequest) -> list[Kpi]:
        at = now()
        answer = looks.clock(None if record.responded_at or not record.is_open else record.response_due_at, at)
        solution = looks.clock(record.resolution_due_at if record.is_open else None, at)
        return [
            Kpi(_("Received"), cells.moment(record.received_at)),
            Kpi(
                _("First answer") if record.responded_at else _("Answer due"),
                cells.moment(record.responded_at) or (answer.text if answer else "–"),
                tone=answer.tone if answer else looks.late(record.responded_at, record.response_due_at),
            ),
            Kpi(
                _("Processed on") if record.processed_at else _("Solution due"),
                cells.moment(record.processed_at) or (solution.text if solution else "–"),
                tone=solution.tone if solution else looks.late(record.processed_at, record.resolution_due_at),
            ),
            Kpi(_("Satisfaction"), cells.stars(record.satisfaction) or "–"),
        ]

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

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        record = widgets["show"].template_args["item"]
        return self.render_template(
            self.show_template,
            pk=pk,
            title=self.show_title,
            widgets=widgets,
            related_views=[],
            service_request=record,
            facts=facts(record),
            entries=log_lines(record),
            others=others(record),
            short=looks.short,
            status_badge=looks.status,
        )

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

    # --- board ---

    @expose("/board")
    @has_access
    def board(self) -> Any:
        """The open requests in columns by status."""
        return board_page(self)

    @expose("/<pk>/drop", methods=["POST"])
    @signed_in
    def drop(self, pk: str) -> Any:
        """A card was dropped on another column: answer the form of the move that leads there; nothing changes yet."""
        record = self.found(pk)
        target = (request.get_json(silent=True) or {}).get("to")
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

    # --- forms ---

    def prefill_add(self, form: Any) -> None:
        form.priority.process_data(Priority.normal)
        form.assignment.process_data(services.AUTOMATIC)

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        if name == "process":
            for field in form:
                if hasattr(records[0], field.name) and field.name not in {"csrf_token", "id"}:
                    field.process_data(getattr(records[0], field.name))

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
