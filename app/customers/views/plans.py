"""The list, page and forms of plans."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose

from app.core import calendar
from app.core.calendar import OPENING
from app.core.database import db, unit_of_work
from app.core.i18n import _, _l, local_day, time_zone, to_local
from app.customers import services, terms
from app.customers.forms import PLAN_FIELDSETS, FinishPlanForm, PlanForm, PostponePlanForm, label_choices
from app.customers.models import FollowUpKind, Plan
from app.customers.views import looks
from app.theme import cells, layout
from app.theme.widgets import MoveButton, QuickFilter, RecordHead, SavedView
from app.web.dialogs import answer_dialog, came_from, lead_to
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.session import acting, now, signed_in, today, wants_sentence
from app.web.views import CrmModelView


def _state(plan: Plan) -> tuple[Any, str]:
    if plan.done_at is not None:
        return _l("Done"), "good"
    return (_l("Overdue"), "bad") if plan.due_at < now() else (_l("Planned"), "open")


def _next_working_day(after: datetime, clock: time) -> datetime:
    """The moment at which ``clock`` strikes on the first working day after ``after``."""
    day = local_day(after)
    day = calendar.load(db.session(), day, day + timedelta(days=30)).add_working_days(day, 1)
    return datetime.combine(day, clock, time_zone()).astimezone(UTC)


class PlanView(CrmModelView):
    """Plans."""

    help_text = (
        _l("A plan says what to do by when, and reminds its owner with a notification."),
        _l("Finish it when it is done, or change its date; the customer's next plan follows."),
    )

    kind = "plan"
    route_base = "/plans"
    datamodel = CrmInterface(Plan, eager=("customer", "owner"))
    form = PlanForm
    form_fieldsets = PLAN_FIELDSETS
    create = staticmethod(services.create_plan)
    update = staticmethod(services.update_plan)
    remove = staticmethod(services.delete_plan)
    prefill = ("customer_id", "due_at")
    related_keys = {"customer_id": lambda pk: row("customer", pk)}

    list_title = _l("Plans")
    add_title = _l("New plan")
    edit_title = _l("Edit plan")
    show_title = _l("Plan")
    empty_title = _l("No plans yet.")
    empty_text = _l("A plan says what to do by when.")
    icon = "ti-calendar-event"
    list_columns = ["what", "customer", "kind", "owner", "due_at", "done_at"]
    inline_columns = ("due_at",)
    more_columns = ("remind_at", "expected_result", "result")
    order_columns = ["due_at", "done_at"]
    base_order = ("due_at", "desc")
    search_columns = ["kind", "due_at", "owner_id", "done_at"]
    label_columns = {
        "what": _l("What to do"), "customer": _l("Customer"), "kind": _l("Kind"), "owner": _l("Owner"),
        "owner_id": _l("Owner"), "due_at": _l("Due"), "done_at": _l("Done at"), "remind_at": _l("Reminder"),
        "expected_result": _l("Expected result"), "result": _l("Result"),
    }  # fmt: skip
    show_fieldsets = [
        (
            _l("Plan"),
            {"fields": ["customer", "kind", "owner", "due_at", "remind_at", "expected_result", "done_at", "result"]},
        )
    ]
    formatters_columns = {
        "customer": looks.customer_link,
        "kind": cells.choice(terms.FOLLOW_UP_KINDS),
        "owner": cells.person,
        "due_at": cells.moment,
        "remind_at": cells.moment,
        "done_at": cells.moment,
    }
    cell_classes = {"what": "grow2", "due_at": "nowrap", "done_at": "nowrap"}
    card_columns = ("what", "owner", "customer", "due_at")
    search_choices = {"kind": label_choices(terms.FOLLOW_UP_KINDS)}
    quick_filters = (
        looks.KIND_FILTER,
        QuickFilter(
            "owner_id", _l("Owner"), kind="remote", lookup="user", text_of=lambda pk: str(row("user", pk) or "")
        ),
        QuickFilter("due_at", _l("Due"), kind="date"),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list that everybody has."""
        base, asked, me = url_for(".list"), request.query_string.decode(), acting().user_id
        yesterday = (today() - timedelta(days=1)).isoformat()
        # The most pressing of the open ones first; of all of them, the newest.
        name = type(self).__name__
        order = f"_oc_{name}=due_at&_od_{name}=asc"
        tabs = (
            (_l("All"), ""),
            (_l("My open plans"), f"_flt_0_owner_id={me}&_flt_4_done_at=y&{order}"),
            (_l("Mine, overdue"), f"_flt_0_owner_id={me}&_flt_4_done_at=y&_flt_2_due_at={yesterday}&{order}"),
            (_l("Mine, today"), f"_flt_0_owner_id={me}&_flt_4_done_at=y&_flt_0_due_at={today().isoformat()}&{order}"),
        )
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def record_head(self, plan: Plan) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        label, tone = _state(plan)
        moves = []
        if plan.done_at is None and actor.may("plan.finish"):
            url = url_for(".finish", pk=plan.id)
            moves.append(MoveButton("finish", _("Finish"), url, "primary", "ti-check", needs_form=True))
        if plan.done_at is None and actor.may("plan.postpone"):
            url = url_for(".postpone", pk=plan.id)
            moves.append(MoveButton("postpone", _("Change the date"), url, icon="ti-calendar", needs_form=True))
        return RecordHead(
            title=plan.what,
            badges=[cells.status_badge(label, tone)],
            owner=plan.owner,
            moves=moves,
            back_url=url_for("CustomerView.show", pk=plan.customer_id),
            back_label=plan.customer.name if plan.customer else _("Plans"),
            edit_url=url_for(".edit", pk=plan.id) if plan.done_at is None and actor.may("plan.edit") else "",
            delete_url=url_for(".delete", pk=plan.id) if actor.may("plan.delete") else "",
        )

    def may_change_cell(self, record: Plan, column: str) -> bool:
        return record.done_at is None and (
            acting().may("plan.postpone") if column == "due_at" else super().may_change_cell(record, column)
        )

    def save_cell(self, record: Plan, column: str, value: Any, *, by: Any, at: Any) -> None:
        """A new date moves the reminder along."""
        if column == "due_at":
            services.postpone_plan(record, value, by=by, at=at)
        else:
            super().save_cell(record, column, value, by=by, at=at)

    def prefill_add(self, form: Any) -> None:
        form.due_at.process_data(_next_working_day(now(), OPENING))
        form.kind.process_data(FollowUpKind.phone)
        if acting().user_id is not None:
            form.owner_id.process_data(acting().user_id)

    @expose("/<pk>/finish", methods=["GET", "POST"])
    @signed_in
    def finish(self, pk: str) -> Any:
        """Note that a plan was carried out."""
        plan = self.found(pk)
        form = FinishPlanForm.refresh()
        return self._dialog(
            plan,
            form,
            _l("Finish"),
            "plan.finish",
            lambda: services.finish_plan(plan, result=form.result.data, by=acting(), at=now()),
        )

    @expose("/<pk>/reopen", methods=["POST"])
    @signed_in
    def reopen(self, pk: str) -> Any:
        """Undo finishing a plan."""
        plan = self.found(pk)
        with unit_of_work():
            services.reopen_plan(plan, by=acting(), at=now())
        return redirect(self.url_of(plan))

    @expose("/<pk>/postpone", methods=["GET", "POST"])
    @signed_in
    def postpone(self, pk: str) -> Any:
        """Move a plan to another moment."""
        plan = self.found(pk)
        form = PostponePlanForm.refresh()
        if request.method == "GET":
            form.due_at.process_data(_next_working_day(max(plan.due_at, now()), to_local(plan.due_at).time()))
        return self._dialog(
            plan,
            form,
            _l("Change the date"),
            "plan.postpone",
            lambda: services.postpone_plan(plan, form.due_at.data, by=acting(), at=now()),
        )

    def _dialog(self, plan: Plan, form: Any, title: Any, right: str, act: Any) -> Any:
        if not acting().may(right):
            abort(403)
        return answer_dialog(self, form, title, act, lambda first: self._done(plan, first), records=[plan])

    def _done(self, plan: Plan, first: bool) -> Any:
        if first:
            if wants_sentence():
                return {"message": str(plan)}
            message = _("%(name)s was saved.", name=plan.what)
            if plan.done_at is not None:
                layout.flash_undo(message, url_for(".reopen", pk=plan.id))
            else:
                flash(message, "success")
        return lead_to(came_from(self.url_of(plan)))
