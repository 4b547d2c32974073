"""The churn page: who waits for a decision, who is postponed; and the list and page of all cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.churn import queries
from app.churn.forms import ConfirmForm, PostponeForm, RecoverForm, shortcuts, term_choices
from app.churn.models import ChurnCase
from app.churn.views import evidence, looks
from app.churn.views.queue import figures_part, queue_page
from app.churn.workflow import LABELS, workflow
from app.core.database import db
from app.core.i18n import _, _l
from app.core.visibility import find
from app.customers.models import Customer
from app.customers.views.narrowing import OfCountedCustomers
from app.theme import cells
from app.theme.widgets import Choice, Kpi, QuickFilter, RecordHead, SavedView
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.moves import WorkflowView
from app.web.session import acting, today


def _choices(pairs: Any) -> Any:
    return lambda: [Choice(str(value), label) for value, label in pairs()]


def _statuses() -> list[tuple[str, Any]]:
    return [(str(status), label) for status, label in LABELS.items()]


class ChurnView(OfCountedCustomers, WorkflowView):
    """Churn cases."""

    help_text = (
        _l(
            "A case is opened when a customer has not ordered for six months. It names the last order, the usual gap and what the customer was worth."
        ),
        _l("Postpone it with what you will do and a day to review it, or confirm the loss with its reason."),
        _l("A new order closes the case by itself."),
    )

    kind = "churn_case"
    route_base = "/churn"
    default_view = "queue"
    datamodel = CrmInterface(ChurnCase, eager=("customer", "owner"))
    workflow = workflow
    move_forms = {"postpone": PostponeForm, "confirm": ConfirmForm, "recover": RecoverForm}
    move_icons = {"postpone": "ti-player-pause", "confirm": "ti-user-x", "recover": "ti-user-check"}
    bulk_move_names = ("postpone", "confirm", "recover")
    method_permission_name = WorkflowView.method_permission_name | {"queue": "see", "figures": "see"}

    list_title = _l("Churn cases")
    show_title = _l("Churn case")
    empty_title = _l("No churn cases yet.")
    empty_text = _l("A case is opened when a customer has not ordered for six months.")
    icon = "ti-heartbeat"
    list_template = "churn/list.html"
    show_template = "churn/show.html"
    preview_template = "churn/panel.html"
    list_columns = [
        "customer", "status", "value_12m", "last_order_on", "opened_on", "look_again_on", "reason", "decided_on", "owner",
    ]  # fmt: skip
    order_columns = ["status", "value_12m", "last_order_on", "opened_on", "look_again_on", "decided_on"]
    base_order = ("value_12m", "desc")
    search_columns = [
        "status", "owner_id", "reason", "opened_on", "decided_on", "look_again_on", "last_order_on", "value_12m",
        "customer_id",
    ]  # fmt: skip
    label_columns = {
        "customer": _l("Customer"), "customer_id": _l("Customer"), "status": _l("Status"),
        "value_12m": _l("12 months before"), "last_order_on": _l("Last order"), "opened_on": _l("Opened"),
        "look_again_on": _l("Review on"), "reason": _l("Reason"), "decided_on": _l("Decided on"),
        "owner": _l("Owner"), "owner_id": _l("Owner"),
    }  # fmt: skip
    formatters_columns: dict[str, cells.Cell] = {
        "customer": looks.customer,
        "status": looks.status,
        "value_12m": cells.money,
        "last_order_on": cells.relative_day,
        "opened_on": cells.day,
        "look_again_on": cells.due_day,
        "reason": looks.term("churn_reason"),
        "decided_on": cells.day,
        "owner": cells.person,
    }
    cell_classes = {"customer": "grow2", "value_12m": "num strong", "owner": "nowrap"}
    card_columns = ("customer", "status", "value_12m", "opened_on")
    search_choices = {"status": _statuses, "reason": term_choices("churn_reason")}
    quick_filters = (
        QuickFilter("status", _l("Status"), choices=_choices(_statuses)),
        QuickFilter("reason", _l("Reason"), choices=_choices(term_choices("churn_reason"))),
        QuickFilter(
            "owner_id", _l("Owner"), kind="remote", lookup="user", text_of=lambda pk: str(row("user", pk) or "")
        ),
        QuickFilter("opened_on", _l("Opened"), kind="date"),
        QuickFilter("decided_on", _l("Decided on"), kind="date"),
    )
    related_keys = {"customer_id": lambda pk: find(db.session, Customer, int(pk)) if pk.isdigit() else None}

    def saved_views(self) -> list[SavedView]:
        """A tab for each status."""
        base, asked = url_for(".list"), request.query_string.decode()
        tabs = [(_("All"), "")] + [(str(label), f"_flt_0_status={status}") for status, label in LABELS.items()]
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    # --- the page ---

    @expose("/")
    @has_access
    def queue(self) -> Any:
        """Who waits for a decision, most money first, and who is postponed."""
        return queue_page(self)

    @expose("/figures")
    @has_access
    def figures(self) -> Any:
        """The figures above the page, where they are read after it."""
        return figures_part(self)

    # --- one case ---

    def record_head(self, case: ChurnCase) -> RecordHead:
        """What stands above the page."""
        level = cells.level(case.customer.level) if case.customer else ""
        badges = [level, looks.status(case.status), looks.look_again(case, today())]
        return RecordHead(
            title=looks.name_of(case),
            code=_("Opened %(day)s", day=cells.day(case.opened_on)),
            mark=looks.name_of(case)[:1],
            badges=[badge for badge in badges if badge],
            owner=case.owner,
            moves=self.move_buttons(case),
            kpis=self._kpis(case),
            back_url=url_for(".queue"),
            back_label=_("Churn warnings"),
        )

    def _kpis(self, case: ChurnCase) -> list[Kpi]:
        known = case.evidence
        kpis = [
            Kpi(_("12 months before"), cells.money(case.value_12m)),
            Kpi(_("Last order"), cells.day(case.last_order_on)),
            Kpi(_("Days silent when opened"), cells.quantity(known.get("silent_days"))),
            Kpi(
                _("Usual gap in days"),
                cells.quantity(known.get("usual_gap") if known.get("orders", 0) > 1 else None) or "–",
            ),
            Kpi(_("Orders"), cells.quantity(known.get("orders"))),
        ]
        if case.reason:
            kpis.append(Kpi(_("Reason"), looks.term("churn_reason")(case.reason)))
        return kpis

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        widgets = self._show(pk)
        case = widgets["show"].template_args["item"]
        story = queries.story(db.session(), case)
        return self.render_template(
            self.show_template,
            pk=case.id,
            title=self.show_title,
            widgets=widgets,
            related_views=[],
            case=case,
            evidence=evidence.of(case, story),
            measures=story.measures,
            earlier=story.earlier,
            looks=looks,
            view=self,
        )

    @expose("/preview/<pk>")
    @has_access
    def preview(self, pk: str) -> Any:
        """What is known about a case, before the form in which it is decided."""
        case = self.found(pk)
        story = queries.story(db.session(), case)
        actor = acting()
        forms = [
            (move, self._blank(move.name), url_for(".move", pk=case.id, name=move.name))
            for move in workflow.open_to(case, actor)
        ]
        return self.render_template(
            self.preview_template,
            case=case,
            evidence=evidence.of(case, story),
            measures=story.measures,
            earlier=story.earlier,
            forms=forms,
            shortcuts=shortcuts(),
            looks=looks,
            back=url_for(".queue"),
            view=self,
        )

    def _blank(self, name: str) -> Any:
        form = self.move_forms[name].refresh()
        for field in form:
            # Several forms stand in one panel.
            field.id = field.label.field_id = f"{name}-{field.name}"
        self.prefill_move(name, form, [])
        return form

    def prefill_move(self, name: str, form: Any, records: list[Any]) -> None:
        """Propose to look again in two weeks."""
        if name == "postpone":
            form.look_again_on.process(None, data=today() + timedelta(days=14))
