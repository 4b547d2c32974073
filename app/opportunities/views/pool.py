"""The pool: unassigned opportunities, with as much as whoever may claim one is told."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import or_
from sqlalchemy.orm import Query

from app.core.database import db
from app.core.i18n import _l
from app.customers.forms import term_choices
from app.customers.views.looks import region
from app.opportunities import queries
from app.opportunities.models import Opportunity, OpportunityStatus
from app.opportunities.views import looks
from app.opportunities.views.opportunities import OpportunityView
from app.opportunities.workflow import Taken, refuse_if_just_taken
from app.theme import cells
from app.theme.widgets import Choice, QuickFilter, SavedView
from app.web.dialogs import lead_to
from app.web.interface import CrmInterface
from app.web.session import acting, now, signed_in, wants_sentence
from app.web.views import CrmModelView


class OpportunityPoolView(OpportunityView):
    """Unassigned opportunities, for whoever claims or assigns them."""

    help_text = (
        _l("Opportunities that nobody owns yet. Whoever claims one first gets it, within the quota."),
        _l("Directors assign them instead; an opportunity that is returned comes back here."),
    )

    route_base = "/opportunity-pool"
    datamodel = CrmInterface(Opportunity)
    include_route_methods = {"list", "show", "count", "move", "bulk"}
    create = update = remove = restore = None
    form: Any = None
    form_fieldsets = []
    add_only = ()
    related_keys = {}

    list_title = _l("Opportunity pool")
    empty_title = _l("The pool is empty.")
    empty_text = _l("Opportunities that nobody develops yet are offered here.")
    icon = "ti-inbox"
    search_kind = "opportunity"
    narrow_args = ()
    list_columns = ["title", "pool_customer", "pool_region", "amount", "source", "expected_close", "created_at"]
    order_columns = ["amount", "expected_close", "created_at"]
    more_columns = ()
    inline_columns = ()
    search_columns = ["source", "amount", "expected_close", "created_at", "title"]
    formatters_columns: Any = {
        "amount": cells.money,
        "source": looks.term("source"),
        "expected_close": cells.day,
        "created_at": cells.relative_day,
    }
    card_columns = ("title", "amount", "pool_customer", "created_at")
    search_choices = {"source": term_choices("source")}
    quick_filters = (
        QuickFilter(
            "source",
            _l("Source"),
            choices=lambda: [Choice(value, label) for value, label in term_choices("source")()],
        ),
        QuickFilter("created_at", _l("Entered on"), kind="date"),
    )
    bulk_move_names = ("assign", "claim")

    def saved_views(self) -> list[SavedView]:
        """The pool is one list."""
        return []

    def narrow(self, query: Query[Any]) -> Query[Any]:
        if text := request.args.get("q", "").strip():
            query = query.filter(queries.title_matching(db.session, text))
        return query

    def listable(self, query: Query[Any]) -> Query[Any]:
        return query.filter(Opportunity.status == OpportunityStatus.unassigned)

    def complete(self, found: list[Any]) -> None:
        known = queries.pool_customers(db.session, [opportunity.id for opportunity in found])
        for opportunity in found:
            customer = known.get(opportunity.id)
            opportunity.pool_customer = customer.name if customer else ""
            opportunity.pool_region = region(customer.region, customer.region_name) if customer else ""

    def found(self, pk: Any) -> Any:
        """The opportunity ``pk`` while it is in the pool; afterwards for whoever sees it there, too."""
        opportunity = CrmModelView.found(self, pk)
        left = opportunity.status is not OpportunityStatus.unassigned
        if left and not queries.sees_whole(db.session, opportunity, acting()):
            abort(404)
        return opportunity

    def selectable(self, query: Query[Any]) -> Query[Any]:
        """Whoever sees what left the pool is told by the move why it is not possible."""
        return query.filter(or_(Opportunity.status == OpportunityStatus.unassigned, queries.seen_whole(acting())))

    def refuse_gone(self, keys: list[int], *, several: bool) -> NoReturn:
        """Tell that somebody else was faster, to whoever may claim."""
        for key in keys:
            try:
                refuse_if_just_taken(db.session(), key, by=acting(), at=now())
            except Taken as refusal:
                if not several:
                    raise
                none = _l("None of the selected opportunities was claimed. %(reason)s", reason=refusal.sentence)
                raise Taken(none) from refusal
        abort(404)

    def preview_url(self, _pk: Any) -> str:
        """Rows of the pool are opened, not looked at beside the list."""
        return ""

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        opportunity = self.found(pk)
        if queries.sees_whole(db.session, opportunity, acting()):
            return redirect(url_for("OpportunityView.show", pk=opportunity.id))
        customer = queries.pool_customers(db.session, [opportunity.id])[opportunity.id]
        return self.render_template(
            "opportunities/pool_card.html",
            title=opportunity.title,
            opportunity=opportunity,
            customer=customer,
            region=region(customer.region, customer.region_name),
            industry=looks.term("industry")(customer.industry),
            source=looks.term("source")(opportunity.source),
            view=self,
        )

    @expose("/<pk>/move/<name>", methods=["GET", "POST"])
    @signed_in
    def move(self, pk: str, name: str) -> Any:
        """Assign from the pool; what is claimed or shown afterwards is on the opportunity's own page."""
        return OpportunityView.move(self, pk, name)

    @expose("/bulk/<name>", methods=["GET", "POST"])
    @signed_in
    def bulk(self, name: str) -> Any:
        """As for every workflow; who comes too late is told so above the list of what is left."""
        try:
            return OpportunityView.bulk(self, name)
        except Taken as refusal:
            if wants_sentence():
                raise
            flash(str(refusal), "danger")
            return lead_to(url_for(".list"))

    def url_of(self, record: Any) -> str:
        return url_for("OpportunityView.show", pk=record.id)
