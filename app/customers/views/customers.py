"""The list, page and forms of customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, request, url_for
from flask_appbuilder import expose
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import teams_below
from app.core.database import db, unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _, _l
from app.customers import duplicates, services, terms
from app.customers.forms import CUSTOMER_FIELDSETS, CustomerForm, PlanForm, label_choices, term_choices
from app.customers.models import Customer, CustomerKind
from app.customers.views import looks
from app.customers.views.customer_actions import key_of
from app.customers.views.customer_page import CustomerPage
from app.customers.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, QuickFilter, SavedView
from app.web.interface import CrmInterface
from app.web.keys import read_key
from app.web.session import acting, now, signed_in, submitted, today


class CustomerView(CustomerPage):
    """Customers."""

    help_text = (
        _l(
            "A customer is a company or a person that buys or may buy. Find one by name, code, phone, contact, pinyin or initials."
        ),
        _l("The tabs above the list are ready-made selections; filters and search narrow what is shown."),
        _l(
            "A prospect becomes a customer with the first confirmed order or a win, and is lost only when a churn case is confirmed."
        ),
    )

    kind = "customer"
    custom_kind = "customer"
    route_base = "/customers"
    datamodel = CrmInterface(Customer, eager=("owner",))
    form = CustomerForm
    form_fieldsets = CUSTOMER_FIELDSETS
    add_only = ("owner_id",)  # later on, customers are handed over
    update = staticmethod(services.update_customer)
    remove = staticmethod(services.delete_customer)
    restore = staticmethod(services.restore_customer)
    create = staticmethod(services.create_customer)

    list_title = _l("Customers")
    add_title = _l("New customer")
    edit_title = _l("Edit customer")
    show_title = _l("Customer")
    empty_title = _l("No customers yet.")
    empty_text = _l("Enter the first one, or ask whoever runs the server to import a list.")
    icon = "ti-building"
    show_template = "customers/show.html"
    add_template = "customers/form.html"
    search_kind = "customer"
    narrow_args = ("team", "satisfaction_below")
    list_columns = [
        "name", "level", "status", "owner", "last_order_on", "value_12m", "churn_band", "last_contact_at", "next_plan_at",
    ]  # fmt: skip
    more_columns = (
        "code", "short_name", "kind", "industry", "region", "source", "credit", "phone", "tags", "orders_12m",
        "satisfaction", "is_internal", "created_at",
    )  # fmt: skip
    inline_columns = ("level", "industry", "source", "credit", "tags", "next_plan_at")
    show_columns = ["name", "code"]  # the page has cards of its own
    order_columns = [
        "name", "level", "status", "last_order_on", "value_12m", "last_contact_at", "next_plan_at", "created_at",
    ]  # fmt: skip
    column_order = {"name": "name_key"}
    search_columns = [
        "status", "level", "industry", "source", "kind", "region", "credit", "owner_id", "churn_band", "last_order_on",
        "value_12m", "orders_12m", "last_contact_at", "next_plan_at", "created_at", "satisfaction", "code", "name",
        "is_internal",
    ]  # fmt: skip
    label_columns = {
        "name": _l("Customer"), "code": _l("Customer code"), "level": _l("Level"), "kind": _l("Type"),
        "status": _l("Status"), "owner": _l("Owner"), "owner_id": _l("Owner"), "credit": _l("Credit"),
        "last_order_on": _l("Last order"), "value_12m": _l("Last 12 months"), "orders_12m": _l("Orders, last 12 months"),
        "churn_band": _l("Churn risk"), "last_contact_at": _l("Last contact"), "next_plan_at": _l("Next plan"),
        "created_at": _l("Entered on"), "industry": _l("Industry"), "source": _l("Source"), "region": _l("Region"),
        "satisfaction": _l("Satisfaction"), "short_name": _l("Short name"), "phone": _l("Phone"), "tags": _l("Tags"),
        "is_internal": _l("Internal or test customer"),
    }  # fmt: skip
    formatters_columns = {
        "level": cells.level,
        "status": looks.status,
        "owner": cells.person,
        "last_order_on": cells.relative_day,
        "value_12m": cells.money,
        "churn_band": looks.band,
        "last_contact_at": cells.relative_day,
        "next_plan_at": cells.due_day,
        "kind": cells.choice(terms.KINDS),
        "industry": looks.term("industry"),
        "region": looks.region,
        "source": looks.term("source"),
        "phone": looks.masked("phone"),
        "tags": cells.tags,
        "satisfaction": cells.stars,
        "created_at": cells.relative_day,
    }
    cell_classes = {
        "name": "grow2", "value_12m": "num strong", "last_order_on": "num hide-m", "owner": "nowrap", "churn_band": "nowrap",
        "orders_12m": "num", "credit": "num", "code": "nowrap sub", "industry": "nowrap", "phone": "nowrap",
    }  # fmt: skip
    card_columns = ("name", "status", "value_12m", "next_plan_at")
    search_choices = {
        "status": label_choices(LABELS),
        "kind": label_choices(terms.KINDS),
        "churn_band": label_choices(terms.CHURN_BANDS),
        "level": term_choices("customer_level"),
        "industry": term_choices("industry"),
        "source": term_choices("source"),
    }
    quick_filters = (
        QuickFilter("status", _l("Status"), choices=lambda: _choices(label_choices(LABELS))),
        QuickFilter("level", _l("Level"), choices=lambda: _choices(term_choices("customer_level"))),
        QuickFilter("owner_id", _l("Owner"), kind="remote", lookup="user", text_of=lambda pk: _user_name(pk)),
        QuickFilter("industry", _l("Industry"), choices=lambda: _choices(term_choices("industry"))),
        QuickFilter("last_order_on", _l("Last order"), kind="date"),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        me = acting().user_id
        today_text = today().isoformat()
        ninety = (today() - timedelta(days=90)).isoformat()
        name = type(self).__name__
        asked = request.query_string.decode()
        tabs = [
            (_("All"), ""),
            (_("My customers"), f"_flt_0_owner_id={me}"),
            (_("At risk"), f"_flt_0_churn_band=at_risk&_oc_{name}=value_12m&_od_{name}=desc"),
            (_("Plan overdue"), f"_flt_2_next_plan_at={today_text}&_oc_{name}=next_plan_at&_od_{name}=asc"),
            (_("Level A customers"), "_flt_0_level=A"),
            (_("No order for 90 days"), f"_flt_2_last_order_on={ninety}&_flt_0_status=active"),
        ]
        base = url_for(".list")
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def narrow(self, query: Any) -> Any:
        """Besides the search: what reports narrow by, a team's people and the upper end of a satisfaction."""
        query = super().narrow(query)
        team = key_of(request.args.get("team"))
        if team is not None:
            members = select(User.id).where(User.team_id.in_(teams_below(db.session(), [team])))
            query = query.filter(Customer.owner_id.in_(members))
        below = key_of(request.args.get("satisfaction_below"))
        if below is not None:
            query = query.filter(Customer.satisfaction < below)
        return query

    def complete(self, found: list[Any]) -> None:
        if "tags" in self.shown_columns():
            services.load_tags(db.session(), found)

    def cell_field(self, column: str) -> Any:
        return PlanForm.due_at if column == "next_plan_at" else super().cell_field(column)

    def may_change_cell(self, record: Customer, column: str) -> bool:
        if column == "next_plan_at":
            return record.next_plan_at is not None and acting().may("plan.postpone")
        return super().may_change_cell(record, column)

    def save_cell(self, record: Customer, column: str, value: Any, *, by: Any, at: Any) -> None:
        """The date of the next plan belongs to the plan."""
        if column == "next_plan_at":
            services.postpone_next_plan(record, value, by=by, at=at)
        else:
            super().save_cell(record, column, value, by=by, at=at)

    # --- forms ---

    def _created(self, form: Any) -> str:
        with submitted() as submission:
            customer = services.create_customer(
                self.values(form, self.add_columns), by=acting(), at=now(), save_anyway="save_anyway" in request.form
            )
            location = self.url_of(customer)
            if submission is not None:
                submission.location = location
        flash(_("%(name)s was saved.", name=customer.name), "success")
        return location

    def refused(self, form: Any, refusal: DomainError, widgets: dict[str, Any]) -> None:
        """Show the customers that look like the one entered, with the choice to save all the same."""
        if isinstance(refusal, services.LooksLikeAnother):
            widgets["add"].template_args.update(above="customers/similar.html", similar=refusal.hits)

    @expose("/similar", methods=["POST"])
    @signed_in
    def similar(self) -> Any:
        """The customers that look like what is being typed, while it is being typed."""
        if not acting().may("customer.add"):
            abort(403)
        values = {name: request.form.get(name, "").strip()[:200] for name in ("name", "uscc", "phone")}
        if len(values["name"]) < 2 and not values["uscc"] and not values["phone"]:
            return ""
        with unit_of_work() as session:
            hits = duplicates.similar(session, values, by=acting(), at=now())
        return self.render_template("customers/similar.html", similar=hits) if hits else ""

    def prefill_add(self, form: Any) -> None:
        form.kind.process_data(CustomerKind.company)

    def prefill_form(self, form: Any, pk: int) -> None:
        form.tags.data = services.tags_of(db.session, pk)

    def values(self, form: Any, columns: Any) -> dict[str, Any]:
        found = super().values(form, columns)
        if self.hides_private():
            for name in ("phone", "fax", "email", "bank_account"):
                found.pop(name, None)
        return found

    def hides_private(self) -> bool:
        """Say whether private fields are left out of the edit form: whoever may not see them cannot overwrite them."""
        return request.endpoint == "CustomerView.edit" and not acting().may("customer.see_private")


def _choices(choices: Any) -> list[Choice]:
    return [Choice(str(value), label) for value, label in choices()]


def _user_name(pk: str) -> str:
    key = read_key(pk)
    user = db.session.get(User, key) if key is not None else None
    return user.name if user else ""
