"""The list, page and forms of contacts."""

from __future__ import annotations

from typing import Any

from flask import jsonify, url_for
from flask_appbuilder import expose

from app.core.database import unit_of_work
from app.core.i18n import _, _l, listed
from app.customers import services, terms
from app.customers.forms import CONTACT_FIELDSETS, ContactForm, label_choices, term_choices
from app.customers.models import Contact
from app.customers.services import show_private
from app.customers.views import looks
from app.theme import cells
from app.theme.widgets import Choice, Fact, QuickFilter, RecordHead
from app.web.custom_forms import custom_facts
from app.web.interface import CrmInterface
from app.web.lookup import row
from app.web.session import acting, now, signed_in
from app.web.views import CrmModelView


class ContactView(CrmModelView):
    """Contacts."""

    help_text = (
        _l("Contacts are the people at your customers; one of each customer is the primary contact."),
        _l(
            "Phone numbers and e-mail addresses are masked for whoever may not see private fields; showing one "
            "is logged."
        ),
    )

    kind = "contact"
    custom_kind = "contact"
    route_base = "/contacts"
    datamodel = CrmInterface(Contact, eager=("customer",))
    form = ContactForm
    form_fieldsets = CONTACT_FIELDSETS
    create = staticmethod(services.create_contact)
    update = staticmethod(services.update_contact)
    remove = staticmethod(services.delete_contact)
    restore = staticmethod(services.restore_contact)
    prefill = ("customer_id",)
    related_keys = {"customer_id": lambda pk: row("customer", pk)}

    list_title = _l("Contacts")
    add_title = _l("New contact")
    edit_title = _l("Edit contact")
    show_title = _l("Contact")
    empty_title = _l("No contacts yet.")
    icon = "ti-address-book"
    show_template = "customers/contact.html"
    search_kind = "contact"
    list_columns = ["name", "customer", "title", "mobile", "decision_role", "is_primary"]
    inline_columns = ("title", "department", "decision_role", "category", "tags")
    more_columns = ("department", "category", "gender", "birthday", "phone", "email", "wechat", "tags", "created_at")
    show_columns = ["customer", "title", "department"]
    order_columns = ["name", "created_at"]
    column_order = {"name": "name_key"}
    base_order = ("id", "desc")
    search_columns = [
        "gender",
        "title",
        "department",
        "decision_role",
        "category",
        "is_primary",
        "birthday",
        "created_at",
    ]
    label_columns = {
        "name": _l("Full name"), "customer": _l("Customer"), "title": _l("Job title"),
        "mobile": _l("Mobile"), "decision_role": _l("Role in the decision"), "is_primary": _l("Primary contact"),
        "gender": _l("Gender"), "department": _l("Department"), "category": _l("Contact category"),
        "phone": _l("Phone"), "email": _l("E-mail"), "wechat": _l("WeChat"), "tags": _l("Tags"),
        "birthday": _l("Birthday"), "created_at": _l("Entered on"),
    }  # fmt: skip
    formatters_columns = {
        "customer": looks.customer_link,
        **{name: looks.masked(name) for name in ("mobile", "phone", "email", "wechat")},
        "tags": cells.tags,
        "category": looks.term("contact_category"),
        "gender": cells.choice(terms.GENDERS),
        "birthday": cells.day,
        "created_at": cells.relative_day,
        "decision_role": looks.term("decision_role"),
        "is_primary": lambda value: _("Yes") if value else "",
    }
    card_columns = ("name", "customer", "title", "mobile")
    search_choices = {
        "gender": label_choices(terms.GENDERS),
        "decision_role": term_choices("decision_role"),
        "category": term_choices("contact_category"),
    }
    quick_filters = (
        QuickFilter(
            "decision_role",
            _l("Role in the decision"),
            choices=lambda: [Choice(code, label) for code, label in term_choices("decision_role")()],
        ),
        QuickFilter("is_primary", _l("Primary contact"), kind="bool"),
    )

    def record_head(self, contact: Contact) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        badges = [cells.status_badge(_("Primary contact"), "open")] if contact.is_primary else []
        return RecordHead(
            title=contact.name,
            mark=contact.name[:1],
            badges=badges,
            tags=list(contact.tags or ()),
            back_url=url_for("CustomerView.show", pk=contact.customer_id),
            back_label=contact.customer.name,
            edit_url=url_for(".edit", pk=contact.id) if actor.may("contact.edit") else "",
            delete_url=url_for(".delete", pk=contact.id) if actor.may("contact.delete") else "",
        )

    def facts(self, contact: Contact) -> list[tuple[Any, list[Fact]]]:
        """The cards of the page."""
        channels = [str(terms.CONSENT_CHANNELS[c]) for c in contact.consent or () if c in terms.CONSENT_CHANNELS]
        return [
            (
                _("Contact details"),
                [
                    looks.private("contact", contact, _("Mobile"), "mobile", "ContactView"),
                    looks.private("contact", contact, _("Phone"), "phone", "ContactView"),
                    looks.private("contact", contact, _("E-mail"), "email", "ContactView"),
                    looks.private("contact", contact, _("WeChat"), "wechat", "ContactView"),
                    Fact(_("May be contacted by"), listed(channels)),
                ],
            ),
            (
                _("Person"),
                [
                    Fact(_("Customer"), looks.customer_link(contact.customer)),
                    Fact(_("Gender"), terms.GENDERS.get(contact.gender, "") if contact.gender else ""),
                    Fact(_("Job title"), contact.title),
                    Fact(_("Department"), contact.department),
                    Fact(_("Role in the decision"), looks.term("decision_role")(contact.decision_role)),
                    Fact(_("Contact category"), looks.term("contact_category")(contact.category)),
                    Fact(_("Birthday"), cells.day(contact.birthday)),
                    Fact(_("Notes"), contact.notes),
                    *custom_facts("contact", contact.custom),
                ],
            ),
        ]

    def preview_args(self, contact: Contact) -> dict[str, Any]:
        return {"facts": self.facts(contact)[::-1]}

    @expose("/<pk>/private/<field>", methods=["POST"])
    @signed_in
    def private(self, pk: str, field: str) -> Any:
        """A masked field in full; that somebody looked is written down."""
        contact = self.found(pk)
        with unit_of_work():
            value = show_private(contact, field, by=acting(), at=now())
        return jsonify(value=value)
