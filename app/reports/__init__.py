"""The analysis pages and the home pages: they read every feature and write none."""

from typing import Any


def register(appbuilder: Any) -> None:
    """Add the pages."""
    from app.core.i18n import _l
    from app.reports import agenda, home, permissions, views

    assert permissions  # imported for what it declares
    appbuilder.add_view(
        views.ReportView, "Contribution", label=_l("Customer contribution"), icon="ti-chart-bar", category="Analysis"
    )
    for name, label in (
        ("composition", _l("Customer composition")),
        ("service", _l("Customer service")),
        ("churn", _l("Customer churn")),
    ):
        appbuilder.add_link(
            name.capitalize(), href=f"ReportView.{name}", label=label, icon="ti-chart-bar", category="Analysis"
        )
    agenda.register(appbuilder)
    home.register(appbuilder)
