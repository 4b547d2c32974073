"""The pages of opportunities."""

from typing import Any

from app.core.i18n import _l
from app.customers import panels
from app.opportunities.models import Opportunity
from app.opportunities.views.customer import CustomerOpportunitiesView
from app.opportunities.views.opportunities import OpportunityView
from app.opportunities.views.pool import OpportunityPoolView
from app.opportunities.views.stages import OpportunityStageView
from app.theme import layout
from app.web.lookup import Lookup, register_lookup

__all__ = ["OpportunityPoolView", "OpportunityStageView", "OpportunityView", "register"]


def register(appbuilder: Any) -> None:
    """Add the pages, and what they hang into the customer's page and the frame."""
    appbuilder.add_link(
        "OpportunityBoard",
        href="OpportunityView.board",
        label=_l("Sales board"),
        icon="ti-layout-kanban",
        category="Sales",
    )
    for view, name, label, icon, category in (
        (OpportunityView, "Opportunities", _l("Opportunities"), "ti-target-arrow", "Sales"),
        (OpportunityPoolView, "OpportunityPool", _l("Opportunity pool"), "ti-inbox", "Sales"),
        (OpportunityStageView, "OpportunityStages", _l("Sales stages"), "ti-stairs-up", "Administration"),
    ):
        appbuilder.add_view(view, name, label=label, icon=icon, category=category)
    appbuilder.add_view_no_menu(CustomerOpportunitiesView)
    right = "opportunity.see"
    panels.add_tab(
        panels.CustomerTab("opportunities", _l("Opportunities"), "OpportunityView.related", right, Opportunity)
    )
    panels.add_card(panels.CustomerCard("opportunities", "CustomerOpportunitiesView.card", right))
    panels.add_button(
        panels.CustomerButton(_l("Opportunity"), "ti-target-arrow", "OpportunityView.add", "opportunity.add")
    )
    layout.quick_add(_l("Opportunity"), "OpportunityView.add", "opportunity.add", "ti-target-arrow")
    register_lookup(
        "opportunity",
        Lookup(
            Opportunity,
            right,
            text=lambda found: found.title,
            hint=lambda found: found.number,
            search_kind="opportunity",
            more=lambda found: {"customer_id": found.customer_id},
            within={"customer_id": "customer"},
        ),
    )
