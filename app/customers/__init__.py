"""Customers, contacts, follow-ups and plans."""

from typing import Any


def register(appbuilder: Any) -> None:
    """Add the pages, look-ups and words of this feature."""
    from app.core.i18n import _l
    from app.customers import api, jobs, lookups, panels, permissions, timeline, views
    from app.customers.models import Contact, Customer, FollowUp, Plan
    from app.theme import layout
    from app.web.palette import Findable, findable

    assert all((permissions, timeline, jobs))  # imported for what they register
    lookups.register()
    for view, name, label, icon in (
        (views.CustomerView, "CustomerList", _l("All customers"), "ti-building"),
        (views.ContactView, "Contacts", _l("Contacts"), "ti-address-book"),
        (views.FollowUpView, "FollowUps", _l("Follow-ups"), "ti-message"),
        (views.PlanView, "Plans", _l("Plans"), "ti-calendar-event"),
    ):
        appbuilder.add_view(view, name, label=label, icon=icon, category="Customers")
    for resource in api.APIS:
        appbuilder.add_api(resource)
    for tab in (
        panels.CustomerTab("contacts", _l("Contacts"), "ContactView.related", "contact.see", Contact),
        panels.CustomerTab("follow-ups", _l("Follow-ups"), "FollowUpView.related", "follow_up.see", FollowUp),
        panels.CustomerTab("plans", _l("Plans"), "PlanView.related", "plan.see", Plan),
    ):
        panels.add_tab(tab)
    panels.add_button(panels.CustomerButton(_l("Plan"), "ti-calendar-plus", "PlanView.add", "plan.add"))
    for model, kind, label, icon, endpoint in (
        (Customer, "customer", _l("Customers"), "ti-building", "CustomerView.show"),
        (Contact, "contact", _l("Contacts"), "ti-address-book", "ContactView.show"),
    ):
        findable(Findable(kind, label, icon, model, f"{kind}.see", endpoint, hint=lambda row: getattr(row, "code", "")))
    layout.quick_add(_l("Customer"), "CustomerView.add", "customer.add", "ti-building")
    layout.quick_add(_l("Contact"), "ContactView.add", "contact.add", "ti-address-book")
    layout.quick_add(_l("Follow-up"), "FollowUpView.add", "follow_up.add", "ti-message")
    layout.quick_add(_l("Plan"), "PlanView.add", "plan.add", "ti-calendar-event")
