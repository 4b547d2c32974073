"""The list, page and forms of opportunities, and their moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import Query

from app.core.database import db
from app.core.errors import DomainError, NotFound
from app.core.i18n import _, _l, local_day
from app.customers.forms import label_choices, term_choices
from app.customers.services import LooksLikeAnother
from app.customers.views.looks import customer_link
from app.opportunities import forms, queries, services
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.queries.board import of_team
from app.opportunities.queries.reached import reached
from app.opportunities.views import looks, page
from app.opportunities.views.boards import OpportunityBoards
from app.opportunities.views.moves import OpportunityMoves
from app.opportunities.views.plan import DevelopmentPlan
from app.opportunities.workflow import LABELS
from app.theme import cells
from app.theme.widgets import Choice, Kpi, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.session import acting, now, submitted, today
from app.web.views import CrmModelView


def _pairs(choices: Any) -> Any:
    return lambda: [Choice(str(value), label) for value, label in choices()]


class OpportunityView(DevelopmentPlan, OpportunityBoards, OpportunityMoves):
    """Opportunities."""

    help_text: tuple[Any, ...] = (
        _l(
            "An opportunity is a possible sale. It is assigned to or claimed by an account manager, passes through the stages, and is won or lost."
        ),
        _l("Moving a card to another stage asks for what that stage needs; the sum of each column opens its rows."),
        _l("Winning makes the prospect a customer and fixes amount and day; losing needs a reason."),
    )

    kind = "opportunity"
    custom_kind = "opportunity"
    route_base = "/opportunities"
    datamodel = CrmInterface(Opportunity, eager=("customer", "owner"), eager_one=("contact",))
    form: Any = forms.OpportunityForm
    form_fieldsets = forms.FIELDSETS
    add_only: tuple[str, ...] = forms.ADD_ONLY
    create: Any = staticmethod(services.create_opportunity)
    update: Any = staticmethod(services.update_opportunity)
    remove: Any = staticmethod(services.delete_opportunity)
    restore: Any = staticmethod(services.restore_opportunity)
    prefill = ("customer_id", "contact_id", "source")
    related_keys = {"customer_id": lambda pk: row("customer", pk), "contact_id": lambda pk: row("contact", pk)}
    method_permission_name = {**CrmModelView.method_permission_name, "board": "see", "closing": "see"}

    list_title = _l("Opportunities")
    add_title = _l("New opportunity")
    edit_title = _l("Edit opportunity")
    show_title = _l("Opportunity")
    empty_title = _l("No opportunities yet.")
    empty_text = _l("Enter the first possible sale, or claim one from the pool.")
    icon = "ti-target-arrow"
    show_template = "opportunities/show.html"
    add_template = "opportunities/add.html"
    list_template = "opportunities/list.html"
    search_kind = "opportunity"
    narrow_args: tuple[str, ...] = ("step", "team", "reached")
    list_columns = ["title", "customer", "amount", "stage", "status", "owner", "next_due_at", "expected_close"]
    more_columns: tuple[str, ...] = (
        "number", "probability", "source", "competitor", "stage_since", "created_at", "closed_at", "lost_reason",
    )  # fmt: skip
    inline_columns: tuple[str, ...] = ("amount", "probability", "expected_close", "source", "competitor")
    show_columns = [
        "number", "customer", "amount", "probability", "stage", "expected_close", "source", "competitor", "created_at",
    ]  # fmt: skip
    order_columns = ["title", "amount", "status", "expected_close", "created_at", "stage_since", "closed_at"]
    search_columns = [
        "status", "stage", "owner_id", "source", "competitor", "amount", "probability", "expected_close", "lost_reason",
        "created_at", "closed_at", "number", "title",
    ]  # fmt: skip
    label_columns = {
        "number": _l("Number"), "title": _l("Opportunity"), "customer": _l("Customer"), "contact": _l("Contact"),
        "amount": _l("Amount"), "stage": _l("Stage"), "status": _l("Status"), "owner": _l("Owner"),
        "owner_id": _l("Owner"), "next_due_at": _l("Next step"), "expected_close": _l("Expected close"),
        "created_at": _l("Entered on"), "closed_at": _l("Closed on"), "source": _l("Source"),
        "competitor": _l("Competitor"), "probability": _l("Probability"), "lost_reason": _l("Lost reason"),
        "need": _l("Need"), "stage_since": _l("In this stage since"), "pool_customer": _l("Customer"),
        "pool_region": _l("Region"),
    }  # fmt: skip
    formatters_columns: Any = {
        "customer": customer_link,
        "amount": cells.money,
        "stage": looks.stage,
        "status": looks.status,
        "owner": cells.person,
        "next_due_at": cells.due_day,
        "expected_close": cells.day,
        "source": looks.term("source"),
        "competitor": looks.term("competitor"),
        "probability": looks.percent,
        "created_at": cells.relative_day,
        "stage_since": cells.relative_day,
        "closed_at": cells.day,
        "lost_reason": looks.term("lost_reason"),
    }
    cell_classes = {
        "title": "grow2",
        "amount": "num strong",
        "stage": "nowrap",
        "status": "nowrap",
        "probability": "num",
        "number": "nowrap sub",
    }
    card_columns: tuple[str, ...] = ("title", "status", "customer", "amount")
    search_choices = {
        "status": label_choices(LABELS),
        "stage": forms.stage_choices,
        "source": term_choices("source"),
        "competitor": term_choices("competitor"),
        "lost_reason": term_choices("lost_reason"),
    }
    quick_filters: tuple[QuickFilter, ...] = (
        QuickFilter("status", _l("Status"), choices=_pairs(label_choices(LABELS))),
        QuickFilter("stage", _l("Stage"), choices=_pairs(forms.stage_choices)),
        QuickFilter(
            "owner_id", _l("Owner"), kind="remote", lookup="user", text_of=lambda pk: str(row("user", pk) or "")
        ),
        QuickFilter("expected_close", _l("Expected close"), kind="date"),
        QuickFilter("source", _l("Source"), choices=_pairs(term_choices("source"))),
    )

    # --- list ---

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked, me = url_for(".list"), request.query_string.decode(), acting().user_id
        name, day = type(self).__name__, today()
        last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        by_close = f"_oc_{name}=expected_close&_od_{name}=asc"
        tabs = [
            (_("All"), ""),
            (_("Mine"), f"_flt_0_owner_id={me}&_flt_0_status=developing"),
            (_("No next step"), "step=none"),
            (_("Next step overdue"), "step=late"),
            (_("Closing this month"), f"_flt_0_status=developing&_flt_2_expected_close={last.isoformat()}&{by_close}"),
            (LABELS[OpportunityStatus.won], f"_flt_0_status=won&_oc_{name}=closed_at&_od_{name}=desc"),
            (LABELS[OpportunityStatus.lost], f"_flt_0_status=lost&_oc_{name}=closed_at&_od_{name}=desc"),
        ]
        views = [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]
        return [*views, SavedView(_("Pool"), url_for("OpportunityPoolView.list"))]

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """What is typed finds the customer's name too; the pool has a list of its own."""
        if text := request.args.get("q", "").strip():
            query = query.filter(queries.matching(db.session, text))
        if request.args.get("step") in ("none", "late"):
            query = query.filter(queries.with_step(request.args["step"], now()))
        if stage := request.args.get("reached"):
            query = query.filter(reached(db.session(), stage))
        team = request.args.get("team", "")
        if team.isascii() and team.isdigit() and len(team) < 19:
            query = query.filter(of_team(int(team)))
        return query

    def listable(self, query: Query[Any]) -> Query[Any]:
        return query.filter(self.whole())

    def whole(self) -> Any:
        """The rows of which every column may be shown."""
        return queries.seen_whole(acting())

    def may_change_cell(self, record: Opportunity, column: str) -> bool:
        fixed = record.closed_at is not None and column in ("amount", "probability", "expected_close")
        return not fixed and super().may_change_cell(record, column) and page.may_change(record, acting())

    # --- one opportunity ---

    def found(self, pk: Any) -> Any:
        """The visible opportunity ``pk``, all columns of which may be shown; the pool shows the others."""
        opportunity = super().found(pk)
        if not queries.sees_whole(db.session, opportunity, acting()):
            raise NotFound
        return opportunity

    def record_head(self, record: Opportunity) -> RecordHead:
        """What stands above the page."""
        actor, at = acting(), now()
        may_change = page.may_change(record, actor)
        unassigned = record.status is OpportunityStatus.unassigned
        return RecordHead(
            title=record.title,
            code=record.number,
            mark=record.title[:1],
            badges=[looks.status(record.status)],
            owner=record.owner,
            moves=self.move_buttons(record),
            kpis=self._kpis(record, at),
            back_url=url_for(".list"),
            back_label=_("Opportunities"),
            edit_url=url_for(".edit", pk=record.id) if may_change and actor.may("opportunity.edit") else "",
            delete_url=url_for(".delete", pk=record.id) if unassigned and page.may_delete(record, actor) else "",
        )

    def _kpis(self, record: Opportunity, at: Any) -> list[Kpi]:
        closed = record.closed_at is not None
        days = max(((record.closed_at or at) - (record.created_at if closed else record.stage_since)).days, 0)
        return [
            Kpi(_("Amount"), cells.money(record.amount) or "–"),
            Kpi(_("Probability"), looks.percent(record.probability)),
            Kpi(_("Expected close"), cells.day(record.expected_close) or "–"),
            Kpi(_("From entry to close") if closed else _("In this stage"), looks.days(days)),
            Kpi(_("Closed on"), cells.day(local_day(record.closed_at)))
            if record.closed_at
            else Kpi(_("Next step"), looks.next_step(record.next_due_at)),
        ]

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        try:
            widgets = self._show(pk)
        except NotFound:
            return redirect(url_for("OpportunityPoolView.show", pk=pk))
        opportunity = widgets["show"].template_args["item"]
        shown = page.shown(opportunity, acting())
        return self.render_template(
            self.show_template, pk=pk, title=self.show_title, widgets=widgets, related_views=[], **shown
        )

    def preview_args(self, record: Opportunity) -> dict[str, Any]:
        return page.told(record)

    # --- forms ---

    def _created(self, form: Any) -> str:
        at, by = now(), acting()
        values = self.values(form, self.add_columns)
        customer, contact = page.new_customer(values)
        with submitted() as submission:
            if customer["name"]:
                anyway = "save_anyway" in request.form
                opportunity = services.create_with_prospect(values, customer, contact, by=by, at=at, save_anyway=anyway)
            else:
                page.refuse_half_a_customer(values, customer, contact)
                opportunity = services.create_opportunity(values, by=by, at=at)
            location = self.url_of(opportunity)
            if submission is not None:
                submission.location = location
        flash(_("%(name)s was saved.", name=opportunity.title), "success")
        return location

    def refused(self, form: Any, refusal: DomainError, widgets: dict[str, Any]) -> None:
        """Show the customers that look like the one entered, with the choice to save all the same."""
        if isinstance(refusal, LooksLikeAnother):
            widgets["add"].template_args.update(above="customers/similar.html", similar=refusal.hits)
