"""The pages of churn cases."""

from typing import Any

from app.churn import api, queries
from app.churn.models import ChurnCase
from app.churn.views.cases import ChurnView
from app.churn.views.health import health_of
from app.core.i18n import _l
from app.customers import panels
from app.theme import layout

__all__ = ["ChurnView", "register"]


def register(appbuilder: Any) -> None:
    """Add the pages and the resource, and what they hang into the customer's page and the frame."""
    appbuilder.add_view(ChurnView, "ChurnQueue", label=_l("Churn warnings"), icon="ti-alert-triangle", category="Churn")
    appbuilder.add_link(
        "ChurnCases", href="ChurnView.list", label=_l("All churn cases"), icon="ti-list", category="Churn"
    )
    appbuilder.add_api(api.ChurnCaseApi)
    panels.add_tab(panels.CustomerTab("churn", _l("Churn"), "ChurnView.related", "churn_case.see", ChurnCase))
    panels.tell_health(health_of)
    layout.badge("ChurnQueue", lambda _actor: queries.waiting(), "wait")
