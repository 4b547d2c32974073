"""The hours promised for requests, by type and priority, for an administrator to change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.core import calendar, dictionary
from app.core.database import db, unit_of_work
from app.core.errors import Invalid
from app.core.i18n import _, _l, local_day
from app.service import queries, services
from app.service.models import Priority
from app.service.terms import PRIORITIES
from app.web.session import acting, now

FIELDS = ("response_hours", "resolution_hours")


@dataclass
class Cell:
    """The promise for one type and priority as it stands, or as it was typed."""

    type: str
    priority: Priority
    hours: dict[str, str]
    problem: str = ""

    @property
    def priority_label(self) -> Any:
        return PRIORITIES[self.priority]


@dataclass(frozen=True)
class Row:
    """All priorities of one type."""

    label: Any
    cells: list[Cell] = field(default_factory=list)


class ServiceLevelView(BaseView):
    """Service levels."""

    help_text = (
        _l("How many working hours are promised for the first answer and for the solution, by type and priority."),
        _l("A change applies to requests entered from now on."),
    )

    route_base = "/service-levels"
    default_view = "list"
    class_permission_name = "service_level"
    method_permission_name = {"list": "see", "save": "edit"}

    @expose("/")
    @has_access
    def list(self) -> Any:
        """The table of all promises."""
        return self._page(self._rows())

    @expose("/save", methods=["POST"])
    @has_access
    def save(self) -> Any:
        """Store what was changed in the table, or nothing of it."""
        rows = self._rows()
        changed = [cell for row in rows for cell in row.cells if self._take_over(cell)]
        try:
            with unit_of_work():
                for cell in changed:
                    self._update(cell)
        except Invalid:
            return self._page(rows), 422
        flash(_("The service levels were saved. They hold for requests entered from now on."), "success")
        return redirect(url_for(".list"))

    def _rows(self) -> Any:
        known = {(level.type, level.priority): level for level in db.session.scalars(queries.levels())}
        types = [*dictionary.choices(db.session, "request_type"), ("", _("Any other type"))]
        rows = []
        for code, label in types:
            cells = [
                Cell(code, priority, {name: str(getattr(known.get((code, priority)), name, "")) for name in FIELDS})
                for priority in Priority
            ]
            rows.append(Row(label, cells))
        return rows

    def _take_over(self, cell: Cell) -> bool:
        """Put what was typed into ``cell``; say whether it differs from what stands."""
        before = dict(cell.hours)
        for name in FIELDS:
            typed = request.form.get(f"{cell.type}.{cell.priority}.{name}")
            if typed is not None:
                cell.hours[name] = typed.strip()[:20]
        return cell.hours != before

    def _update(self, cell: Cell) -> None:
        values = {
            name: int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
            for name, text in cell.hours.items()
        }
        try:
            services.update_level(cell.type, cell.priority, values, by=acting(), at=now())
        except Invalid as refusal:
            cell.problem = str(refusal)
            raise

    def _page(self, rows: Any) -> Any:
        year = local_day(now()).year
        return self.render_template(
            "service/levels.html",
            title=_("Service levels"),
            rows=rows,
            priorities=[str(PRIORITIES[priority]) for priority in Priority],
            may_edit=acting().may("service_level.edit"),
            unknown_years=[each for each in (year, year + 1) if not self._known(each)],
        )

    def _known(self, year: int) -> bool:
        return calendar.load(db.session, date(year, 1, 1), date(year, 12, 31)).known_year(year)
