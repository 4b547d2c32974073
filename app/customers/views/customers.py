"""The list, page and forms of customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import teams_below
from app.core import timeline
from app.core.database import db, unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _, _l, local_day, parse_day
from app.core.identifiers import mask_phone
from app.customers import duplicates, panels, services, terms
from app.customers.forms import CUSTOMER_FIELDSETS, CustomerForm, HandOverForm, ShareForm, label_choices, term_choices
from app.customers.models import ChurnBand, Contact, Customer, CustomerKind, Plan
from app.customers.services import customers as rules
from app.customers.timeline_page import TIMELINE_GROUPS, entries
from app.customers.views import looks
from app.customers.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, Fact, Kpi, MoveButton, QuickFilter, RecordHead, SavedView, Tab
from app.web.interface import CrmInterface
from app.web.session import SentBefore, acting, claim_submission, now, signed_in, today
from app.web.views import CrmModelView

TIMELINE_PAGE = 20


class CustomerView(CrmModelView):
    """Customers."""

    kind = "customer"
    route_base = "/customers"
    datamodel = CrmInterface(Customer, eager=("owner",))
    form = CustomerForm
    form_fieldsets = CUSTOMER_FIELDSETS
    update = staticmethod(services.update_customer)
    remove = staticmethod(services.delete_customer)
    restore = staticmethod(services.restore_customer)
    create = staticmethod(services.create_customer)

    list_title = _l("Customers")
    add_title = _l("New customer")
    edit_title = _l("Edit customer")
    show_title = _l("Customer")
    empty_title = _l("No customers yet.")
    empty_text = _l("Enter the first one, or import a list.")
    icon = "ti-building"
    show_template = "customers/show.html"
    add_template = "customers/form.html"
    preview_template = "customers/preview.html"
    search_kind = "customer"
    list_columns = [
        "name", "level", "status", "owner", "last_order_on", "value_12m", "churn_band", "last_contact_at", "next_plan_at",
    ]  # fmt: skip
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
        "name": _l("Customer"), "code": _l("Code"), "level": _l("Level"), "kind": _l("Type"),
        "status": _l("Status"), "owner": _l("Responsible"), "owner_id": _l("Responsible"), "credit": _l("Credit"),
        "last_order_on": _l("Last order"), "value_12m": _l("Last 12 months"), "orders_12m": _l("Orders in 12 months"),
        "churn_band": _l("Churn risk"), "last_contact_at": _l("Last contact"), "next_plan_at": _l("Next plan"),
        "created_at": _l("Entered"), "industry": _l("Industry"), "source": _l("Source"), "region": _l("Region"),
        "satisfaction": _l("Satisfaction"), "is_internal": _l("Internal or test customer"),
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
    }
    cell_classes = {
        "name": "grow2", "value_12m": "num strong", "last_order_on": "num hide-m", "owner": "nowrap", "churn_band": "nowrap",
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
        QuickFilter("owner_id", _l("Responsible"), kind="remote", lookup="user", text_of=lambda pk: _user_name(pk)),
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
            (_("A customers"), "_flt_0_level=A"),
            (_("No order for 90 days"), f"_flt_2_last_order_on={ninety}&_flt_0_status=active"),
        ]
        base = url_for(".list")
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def narrow(self, query: Any) -> Any:
        """Besides the search: what reports narrow by, a team's people and the upper end of a satisfaction."""
        query = super().narrow(query)
        team = _number(request.args.get("team"))
        if team is not None:
            members = select(User.id).where(User.team_id.in_(teams_below(db.session(), [team])))
            query = query.filter(Customer.owner_id.in_(members))
        below = _number(request.args.get("satisfaction_below"))
        if below is not None:
            query = query.filter(Customer.satisfaction < below)
        return query

    # --- one customer ---

    def record_head(self, customer: Customer) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        own = db.session.get(User, customer.owner_id) if customer.owner_id else None
        badges = [cells.level(customer.level), looks.status(customer.status)]
        if customer.churn_band in (ChurnBand.at_risk, ChurnBand.probably_lost):
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
        )

    def _kpis(self, customer: Customer) -> list[Kpi]:
        rated = customer.satisfaction
        return [
            Kpi(_("Order value, last 12 months"), cells.money(customer.value_12m)),
            Kpi(_("Orders, last 12 months"), cells.quantity(customer.orders_12m)),
            Kpi(_("Last order"), cells.relative_day(customer.last_order_on) or _("none")),
            Kpi(_("Satisfaction"), cells.quantity(rated) if rated is not None else _("not rated")),
            Kpi(_("Last contact"), cells.relative_day(customer.last_contact_at) or _("none")),
            Kpi(_("Next plan"), cells.due_day(customer.next_plan_at) or _("none")),
        ]

    def record_tabs(self, customer: Customer) -> list[Tab]:
        """The customer's related lists, loaded when opened."""
        actor = acting()
        return [
            Tab(tab.name, tab.label, url_for(tab.endpoint, name="customer_id", pk=customer.id))
            for tab in panels.tabs(actor)
        ]

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        customer = widgets["show"].template_args["item"]
        actor = acting()
        contacts, plans = self._contacts(customer), self._plans(customer)
        page = self._timeline(customer, None)
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
            contact_choices=[(contact.id, contact.name) for contact in contacts],
            mask_phone=lambda number: mask_phone(number) if number else "",
            plans=plans,
            overdue=next(((plan.id, plan.what) for plan in plans if plan.due_at < now()), None),
            entries=entries(db.session, page),
            more_url=self._more_url(customer, page),
            groups=TIMELINE_GROUPS,
            buttons=panels.buttons(actor, customer),
            cards=panels.cards(actor, customer),
            **self._composer(),
        )

    def _shortcuts(self) -> list[tuple[str, str]]:
        day = today()
        monday = day + timedelta(days=7 - day.weekday())
        return [
            ((day + timedelta(days=1)).isoformat(), _("Tomorrow")),
            ((day + timedelta(days=2)).isoformat(), _("In 2 days")),
            (monday.isoformat(), _("Next Monday")),
        ]

    def _contacts(self, customer: Customer) -> list[Contact]:
        wanted = select(Contact).where(Contact.customer_id == customer.id)
        return list(db.session.scalars(wanted.order_by(Contact.is_primary.desc(), Contact.id).limit(8)))

    def _plans(self, customer: Customer) -> list[Plan]:
        wanted = select(Plan).where(Plan.customer_id == customer.id, Plan.done_at.is_(None))
        return list(db.session.scalars(wanted.order_by(Plan.due_at, Plan.id).limit(6)))

    def _facts(self, customer: Customer) -> list[tuple[Any, list[Fact]]]:
        private = lambda label, field: looks.private("customer", customer, label, field, "CustomerView")  # noqa: E731 - a name for eight uses below
        return [
            (
                _("Contact details"),
                [
                    private(_("Phone"), "phone"),
                    private(_("Fax"), "fax"),
                    private(_("E-mail"), "email"),
                    Fact(_("Website"), cells.link(customer.website)),
                    Fact(_("Region"), customer.region_name or looks.region(customer.region)),
                    Fact(_("Address"), " ".join(part for part in (customer.postcode, customer.address) if part)),
                ],
            ),
            (
                _("Registration and invoicing"),
                [
                    Fact(_("Credit code"), customer.uscc),
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
                    Fact(_("Entered"), cells.day(local_day(customer.created_at))),
                    Fact(_("Notes"), customer.notes),
                ],
            ),
        ]

    # --- timeline ---

    def _timeline(self, customer: Customer, before: Any) -> list[timeline.TimelineEntry]:
        group = request.args.get("kind", "")
        group = group if group in dict(TIMELINE_GROUPS) else ""
        return timeline.page(db.session, customer.id, group=group, before=before, limit=TIMELINE_PAGE)

    def _more_url(self, customer: Customer, page: list[timeline.TimelineEntry]) -> str:
        if len(page) < TIMELINE_PAGE:
            return ""
        last = page[-1]
        return url_for(
            ".timeline", pk=customer.id, kind=request.args.get("kind", ""), at=last.at.isoformat(), after=last.id
        )

    @expose("/<pk>/timeline")
    @has_access
    def timeline(self, pk: str) -> Any:
        """The next part of the timeline."""
        customer = self.found(pk)
        try:
            before = (datetime.fromisoformat(request.args["at"]), int(request.args["after"]))
            if before[0].tzinfo is None or before[1] >= 2**63:
                raise ValueError("no moment")
        except (KeyError, ValueError):
            before = None
        page = self._timeline(customer, before)
        return self.render_template(
            "customers/timeline.html",
            entries=entries(db.session, page),
            more_url=self._more_url(customer, page),
            whole=before is None,
        )

    # --- doing ---

    @expose("/<pk>/follow-up", methods=["POST"])
    @signed_in
    def follow_up(self, pk: str) -> Any:
        """Record a follow-up and the next plan in one go, from the composer."""
        customer = self.found(pk)
        form = request.form
        at = now()
        location = url_for(".show", pk=customer.id)
        try:
            with unit_of_work() as session:
                submission = claim_submission(session, form.get("_once"), at)
                services.create_follow_up(
                    {
                        "customer_id": customer.id,
                        "contact_id": _number(form.get("contact")),
                        "kind": form.get("kind"),
                        "content": form.get("content"),
                        "next_step": form.get("next_what") or None,
                    },
                    by=acting(),
                    at=at,
                    next_plan=_next_plan(form),
                    finish_plan_id=_number(form.get("complete_plan")),
                )
                if submission is not None:
                    submission.location = location
        except SentBefore as sent:
            location = sent.location
        except (DomainError, ValueError) as refusal:
            flash(str(refusal), "danger")
            return self._again(customer, form), 422
        else:
            flash(_("The follow-up was recorded."), "success")
        return redirect(location)

    def _again(self, customer: Customer, form: Any) -> Any:
        """The form alone with what was typed, when it could not be saved."""
        return self.render_template("customers/composer_again.html", customer=customer, typed=form, **self._composer())

    def _composer(self) -> dict[str, Any]:
        return {
            "kinds": [
                (str(kind), label, f"ti-{terms.FOLLOW_UP_ICONS[kind]}") for kind, label in terms.FOLLOW_UP_KINDS.items()
            ],
            "shortcuts": self._shortcuts(),
        }

    @expose("/<pk>/private/<field>", methods=["POST"])
    @signed_in
    def private(self, pk: str, field: str) -> Any:
        """A masked field in full; that somebody looked is written down."""
        customer = self.found(pk)
        with unit_of_work():
            value = rules.show_private(customer, field, by=acting(), at=now())
        return jsonify(value=value)

    @expose("/<pk>/hand-over", methods=["GET", "POST"])
    @signed_in
    def hand_over(self, pk: str) -> Any:
        """Make somebody else responsible."""
        customer = self.found(pk)
        form = HandOverForm.refresh()
        return self._dialog(
            customer,
            form,
            _l("Hand over"),
            "customer.hand_over",
            lambda: services.hand_over(customer, form.owner_id.data, by=acting(), at=now()),
        )

    @expose("/<pk>/share", methods=["GET", "POST"])
    @signed_in
    def share(self, pk: str) -> Any:
        """Let colleagues see the customer."""
        customer = self.found(pk)
        form = ShareForm.refresh()
        people = db.session.scalars(select(User).where(User.active.is_(True)).order_by(User.last_name, User.id))
        form.collaborators.choices = [(user.id, user.name) for user in people if user.id != customer.owner_id]
        if request.method == "GET":
            form.collaborators.data = [user.id for user in services.collaborators_of(db.session, customer.id)]
        return self._dialog(
            customer,
            form,
            _l("Share"),
            "customer.share",
            lambda: services.share(customer, form.collaborators.data or [], by=acting(), at=now()),
        )

    def _dialog(self, customer: Customer, form: Any, title: Any, right: str, act: Any) -> Any:
        if not acting().may(right):
            abort(403)
        page = lambda: self.render_template(  # noqa: E731 - shown in two places
            "appbuilder/general/model/move.html", form=form, records=[customer], title=title, url=request.path
        )
        if request.method == "GET":
            return page()
        if not form.validate():
            return page(), 422
        with unit_of_work():
            act()
        flash(_("%(name)s was saved.", name=customer.name), "success")
        target = (
            self.url_of(customer)
            if db.session.scalar(select(Customer.id).where(Customer.id == customer.id))
            else url_for(".list")
        )
        if "HX-Request" in request.headers:
            return "", 204, {"HX-Redirect": target}
        return redirect(target)

    # --- forms ---

    def _created(self, form: Any) -> str:
        at = now()
        with unit_of_work() as session:
            submission = claim_submission(session, request.form.get("_once"), at)
            customer = services.create_customer(
                self.values(form, self.add_columns), by=acting(), at=at, save_anyway="save_anyway" in request.form
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
    user = db.session.get(User, int(pk)) if pk.isdecimal() and len(pk) < 19 else None
    return user.name if user else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _next_plan(form: Any) -> dict[str, Any] | None:
    what, on = (form.get("next_what") or "").strip(), (form.get("next_on") or "").strip()
    if not on:
        return None
    parse_day(on)
    return {
        "what": what or _("Follow up"),
        "due_at": f"{on} 09:00",
        "remind_at": f"{on} 09:00",
        "kind": form.get("kind"),
    }
