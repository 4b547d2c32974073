"""The page of one customer: head, facts, plans, contacts and the timeline."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.accounts.models import User
from app.core.database import db
from app.core.i18n import _, local_day
from app.core.identifiers import mask_phone
from app.customers import panels, services
from app.customers.models import ChurnBand, Contact, Customer, CustomerStatus, Plan
from app.customers.views import looks
from app.customers.views.customer_actions import CustomerActions
from app.customers.views.customer_changes import CustomerChanges
from app.customers.views.customer_timeline import CustomerTimeline
from app.theme import cells
from app.theme.widgets import Fact, Kpi, MoveButton, RecordHead, Tab
from app.web.custom_forms import custom_facts
from app.web.session import acting, now, signed_in

PREVIEWED = 3
EDITED = ("region", "legal_representative", "source")
"""The field at which the form opens from each card of facts."""


class CustomerPage(CustomerTimeline, CustomerChanges, CustomerActions):
    """What the page of a customer shows."""

    def record_head(self, customer: Customer) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        own = db.session.get(User, customer.owner_id) if customer.owner_id else None
        badges = [cells.level(customer.level), looks.status(customer.status)]
        at_risk = customer.churn_band in (ChurnBand.at_risk, ChurnBand.probably_lost)
        if at_risk and customer.status is not CustomerStatus.lost:
            badges.append(looks.band(customer.churn_band))
        moves = []
        if actor.may("customer.share"):
            moves.append(
                MoveButton("share", _("Share"), url_for(".share", pk=customer.id), icon="ti-users", needs_form=True)
            )
        if actor.may("customer.hand_over"):
            url = url_for(".hand_over", pk=customer.id)
            moves.append(MoveButton("hand_over", _("Hand over"), url, icon="ti-transfer", needs_form=True))
        return RecordHead(
            title=customer.name,
            code=customer.code,
            mark=(customer.short_name or customer.name)[:1],
            badges=[badge for badge in badges if badge],
            tags=services.tags_of(db.session, customer.id),
            owner=own,
            moves=moves,
            kpis=self._kpis(customer),
            back_url=url_for(".list"),
            back_label=_("Customers"),
            edit_url=url_for(".edit", pk=customer.id) if actor.may("customer.edit") else "",
            delete_url=url_for(".delete", pk=customer.id) if actor.may("customer.delete") else "",
            place=self.place(customer.id) if request.endpoint == f"{self.endpoint}.show" else None,
        )

    def _kpis(self, customer: Customer) -> list[Kpi]:
        actor = acting()
        # The panel beside a list says the figures alone: what is behind them is asked for by the page.
        behind = {} if request.endpoint == f"{self.endpoint}.preview" else panels.figures(customer, actor)
        rated, plans = customer.satisfaction, self._plans(customer)
        last_contact = (
            url_for(".show", pk=customer.id, _anchor="follow-ups")
            if customer.last_contact_at and actor.may("follow_up.see")
            else ""
        )

        def kpi(label: Any, name: str, value: Any) -> Kpi:
            figure = behind.get(name)
            return Kpi(label, value, figure.note, figure.url, "", figure.tone) if figure else Kpi(label, value)

        return [
            kpi(_("Value, last 12 months"), "value_12m", cells.money(customer.value_12m)),
            kpi(_("Orders, last 12 months"), "orders_12m", cells.quantity(customer.orders_12m)),
            kpi(_("Last order"), "last_order_on", cells.relative_day(customer.last_order_on) or _("none")),
            kpi(_("Satisfaction"), "satisfaction", cells.quantity(rated) if rated is not None else _("not rated")),
            Kpi(_("Last contact"), cells.relative_day(customer.last_contact_at) or _("none"), url=last_contact),
            Kpi(
                _("Next plan"),
                cells.due_day(customer.next_plan_at) or _("none"),
                url=url_for("PlanView.show", pk=plans[0].id) if plans else "",
            ),
        ]

    def record_tabs(self, customer: Customer) -> list[Tab]:
        """The customer's related lists, loaded when opened."""
        actor = acting()
        related = [
            Tab(tab.name, tab.label, url_for(tab.endpoint, name="customer_id", pk=customer.id))
            for tab in panels.tabs(actor)
        ]
        return [*related, Tab("changes", _("Changes"), url_for(".changes", pk=customer.id))]

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        customer = widgets["show"].template_args["item"]
        actor = acting()
        contacts = self._contacts(customer)
        return self.render_template(
            self.show_template,
            pk=pk,
            title=self.show_title,
            widgets=widgets,
            related_views=[],
            customer=customer,
            facts=self._facts(customer),
            health=panels.health(customer),
            contacts=contacts,
            role_of=looks.term("decision_role"),
            fields=EDITED,
            mask_phone=lambda number: mask_phone(number) if number else "",
            plans=self._plans(customer),
            **self._timeline_args(customer),
            buttons=panels.buttons(actor, customer),
            cards=panels.cards(actor, customer),
            **self._composer_args(customer, contacts),
        )

    def _composer_args(self, customer: Customer, contacts: list[Contact]) -> dict[str, Any]:
        """What the composer offers: with whom, and the overdue plan that can be finished together."""
        overdue = (plan for plan in self._plans(customer) if plan.due_at < now())
        return {
            **self._composer(),
            "contact_choices": [(contact.id, contact.name) for contact in contacts],
            "overdue": next(((plan.id, plan.what) for plan in overdue), None),
        }

    def _contacts(self, customer: Customer) -> list[Contact]:
        wanted = select(Contact).where(Contact.customer_id == customer.id)
        return list(db.session.scalars(wanted.order_by(Contact.is_primary.desc(), Contact.id).limit(8)))

    def _plans(self, customer: Customer) -> list[Plan]:
        """The next open plans; read once for a page, which shows them in several places."""
        read: dict[int, list[Plan]] = g.setdefault("plans_of_customers", {})
        if customer.id not in read:
            wanted = select(Plan).where(Plan.customer_id == customer.id, Plan.done_at.is_(None))
            read[customer.id] = list(db.session.scalars(wanted.order_by(Plan.due_at, Plan.id).limit(6)))
        return read[customer.id]

    def _facts(self, customer: Customer) -> list[tuple[Any, list[Fact]]]:
        address = " ".join(part for part in (customer.postcode, customer.address) if part)
        private = lambda label, field: looks.private("customer", customer, label, field, "CustomerView")  # noqa: E731 - a name for eight uses below
        return [
            (
                _("Contact details"),
                [
                    private(_("Phone"), "phone"),
                    private(_("Fax"), "fax"),
                    private(_("E-mail"), "email"),
                    Fact(_("Website"), cells.link(customer.website)),
                    Fact(_("Region"), looks.region(customer.region, customer.region_name)),
                    Fact(_("Address"), address, copy=address),
                ],
            ),
            (
                _("Registration and invoicing"),
                [
                    Fact(_("Credit code"), customer.uscc, copy=customer.uscc or ""),
                    Fact(_("Industry"), looks.term("industry")(customer.industry)),
                    Fact(_("Staff"), cells.quantity(customer.staff)),
                    Fact(_("Legal representative"), customer.legal_representative),
                    Fact(_("Registered capital"), cells.money(customer.registered_capital)),
                    Fact(_("Annual revenue"), cells.money(customer.annual_revenue)),
                    Fact(_("Bank"), customer.bank),
                    private(_("Bank account"), "bank_account"),
                ],
            ),
            (
                _("Business"),
                [
                    Fact(_("Source"), looks.term("source")(customer.source)),
                    Fact(_("Credit"), cells.stars(customer.credit)),
                    Fact(_("English name"), customer.english_name),
                    Fact(_("Entered on"), cells.day(local_day(customer.created_at))),
                    Fact(_("Notes"), customer.notes),
                    *custom_facts("customer", customer.custom),
                ],
            ),
        ]

    def preview_args(self, customer: Customer) -> dict[str, Any]:
        health = panels.health(customer)
        reached, registered, business = self._facts(customer)
        people = [
            Fact(
                contact.title or _("Contact"),
                _(", ").join(filter(None, (contact.name, mask_phone(contact.mobile or "")))),
            )
            for contact in self._contacts(customer)[:PREVIEWED]
        ]
        plans = [Fact(cells.due_day(plan.due_at), plan.what) for plan in self._plans(customer)[:PREVIEWED]]
        return {
            "texts": [(_("Customer health"), health.text if health else "")],
            "facts": [(_("Plans"), plans), (_("Contacts"), people), reached, business, registered],
        }

    @expose("/<pk>/plans-card")
    @signed_in
    def plans_card(self, pk: str) -> Any:
        """The next plans and the figures, after one of the plans was finished."""
        customer = self.found(pk)
        return self.render_template(
            "customers/parts.html", customer=customer, plans=self._plans(customer), kpis=self._kpis(customer)
        )

    def recorded(self, customer: Customer) -> Any:
        """Everything on the page that a new follow-up changes."""
        return self.render_template(
            "customers/parts.html",
            customer=customer,
            plans=self._plans(customer),
            kpis=self._kpis(customer),
            **self._timeline_args(customer),
            **self._composer_args(customer, self._contacts(customer)),
        )
