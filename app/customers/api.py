"""REST resources of customers and what people record about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.actors import Actor
from app.core.checks import REQUIRED
from app.core.database import db
from app.core.errors import invalid
from app.core.i18n import _l
from app.core.identifiers import mask_account, mask_email, mask_phone
from app.customers import services
from app.customers.models import Contact, Customer, FollowUp, Plan
from app.customers.services import contacts, entering
from app.customers.views.looks import MASKS
from app.web.api import Act, CrmApi
from app.web.interface import CrmInterface


def _create(values: Mapping[str, Any], *, by: Actor, at: datetime) -> Customer:
    values = dict(values)
    anyway = values.pop("save_anyway", False)
    return services.create_customer(values, by=by, at=at, save_anyway=anyway is True)


class CustomerApi(CrmApi):
    """Customers."""

    kind = "customer"
    resource_name = "customers"
    datamodel = CrmInterface(Customer)
    columns = (
        "code", "external_id", "name", "short_name", "english_name", "kind", "uscc", "industry", "region", "region_name",
        "level", "credit", "source", "owner_id", "parent_id", "status", "is_internal", "phone", "fax", "email", "website",
        "address", "postcode", "legal_representative", "registered_capital", "annual_revenue", "staff", "bank",
        "bank_account", "notes", "custom", "last_contact_at", "next_plan_at", "last_order_on", "orders_12m", "value_12m",
        "satisfaction", "churn_band", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = ("owner_id", "save_anyway", *sorted(entering.EDITABLE))
    create_only = ("owner_id", "save_anyway")
    search_columns = [
        "code", "external_id", "name", "kind", "uscc", "industry", "region", "level", "credit", "source", "owner_id",
        "status", "last_order_on", "value_12m", "orders_12m", "churn_band", "created_at", "changed_at",
    ]  # fmt: skip
    order_columns = ["id", "name_key", "code", "last_order_on", "value_12m", "created_at", "changed_at"]
    create = staticmethod(_create)
    update = staticmethod(services.update_customer)
    remove = staticmethod(services.delete_customer)
    masks = {"phone": mask_phone, "fax": mask_phone, "email": mask_email, "bank_account": mask_account}
    look = staticmethod(services.show_private)

    def pre_get_list(self, data: dict[str, Any]) -> None:
        super().pre_get_list(data)
        # Whoever names the columns they want gets no others.
        whole = [row for row in data["result"] if "id" in row]
        if whole:
            tags = services.tags_by_customer(db.session(), [row["id"] for row in whole])
            for row in whole:
                row["tags"] = tags[row["id"]]

    def _complete(self, row: dict[str, Any]) -> None:
        session = db.session()
        row["tags"] = services.tags_of(session, row["id"])
        row["collaborators"] = [user.id for user in services.collaborators_of(session, row["id"])]


class ContactApi(CrmApi):
    """Contacts."""

    kind = "contact"
    resource_name = "contacts"
    datamodel = CrmInterface(Contact)
    columns = (
        "external_id", "customer_id", "name", "gender", "title", "department", "mobile", "phone", "email", "wechat",
        "birthday", "is_primary", "decision_role", "category", "tags", "consent", "notes", "custom", "created_at",
        "changed_at", "version",
    )  # fmt: skip
    writable = tuple(sorted(contacts.EDITABLE))
    search_columns = ["customer_id", "external_id", "name", "decision_role", "category", "is_primary", "created_at"]
    order_columns = ["id", "name_key", "created_at", "changed_at"]
    create = staticmethod(services.create_contact)
    update = staticmethod(services.update_contact)
    remove = staticmethod(services.delete_contact)
    masks = {"mobile": mask_phone, "phone": mask_phone, "email": mask_email, "wechat": MASKS["wechat"]}
    look = staticmethod(services.show_private)


class FollowUpApi(CrmApi):
    """Follow-ups."""

    kind = "follow_up"
    resource_name = "follow-ups"
    datamodel = CrmInterface(FollowUp)
    columns = (
        "customer_id", "contact_id", "opportunity_id", "owner_id", "kind", "at", "place", "summary", "content",
        "result", "next_step", "created_at", "version",
    )  # fmt: skip
    writable = (
        "customer_id", "contact_id", "opportunity_id", "kind", "at", "place", "summary", "content", "result", "next_step",
    )  # fmt: skip
    search_columns = ["customer_id", "owner_id", "at", "opportunity_id"]
    order_columns = ["id", "at"]
    create = staticmethod(services.create_follow_up)
    update = staticmethod(services.update_follow_up)
    remove = staticmethod(services.delete_follow_up)


def _postpone(plan: Plan, *, by: Actor, at: datetime, due_at: datetime | None = None) -> Plan:
    if due_at is None:
        raise invalid("due_at", REQUIRED)
    return services.postpone_plan(plan, due_at, by=by, at=at)


class PlanApi(CrmApi):
    """Plans."""

    kind = "plan"
    resource_name = "plans"
    datamodel = CrmInterface(Plan)
    columns = (
        "customer_id", "contact_id", "opportunity_id", "position", "what", "kind", "due_at", "remind_at", "owner_id",
        "expected_result", "done_at", "result", "created_at", "version",
    )  # fmt: skip
    writable = (
        "customer_id", "contact_id", "opportunity_id", "position", "what", "kind", "due_at", "remind_at", "owner_id",
        "expected_result",
    )  # fmt: skip
    search_columns = ["customer_id", "owner_id", "due_at", "done_at", "opportunity_id"]
    order_columns = ["id", "due_at", "done_at"]
    create = staticmethod(services.create_plan)
    update = staticmethod(services.update_plan)
    remove = staticmethod(services.delete_plan)
    acts = {
        "finish": Act(_l("Finish"), "finish", services.finish_plan),
        "reopen": Act(_l("Reopen"), "finish", services.reopen_plan),
        "postpone": Act(_l("Change the date"), "postpone", _postpone),
    }
    move_data = {"finish": {"result": "text"}, "postpone": {"due_at": "moment"}}


APIS = (CustomerApi, ContactApi, FollowUpApi, PlanApi)
