"""What is done from the page of a customer: follow-ups, private fields, sharing, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from sqlalchemy import select

from app.accounts.models import User
from app.core.database import db, unit_of_work
from app.core.errors import DomainError
from app.core.i18n import _, _l, parse_day
from app.customers import services, terms
from app.customers.forms import AddTagsForm, HandOverForm, ShareForm
from app.customers.models import Customer
from app.customers.services import customers as rules
from app.web.bulk import BulkAct, BulkActs
from app.web.dialogs import answer_dialog, lead_to
from app.web.session import SentBefore, acting, now, signed_in, submitted, today, wants_json


class CustomerActions(BulkActs):
    """The routes behind the buttons of a customer's page, and behind those for selected customers."""

    bulk_acts = (
        BulkAct(
            "hand_over",
            _l("Hand over"),
            "customer.hand_over",
            HandOverForm,
            lambda customer, form, by, at: services.hand_over(customer, form.owner_id.data, by=by, at=at),
            "ti-transfer",
        ),
        BulkAct(
            "tag",
            _l("Add tags"),
            "customer.edit",
            AddTagsForm,
            lambda customer, form, by, at: rules.add_tags(customer, form.tags.data, by=by, at=at),
            "ti-tag",
        ),
    )

    @expose("/<pk>/follow-up", methods=["POST"])
    @signed_in
    def follow_up(self, pk: str) -> Any:
        """Record a follow-up and the next plan in one go, from the composer."""
        customer = self.found(pk)
        form = request.form
        at = now()
        location = url_for(".show", pk=customer.id)
        try:
            with submitted() as submission:
                services.create_follow_up(
                    {
                        "customer_id": customer.id,
                        "contact_id": key_of(form.get("contact")),
                        "kind": form.get("kind"),
                        "content": form.get("content"),
                        "next_step": form.get("next_what") or None,
                    },
                    by=acting(),
                    at=at,
                    next_plan=next_plan(form),
                    finish_plan_id=key_of(form.get("complete_plan")),
                )
                if submission is not None:
                    submission.location = location
        except SentBefore as sent:
            location = sent.location
        except (DomainError, ValueError) as refusal:
            if wants_json():
                return {"message": str(refusal)}, 422
            flash(str(refusal), "danger")
            return self._again(customer, form), 422
        else:
            if not wants_json():
                flash(_("The follow-up was recorded."), "success")
        return self.recorded(customer) if wants_json() else redirect(location)

    def recorded(self, customer: Customer) -> Any:
        """The parts of the page that a new follow-up changes."""
        raise NotImplementedError

    def _again(self, customer: Customer, form: Any) -> Any:
        """The form alone with what was typed, when it could not be saved."""
        return self.render_template("customers/composer_again.html", customer=customer, typed=form, **self._composer())

    def _shortcuts(self) -> list[tuple[str, str]]:
        day = today()
        monday = day + timedelta(days=7 - day.weekday())
        return [
            ((day + timedelta(days=1)).isoformat(), _("Tomorrow")),
            ((day + timedelta(days=2)).isoformat(), _("In 2 days")),
            (monday.isoformat(), _("Next Monday")),
        ]

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
            value = services.show_private(customer, field, by=acting(), at=now())
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
        people = db.session.scalars(select(User).where(User.active.is_(True)).order_by(User.name_key, User.id))
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

        def done(first: bool) -> Any:
            if first:
                flash(_("%(name)s was saved.", name=customer.name), "success")
            still_seen = db.session.scalar(select(Customer.id).where(Customer.id == customer.id))
            return lead_to(self.url_of(customer) if still_seen else url_for(".list"))

        return answer_dialog(self, form, title, act, done, records=[customer])


def key_of(text: str | None) -> int | None:
    """The key somebody sent, or None when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def next_plan(form: Any) -> dict[str, Any] | None:
    """The plan that the composer's next step asks for, if it has a date.

    :raises ValueError: with a sentence, when the date is none.
    """
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
