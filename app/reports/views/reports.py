"""The four analysis pages, their prints and exports."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import abort, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.core import audit, dictionary, regions
from app.core.database import db
from app.core.i18n import _, _l, format_moment
from app.core.region_names import spoken
from app.core.sheets import EXCEL
from app.customers.workflow import LABELS
from app.reports.excel import to_excel
from app.reports.pages import ReportPage
from app.reports.queries.scope import ReportScope, team_choices
from app.reports.views import asked
from app.reports.views.churn import churn_page
from app.reports.views.composition import composition_page
from app.reports.views.contribution import contribution_page
from app.reports.views.service import service_page
from app.web.lookup import row
from app.web.session import acting, noting, now

EXPORT_ROWS = 10_000
PAGES: dict[str, Callable[..., ReportPage]] = {
    "contribution": contribution_page,
    "composition": composition_page,
    "service": service_page,
    "churn": churn_page,
}


_EVERY = _l("Every figure opens the rows it is made of; Excel saves the table with the same filters.")


class ReportView(BaseView):
    """Contribution, composition, service and churn."""

    help_texts = {
        "contribution": (
            _l(
                "What each customer ordered in the period, net of returns. A are the customers who together make the first 70 percent of the value, B up to 90."
            ),
            _EVERY,
        ),
        "composition": (
            _l(
                "How many customers there are by level, industry, region and other fields, and what they ordered in the period."
            ),
            _EVERY,
        ),
        "service": (
            _l("How many requests came in, how quickly they were answered and solved, and how they were rated."),
            _EVERY,
        ),
        "churn": (
            _l("What became of the churn warnings of the period, why customers left, and what they had been worth."),
            _EVERY,
        ),
    }

    route_base = "/reports"
    default_view = "contribution"
    class_permission_name = "report"
    method_permission_name = {
        "contribution": "open",
        "composition": "open",
        "service": "open",
        "churn": "open",
        "export": "export",
    }

    @expose("/contribution")
    @has_access
    def contribution(self) -> Any:
        """What each customer ordered, and the ABC classes."""
        return self._page("contribution")

    @expose("/composition")
    @has_access
    def composition(self) -> Any:
        """Customers by one of their fields."""
        return self._page("composition")

    @expose("/service")
    @has_access
    def service(self) -> Any:
        """Service requests by type, status, specialist or month."""
        return self._page("service")

    @expose("/churn")
    @has_access
    def churn(self) -> Any:
        """What became of the warnings."""
        return self._page("churn")

    def _page(self, name: str) -> Any:
        scope = asked.asked_scope()
        page = PAGES[name](db.session(), scope)
        return self.render_template(
            "reports/report.html",
            page=page,
            title=page.title,
            scope=scope,
            kept=asked.kept,
            facts=asked.facts(scope),
            choices=self._choices(),
            owner=row("user", scope.owner_id) if scope.owner_id else None,
            export_url=self._export_url(name) if acting().may("report.export") else "",
            as_of=format_moment(now()),
        )

    def _export_url(self, name: str) -> str:
        args: dict[str, Any] = {**request.args.to_dict(), "name": name}
        return url_for(".export", **args)

    def _choices(self) -> list[tuple[str, Any, list[tuple[str, Any]]]]:
        return [
            ("team", _("Team"), [(str(pk), name) for pk, name in team_choices(db.session())]),
            ("level", _("Level"), dictionary.choices(db.session, "customer_level")),
            ("industry", _("Industry"), dictionary.choices(db.session, "industry")),
            ("region", _("Region"), [(found.code, spoken(found)) for found in regions.children()]),
            ("source", _("Source"), dictionary.choices(db.session, "source")),
            ("status", _("Status"), [(str(status), label) for status, label in LABELS.items()]),
        ]

    @expose("/<name>/export")
    @has_access
    def export(self, name: str) -> Any:
        """The same numbers as a workbook; that somebody took them is written down."""
        if name not in PAGES:
            abort(404)
        scope: ReportScope = asked.asked_scope()
        page = PAGES[name](db.session(), scope, limit=EXPORT_ROWS)
        facts = [*asked.facts(scope), (_("Made at"), format_moment(now())), (_("Made by"), acting().name)]
        tables = [chart.table for chart in page.charts if chart.table not in page.tables] + page.tables
        content = to_excel(str(page.title), facts, tables)
        with noting() as session:
            taken = asked.values(scope) | {"rows": sum(len(table.rows) for table in tables)}
            changes = {field: [None, value] for field, value in taken.items()}
            audit.record(session, "export", "report", name, changes, by=acting(), at=now())
        called = f"{page.title}-{scope.first}-{scope.last}.xlsx"
        return send_file(io.BytesIO(content), EXCEL, as_attachment=True, download_name=called)
