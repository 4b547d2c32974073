"""The calendar: plans, visits and deadlines of one person or of everybody one sees, on the working calendar."""

from typing import Any


def register(appbuilder: Any) -> None:
    """Add the page."""
    from app.core.i18n import _l
    from app.reports.agenda.views import AgendaView

    appbuilder.add_view(AgendaView, "Calendar", label=_l("Calendar"), icon="ti-calendar", category="Customers")
