"""The REST resource of service requests."""

from __future__ import annotations

from app.service import services
from app.service.models import ServiceRequest
from app.service.services.values import ENTERED
from app.web.api import CrmApi
from app.web.interface import CrmInterface

_JUDGED = {
    "responsible_id": "key",
    "upheld": "any",
    "severity": "text",
    "cause": "text",
    "compensation": "text",
    "improvement": "text",
}


class ServiceRequestApi(CrmApi):
    """Service requests; ``assignment`` is empty, ``automatic`` or a specialist's id as text."""

    kind = "service_request"
    resource_name = "service-requests"
    datamodel = CrmInterface(ServiceRequest)
    columns = (
        "number", "status", *ENTERED, "owner_id", "received_at", "response_due_at", "resolution_due_at", "assigned_at",
        "responded_at", "processed_at", "reviewed_at", "archived_at", "satisfaction", "feedback", "feedback_source",
        "archive_note", "custom", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = (*ENTERED, "assignment")
    search_columns = [
        "number", "status", "type", "priority", "channel", "customer_id", "contact_id", "product_id", "owner_id",
        "responsible_id", "upheld", "severity", "satisfaction", "received_at", "response_due_at", "resolution_due_at",
        "processed_at", "archived_at", "changed_at",
    ]  # fmt: skip
    order_columns = ["id", "number", "received_at", "resolution_due_at", "archived_at", "changed_at"]
    create = staticmethod(services.create_request)
    update = staticmethod(services.update_request)
    remove = staticmethod(services.delete_request)
    workflow = services.workflow
    move_data = {
        "assign": {"owner_id": "key", "note": "text"},
        "reassign": {"owner_id": "key", "note": "text"},
        "process": {"solution": "text", **_JUDGED},
        "record_feedback": {"satisfaction": "number", "feedback": "text"},
        "archive": {"note": "text"},
        "archive_unanswered": {"note": "text"},
        "reopen": {"owner_id": "key", "note": "text"},
    }
