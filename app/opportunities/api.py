"""The REST resource of opportunities."""

from __future__ import annotations

from app.opportunities import services
from app.opportunities.models import Opportunity
from app.opportunities.services.records import FIELDS
from app.opportunities.workflow import workflow
from app.web.api import CrmApi
from app.web.interface import CrmInterface


class OpportunityApi(CrmApi):
    """Opportunities; a stage is changed by the moves ``advance`` and ``go_back``."""

    kind = "opportunity"
    resource_name = "opportunities"
    datamodel = CrmInterface(Opportunity)
    columns = (
        "number", "external_id", "customer_id", "contact_id", "title", "need", "source", "amount", "probability",
        "expected_close", "status", "stage", "stage_since", "owner_id", "competitor", "lost_reason", "lost_note",
        "closed_at", "custom", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = ("customer_id", "owner_id", *FIELDS)
    search_columns = [
        "number", "customer_id", "status", "stage", "owner_id", "source", "amount", "expected_close", "closed_at",
        "created_at",
    ]  # fmt: skip
    order_columns = ["id", "amount", "expected_close", "created_at", "closed_at"]
    create = staticmethod(services.create_opportunity)
    update = staticmethod(services.update_opportunity)
    remove = staticmethod(services.delete_opportunity)
    workflow = workflow
    move_data = {
        "assign": {"owner_id": "key", "note": "text"},
        "reassign": {"owner_id": "key", "note": "text"},
        "return": {"note": "text"},
        "advance": {
            "stage": "text",
            **dict.fromkeys(("need", "source", "competitor"), "text"),
            **dict.fromkeys(("amount", "probability", "expected_close", "contact_id"), "any"),
        },
        "go_back": {"stage": "text", "note": "text"},
        "win": {"amount": "any", "note": "text"},
        "lose": {"lost_reason": "text", "lost_note": "text", "competitor": "text"},
        "reopen": {"note": "text"},
    }
