"""The list, page and forms of follow-ups."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.core.i18n import _l
from app.customers import services, terms
from app.customers.forms import FOLLOW_UP_FIELDSETS, FollowUpForm, label_choices
from app.customers.models import FollowUp, FollowUpKind
from app.customers.views import looks
from app.theme import cells
from app.theme.widgets import QuickFilter, SavedView
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.session import acting, now
from app.web.views import CrmModelView


class FollowUpView(CrmModelView):
    """Follow-ups."""

    help_text = (
        _l("A follow-up says what was said and done with a customer, and the next step."),
        _l("The quickest way to write one is the box on the customer's page: it records the next plan as well."),
    )

    kind = "follow_up"
    route_base = "/follow-ups"
    datamodel = CrmInterface(FollowUp, eager=("customer", "contact", "owner"))
    form = FollowUpForm
    form_fieldsets = FOLLOW_UP_FIELDSETS
    create = staticmethod(services.create_follow_up)
    update = staticmethod(services.update_follow_up)
    remove = staticmethod(services.delete_follow_up)
    prefill = ("customer_id",)
    related_keys = {"customer_id": lambda pk: row("customer", pk)}

    list_title = _l("Follow-ups")
    add_title = _l("New follow-up")
    edit_title = _l("Edit follow-up")
    show_title = _l("Follow-up")
    empty_title = _l("No follow-ups yet.")
    empty_text = _l("Record what was said and done on a customer's page.")
    icon = "ti-message"
    list_columns = ["summary", "customer", "kind", "contact", "owner", "at", "next_step"]
    more_columns = ("place", "result")
    order_columns = ["at"]
    base_order = ("at", "desc")
    search_columns = ["kind", "at", "owner_id"]
    label_columns = {
        "summary": _l("Summary"), "customer": _l("Customer"), "kind": _l("Kind"), "contact": _l("Contact"),
        "owner": _l("Recorded by"), "owner_id": _l("Recorded by"), "at": _l("When"), "next_step": _l("Next step"),
        "place": _l("Place"), "content": _l("What was said and done"), "result": _l("Result"),
    }  # fmt: skip
    show_fieldsets = [
        (
            _l("Follow-up"),
            {"fields": ["customer", "contact", "kind", "at", "place", "owner", "content", "result", "next_step"]},
        )
    ]
    formatters_columns: dict[str, Any] = {
        "customer": looks.customer_link,
        "kind": cells.choice(terms.FOLLOW_UP_KINDS),
        "contact": lambda contact: contact.name if contact else "",
        "owner": cells.person,
        "at": cells.moment,
    }
    cell_classes = {"summary": "grow2", "at": "nowrap"}
    card_columns = ("summary", "kind", "customer", "at")
    search_choices = {"kind": label_choices(terms.FOLLOW_UP_KINDS)}
    quick_filters = (
        looks.KIND_FILTER,
        QuickFilter(
            "owner_id", _l("Recorded by"), kind="remote", lookup="user", text_of=lambda pk: str(row("user", pk) or "")
        ),
        QuickFilter("at", _l("When"), kind="date"),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        return own_or_all(url_for(".list"), acting().user_id)

    def prefill_add(self, form: Any) -> None:
        form.at.process_data(now())
        form.kind.process_data(FollowUpKind.phone)


def own_or_all(base: str, me: int | None) -> list[SavedView]:
    """Two tabs: everything, and one's own."""
    asked = request.query_string.decode()
    own = f"_flt_0_owner_id={me}"
    return [
        SavedView(_l("All"), base, active=not asked),
        SavedView(_l("Mine"), f"{base}?{own}", active=asked == own),
    ]
