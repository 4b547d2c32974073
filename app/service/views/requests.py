"""The list, board, page, forms and moves of service requests."""

from __future__ import annotations

from datetime import timedelta
from operator import attrgetter
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.orm import Query

from app.core.i18n import _, _l
from app.customers.models import Customer
from app.customers.views import looks as customer_looks
from app.customers.views.narrowing import NARROWING, OfCountedCustomers
from app.service import forms, queries, services, terms
from app.service.models import Priority, RequestStatus, ServiceRequest
from app.service.views import looks
from app.service.views.actions import RequestActions
from app.service.views.board import board_page
from app.service.views.page import facts, kpis, log_lines, others, possible_moves, told
from app.service.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.session import acting, today
from app.web.views import CrmModelView


def filter_choices(pairs: Any) -> Any:
    return lambda: [Choice(value, label) for value, label in pairs()]


class ServiceRequestView(OfCountedCustomers, RequestActions):
    """Service requests."""

    help_text: tuple[Any, ...] = (
        _l(
            "A service request is what a customer asks or complains about. It is assigned, processed, rated by the customer and archived."
        ),
        _l("Deadlines run on working days. A rating below 3 sends the request back to be processed again."),
    )

    kind = "service_request"
    custom_kind = "service_request"
    route_base = "/service-requests"
    datamodel = CrmInterface(ServiceRequest, eager=("customer", "owner"), eager_one=("contact", "product"))
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
    method_permission_name = {**CrmModelView.method_permission_name, "board": "see"}

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
    preview_template = "service/preview.html"
    search_kind = "service_request"
    narrow_args: tuple[str, ...] = ("customers", "answer", *NARROWING)
    list_columns = ["text", "customer", "type", "priority", "status", "owner", "due_at", "number", "received_at"]
    more_columns: tuple[str, ...] = (
        "channel", "severity", "cause", "upheld", "serial_number", "satisfaction", "processed_at", "archived_at", "solution",
    )  # fmt: skip
    inline_columns: tuple[str, ...] = ("priority",)
    show_columns = ["number"]
    order_columns = ["number", "type", "priority", "status", "resolution_due_at", "received_at"]
    column_order = {"due_at": "resolution_due_at"}
    base_order = ("received_at", "desc")
    search_columns = [
        "number", "status", "type", "priority", "channel", "owner_id", "responsible_id", "received_at",
        "resolution_due_at", "processed_at", "archived_at", "satisfaction", "upheld", "severity", "serial_number", "cause",
        "compensation", "customer_id",
    ]  # fmt: skip
    label_columns = {
        "number": _l("Number"), "customer": _l("Customer"), "customer_id": _l("Customer"),
        "contact": _l("Contact"), "product": _l("Product"), "product_id": _l("Product"), "type": _l("Type"),
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
        "channel": looks.term("request_channel"),
        "severity": cells.choice(terms.SEVERITIES),
        "upheld": cells.yes_no,
        "processed_at": cells.relative_day,
    }
    export_values = {"text": attrgetter("text"), "solution": attrgetter("solution")}
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
        QuickFilter(
            "customer_id",
            _l("Customer"),
            kind="remote",
            lookup="customer",
            text_of=lambda pk: str(row("customer", pk) or ""),
        ),
        QuickFilter("received_at", _l("Received"), kind="date"),
    )

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """Besides the search: open requests of one's own customers, and those answered after it was promised."""
        query = super().narrow(query)
        if request.args.get("customers") == "mine":
            own = select(Customer.id).where(Customer.owner_id == acting().user_id)
            is_open = ServiceRequest.status != RequestStatus.archived
            query = query.filter(ServiceRequest.customer_id.in_(own), is_open)
        if request.args.get("answer") == "late":
            query = query.filter(ServiceRequest.responded_at > ServiceRequest.response_due_at)
        return query

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked, actor = url_for(".list"), request.query_string.decode(), acting()
        me, yesterday = actor.user_id, (today() - timedelta(days=1)).isoformat()
        order = f"_oc_{type(self).__name__}=resolution_due_at&_od_{type(self).__name__}=asc"
        tabs = [
            (_("All"), ""),
            (_("My open requests"), f"_flt_0_owner_id={me}&_flt_0_status=assigned&{order}"),
            (LABELS[RequestStatus.created], f"_flt_0_status=created&{order}"),
            (_("Waiting for feedback"), "_flt_0_status=processed"),
            (_("Overdue"), f"_flt_0_status=assigned&_flt_2_resolution_due_at={yesterday}&{order}"),
        ]
        if actor.rights & {"customer.see_own", "customer.see_team"}:
            tabs.append((_("My customers' requests"), "customers=mine"))
        if actor.may("service_request.process"):
            since = today() - timedelta(days=queries.LATE_ANSWER_DAYS)
            tabs.append(
                (_("First answer late"), f"_flt_0_owner_id={me}&answer=late&_flt_1_received_at={since.isoformat()}")
            )
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def may_change_cell(self, record: ServiceRequest, column: str) -> bool:
        return record.status != RequestStatus.archived and super().may_change_cell(record, column)

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
            moves=possible_moves(self.move_buttons(record), record),
            kpis=kpis(record),
            back_url=url_for(".list"),
            back_label=_("Service requests"),
            edit_url=url_for("ServiceRequestView.edit", pk=record.id) if may_edit else "",
            delete_url=url_for("ServiceRequestView.delete", pk=record.id)
            if actor.may("service_request.delete")
            else "",
        )

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
            source=terms.FEEDBACK_SOURCES.get(record.feedback_source, "") if record.feedback_source else "",
            short=looks.short,
            status_badge=looks.status,
        )

    def preview_args(self, record: ServiceRequest) -> dict[str, Any]:
        return told(record)

    # --- board ---

    @expose("/board")
    @has_access
    def board(self) -> Any:
        """The open requests in columns by status."""
        return board_page(self)

    # --- forms ---

    def prefill_add(self, form: Any) -> None:
        form.priority.process_data(Priority.normal)
        form.assignment.process_data(services.AUTOMATIC)
