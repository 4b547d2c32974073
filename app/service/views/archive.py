"""The archive: what was asked and what helped, to be searched."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import Query

from app.core.i18n import _l
from app.service import forms
from app.service.models import RequestStatus, ServiceRequest
from app.service.views.requests import ServiceRequestView, filter_choices
from app.theme.widgets import QuickFilter, SavedView
from app.web.interface import CrmInterface


class ServiceArchiveView(ServiceRequestView):
    """Archived requests as a knowledge base; their pages are those of all requests."""

    help_text = (_l("What was asked before and what helped. Search it before you answer the next request."),)

    route_base = "/service-archive"
    datamodel = CrmInterface(ServiceRequest, eager=("customer",), eager_one=("contact", "product", "owner"))
    include_route_methods = {"list", "show", "count", "preview", "export"}
    create = update = remove = restore = form = None
    form_fieldsets = []

    list_title = _l("Service archive")
    empty_title = _l("Nothing has been archived yet.")
    empty_text = _l("Requests that are done are kept here, with what helped.")
    icon = "ti-archive"
    list_columns = ["text", "solution", "type", "customer", "satisfaction", "archived_at", "number"]
    inline_columns = ()
    more_columns = ("product", "channel", "cause", "severity", "upheld", "received_at")
    order_columns = ["number", "type", "satisfaction", "archived_at"]
    base_order = ("archived_at", "desc")
    search_columns = [
        "number",
        "type",
        "product_id",
        "cause",
        "satisfaction",
        "archived_at",
        "received_at",
        "upheld",
        "severity",
    ]
    cell_classes = {"text": "grow2", "solution": "wide", "number": "nowrap sub", "type": "nowrap"}
    card_columns = ("text", "solution", "type", "archived_at")
    search_choices = {
        "type": forms.term_choices("request_type"),
        "severity": ServiceRequestView.search_choices["severity"],
    }
    quick_filters = (
        QuickFilter("type", _l("Type"), choices=filter_choices(forms.term_choices("request_type"))),
        QuickFilter(
            "satisfaction",
            _l("Satisfaction"),
            choices=filter_choices(lambda: [(str(n), str(n)) for n in range(5, 0, -1)]),
        ),
        QuickFilter("archived_at", _l("Archived on"), kind="date"),
    )
    bulk_move_names = ()

    def saved_views(self) -> list[SavedView]:
        """The archive is one list."""
        return []

    def listable(self, query: Query[Any]) -> Query[Any]:
        return query.filter(ServiceRequest.status == RequestStatus.archived)

    def found(self, pk: Any) -> Any:
        """The archived request ``pk``; one that is not archived has no page here."""
        record = super().found(pk)
        return record if record.status == RequestStatus.archived else abort(404)

    def move_buttons(self, record: Any) -> list[Any]:
        """Nothing is done from here; the request's own page offers it."""
        return []

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        return redirect(url_for("ServiceRequestView.show", pk=self.found(pk).id))
