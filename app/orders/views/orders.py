"""The list, page and forms of orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import abort, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import Query

from app.accounts.models import User
from app.core.database import db
from app.core.i18n import _, _l, ngettext
from app.customers.forms import label_choices
from app.customers.models import Customer
from app.customers.views.looks import customer_link
from app.customers.views.narrowing import OfCountedCustomers
from app.orders import queries, services
from app.orders.forms import FIELDSETS, CancelForm, CompleteForm, OrderForm
from app.orders.models import COUNTED, Order, OrderKind, OrderStatus
from app.orders.views import looks
from app.orders.views.chart import months
from app.orders.views.forms import AddForms, EditForms
from app.orders.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, Fact, Kpi, MoveButton, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.keys import read_key
from app.web.lookup import row
from app.web.moves import WorkflowView
from app.web.session import acting, today


class OrderView(OfCountedCustomers, WorkflowView):
    """Orders and returns."""

    help_text = (
        _l("An order holds what a customer bought. Totals are always the sum of its lines."),
        _l(
            "Only orders that are confirmed or later count in the customer's figures and in reports; returns are "
            "deducted."
        ),
    )

    kind = "order"
    route_base = "/orders"
    datamodel = CrmInterface(Order, eager=("customer", "owner"), eager_one=("contact",))
    form = OrderForm
    form_fieldsets = FIELDSETS
    create = staticmethod(services.create_order)
    update = staticmethod(services.update_order)
    remove = staticmethod(services.delete_order)
    workflow = services.workflow
    move_forms = {"complete": CompleteForm, "cancel": CancelForm}
    bulk_move_names = ("confirm", "ship", "complete", "cancel")
    move_icons = {"confirm": "ti-check", "ship": "ti-truck-delivery", "complete": "ti-circle-check", "cancel": "ti-x"}
    method_permission_name = {**WorkflowView.method_permission_name, "card": "see"}
    prefill = ("customer_id", "contact_id", "opportunity_id")
    related_keys = {
        "customer_id": lambda pk: row("customer", pk),
        "opportunity_id": lambda pk: row("opportunity", pk),
    }

    list_title = _l("Orders")
    add_title = _l("New order")
    edit_title = _l("Edit order")
    show_title = _l("Order")
    empty_title = _l("No orders yet.")
    empty_text = _l("Enter the first one, or ask whoever runs the server to import a list.")
    icon = "ti-shopping-cart"
    show_template = "orders/show.html"
    add_template = "orders/add.html"
    edit_template = "orders/edit.html"
    preview_template = "orders/preview.html"
    show_columns = ["number"]  # the page has cards of its own
    search_box = "q"
    list_columns = ["number", "customer", "kind", "status", "ordered_on", "promised_on", "value", "owner"]
    more_columns = ("delivered_on", "external_id", "opportunity", "created_at")
    order_columns = ["number", "ordered_on", "promised_on", "value", "status"]
    base_order = ("ordered_on", "desc")
    search_columns = [
        "status", "kind", "ordered_on", "promised_on", "delivered_on", "value", "owner_id", "customer_id", "number",
        "external_id", "opportunity_id",
    ]  # fmt: skip
    label_columns = {
        "number": _l("Number"), "customer": _l("Customer"), "customer_id": _l("Customer"), "kind": _l("Order type"),
        "status": _l("Status"), "ordered_on": _l("Ordered on"), "promised_on": _l("Promised for"),
        "delivered_on": _l("Delivered on"), "value": _l("Amount incl. VAT"), "owner": _l("Owner"),
        "opportunity": _l("Opportunity"), "created_at": _l("Entered on"), "owner_id": _l("Owner"), "external_id": _l("External ID"), "opportunity_id": _l("Opportunity"),
    }  # fmt: skip
    formatters_columns = {
        "customer": customer_link,
        "kind": looks.kind_cell,
        "status": looks.status,
        "ordered_on": cells.day,
        "promised_on": cells.day,
        "value": looks.value,
        "owner": cells.person,
        "delivered_on": cells.day,
        "opportunity": lambda value: str(value or ""),
        "created_at": cells.relative_day,
    }
    export_kinds = {"value": "money"}
    cell_classes = {
        "number": "nowrap", "customer": "grow2", "value": "num strong", "ordered_on": "num", "promised_on": "num hide-m",
        "owner": "nowrap",
    }  # fmt: skip
    card_columns = ("number", "status", "customer", "value")
    search_choices = {
        "status": label_choices(LABELS),
        "kind": lambda: [(kind.name, label) for kind, label in looks.KINDS.items()],
    }
    quick_filters = (
        QuickFilter("status", _l("Status"), choices=lambda: [Choice(*pair) for pair in label_choices(LABELS)()]),
        QuickFilter(
            "kind", _l("Order type"), choices=lambda: [Choice(k.name, label) for k, label in looks.KINDS.items()]
        ),
        QuickFilter(
            "customer_id", _l("Customer"), kind="remote", lookup="customer", text_of=lambda pk: _name(Customer, pk)
        ),
        QuickFilter("owner_id", _l("Owner"), kind="remote", lookup="user", text_of=lambda pk: _name(User, pk)),
        QuickFilter("ordered_on", _l("Ordered on"), kind="date"),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # What makes a form stands in place of its class: FAB only ever calls ``refresh``.
        self.add_form: Any = AddForms(self)
        self.edit_form: Any = EditForms(self)

    def narrow(self, query: Query[Any]) -> Query[Any]:
        query = super().narrow(query)
        text = request.args.get("q", "").strip()[:100]
        query = query.filter(queries.matches(self.datamodel.session(), text)) if text else query
        # From a report: only orders that count, confirmed or later.
        return query.filter(Order.status.in_(COUNTED)) if request.args.get("counted") == "y" else query

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked, me = url_for(".list"), request.query_string.decode(), acting().user_id
        yesterday = (today() - timedelta(days=1)).isoformat()
        name = type(self).__name__
        tabs = (
            (_l("All"), ""),
            (_l("My orders"), f"_flt_0_owner_id={me}"),
            (_l("Drafts"), "_flt_0_status=draft"),
            (_l("To ship"), f"_flt_0_status=confirmed&_oc_{name}=promised_on&_od_{name}=asc"),
            (
                _l("Late"),
                f"_flt_0_status=confirmed&_flt_2_promised_on={yesterday}&_oc_{name}=promised_on&_od_{name}=asc",
            ),
            (_l("Returns"), "_flt_0_kind=return_"),
        )
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    # --- one order ---

    def may_return(self, order: Order) -> bool:
        """Say whether something of the order may be given back by the person signed in."""
        return order.kind is OrderKind.sale and order.status in queries.RETURNABLE and self.may("add")

    def move_buttons(self, order: Order) -> list[MoveButton]:
        """What can be done now; the goods of a return travel the other way."""
        buttons = super().move_buttons(order)
        if not order.is_return:
            return buttons
        named = {"ship": _("Goods sent back"), "complete": _("Goods received")}
        return [replace(button, label=named.get(button.name, button.label)) for button in buttons]

    def record_head(self, order: Order) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        removable = actor.everything or not order.is_counted
        return RecordHead(
            title=order.number,
            badges=[badge for badge in (looks.kind(order.kind), looks.status(order.status)) if badge],
            owner=order.owner,
            moves=self.move_buttons(order),
            kpis=self._kpis(order),
            back_url=url_for(".list"),
            back_label=_("Orders"),
            edit_url=url_for(".edit", pk=order.id) if actor.may("order.edit") else "",
            delete_url=url_for(".delete", pk=order.id) if removable and actor.may("order.delete") else "",
        )

    def _kpis(self, order: Order) -> list[Kpi]:
        figures = [
            Kpi(_("Amount incl. VAT"), looks.value(order.value)),
            Kpi(_("Net amount"), looks.value(-order.net if order.is_return else order.net)),
            Kpi(_("Ordered on"), cells.day(order.ordered_on)),
            Kpi(_("Promised for"), self._promised(order)),
            Kpi(_("Delivered on"), cells.day(order.delivered_on) or _("not yet")),
        ]
        if acting().may("order.see_private") and order.net and not order.is_return:
            figures.insert(2, self._margin(order))
        return figures

    @staticmethod
    def _margin(order: Order) -> Kpi:
        # What is not known to cost anything would count as free of cost.
        if without := db.session.scalar(queries.lines_without_cost(order.id)):
            note = ngettext("%(num)d line without cost", "%(num)d lines without cost", without)
            return Kpi(_("Margin"), _("unknown"), note=note, private=True)
        margin = order.net - order.cost
        return Kpi(_("Margin"), cells.money(margin), note=cells.percent(margin / order.net), private=True)

    @staticmethod
    def _promised(order: Order) -> str:
        waiting = order.status in (OrderStatus.draft, OrderStatus.confirmed)
        return (cells.due_day(order.promised_on) if waiting else cells.day(order.promised_on)) or "–"

    def facts(self, order: Order) -> list[Fact]:
        """What is known about the order besides its figures."""
        opportunity = order.opportunity
        link = looks.link("OpportunityView.show", opportunity.id, opportunity.title) if opportunity else ""
        contact = looks.link("ContactView.show", order.contact.id, order.contact.name) if order.contact else ""
        found = [
            Fact(_("Customer"), customer_link(order.customer)),
            Fact(_("Contact"), contact),
            Fact(_("Opportunity"), link),
            Fact(_("Order returned"), looks.order_link(order.original)),
            Fact(_("Delivery address"), order.address),
            Fact(_("External ID"), order.external_id),
            Fact(_("Reason"), order.cancel_reason),
            Fact(_("Entered on"), cells.moment(order.created_at)),
            Fact(_("Notes"), order.notes),
        ]
        return [fact for fact in found if fact.value]

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        order: Order = widgets["show"].template_args["item"]
        return self.render_template(
            self.show_template,
            pk=pk,
            title=self.show_title,
            widgets=widgets,
            related_views=[],
            order=order,
            facts=self.facts(order),
            returns=db.session.scalars(queries.returns_of(order.id)).all(),
            return_url=url_for(".add", original_id=order.id) if self.may_return(order) else "",
            **self._lines(order),
        )

    def _lines(self, order: Order) -> dict[str, Any]:
        return {
            "lines": db.session.scalars(queries.lines_of(order.id)).all(),
            "with_cost": acting().may("order.see_private"),
            "looks": looks,
        }

    def preview_args(self, order: Order) -> dict[str, Any]:
        return {"facts": [(_("Details"), self.facts(order))], **self._lines(order)}

    # --- forms ---

    def prefill_add(self, form: Any) -> None:
        form.ordered_on.process_data(today())
        opportunity = row("opportunity", request.args.get("opportunity_id", ""))
        if opportunity is not None and "customer_id" in form:
            form.customer_id.process_data(opportunity.customer_id)
            form.contact_id.process_data(opportunity.contact_id)

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        if name == "complete":
            form.delivered_on.process_data(today())

    # --- on the customer's page ---

    @expose("/card/<pk>")
    @has_access
    def card(self, pk: str) -> Any:
        """The customer's orders of 24 months as a small chart."""
        customer = row("customer", pk)
        if customer is None:
            abort(404)
        return self.render_template("orders/card.html", customer=customer, **months(db.session(), customer, today()))


def _name(model: type[Any], pk: str) -> str:
    key = read_key(pk)
    found = db.session.get(model, key) if key is not None else None
    return str(found) if found is not None else pk
