"""The working calendar and how numbers read."""

from __future__ import annotations

import calendar as months
from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.accounts.services import settings
from app.accounts.views.looks import kind_label
from app.accounts.views.pages import SettingsPage, try_to
from app.core import calendar
from app.core.calendar import CalendarDay
from app.core.database import db, unit_of_work
from app.core.errors import Invalid
from app.core.i18n import _, _l, current_language, format_month, format_weekday, parse_day
from app.core.numbering import DEFAULT_PATTERNS, NumberPattern
from app.web.session import acting, now, today

FIRST_YEAR, LAST_YEAR = 2000, 2100


class CalendarView(SettingsPage):
    """Which days the company works, one year at a time."""

    help_text = (
        _l(
            "Deadlines and working days are counted by this calendar. Without entries for a year, Monday to Friday is assumed."
        ),
        _l("Click a day to make it a working day or a day off."),
        _l("A change moves the deadlines of service requests that are still open at once; the audit log says which."),
    )

    kind = "calendar"
    route_base = "/calendar"
    method_permission_name = {"index": "see", "show": "see", "save": "edit", "refill": "edit"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Open this year."""
        return redirect(url_for(".show", year=today().year))

    @expose("/<int:year>")
    @has_access
    def show(self, year: int) -> Any:
        """The year with its holidays and its working weekends."""
        self._check(year)
        statement = select(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        entries = list(db.session.scalars(statement.order_by(CalendarDay.day)))
        return self.render_template(
            "accounts/calendar.html",
            title=_("Working calendar"),
            year=year,
            years=range(max(FIRST_YEAR, year - 2), min(LAST_YEAR, year + 2) + 1),
            entries=[(entry, format_weekday(entry.day), self._note(entry)) for entry in entries],
            months=[self._month(year, month, {entry.day: entry for entry in entries}) for month in range(1, 13)],
            names=[format_month(date(year, month, 1), date(year, 1, 1)) for month in range(1, 13)],
            weekdays=[_weekday_letter(date(2024, 1, number)) for number in range(1, 8)],
            known=bool(entries),
            package_knows=year in calendar.package_years(),
            last_known=calendar.package_years()[-1],
            locked=not acting().may("calendar.edit"),
            today=today(),
        )

    @expose("/<int:year>", methods=["POST"])
    @has_access
    def save(self, year: int) -> Any:
        """Make one day a working day or a day off."""
        self._check(year)
        try:
            day = parse_day(request.form.get("day", ""))
        except ValueError:
            abort(400)
        working = request.form.get("working") == "1"
        note = request.form.get("note", "")
        self._check(day.year)
        said = _("%(day)s is a working day.", day=day) if working else _("%(day)s is a day off.", day=day)
        try_to(lambda: settings.set_calendar_day(day, working, note, by=acting(), at=now()), said)
        return redirect(url_for(".show", year=day.year))

    @expose("/<int:year>/refill", methods=["POST"])
    @has_access
    def refill(self, year: int) -> Any:
        """Take the public holidays of the year from the package."""
        self._check(year)
        done = _("The public holidays of %(year)s were filled in.", year=year)
        try_to(lambda: settings.refill_year(year, by=acting(), at=now()), done)
        return redirect(url_for(".show", year=year))

    def _check(self, year: int) -> None:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            abort(404)

    def _note(self, entry: CalendarDay) -> str:
        return str(calendar.HOLIDAYS.get(entry.note, entry.note))

    def _month(
        self, year: int, month: int, entries: dict[date, CalendarDay]
    ) -> list[list[tuple[date, bool, str] | None]]:
        """The weeks of a month, Monday first: (day, is it worked, its note), nothing for days of other months."""
        weeks = []
        for week in months.Calendar().monthdatescalendar(year, month):
            line: list[tuple[date, bool, str] | None] = []
            for day in week:
                entry = entries.get(day)
                working = entry.working if entry else day.weekday() < calendar.SATURDAY
                line.append((day, working, self._note(entry) if entry else "") if day.month == month else None)
            weeks.append(line)
        return weeks


def _weekday_letter(day: date) -> str:
    name = format_weekday(day)
    return name[-1] if current_language() == "zh" else name[0]


class SettingsView(SettingsPage):
    """How numbers of new records read."""

    help_text = (_l("How new records are numbered. Existing numbers stay as they are."),)

    kind = "settings"
    route_base = "/settings"
    method_permission_name = {"index": "see", "save": "edit"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The pattern of every kind of number, with an example."""
        return self._page({}, {})

    @expose("/", methods=["POST"])
    @has_access
    def save(self) -> Any:
        """Write the patterns, all or none."""
        entered = {kind: request.form.get(kind, "") for kind in DEFAULT_PATTERNS if kind in request.form}

        try:
            with unit_of_work():
                for kind, pattern in entered.items():
                    settings.set_number_pattern(kind, pattern, by=acting(), at=now())
        except Invalid as refusal:
            return self._page(entered, {name: str(text) for name, text in refusal.fields.items()}), 422
        flash(_("The numbers were saved."), "success")
        return redirect(url_for(".index"))

    def _page(self, entered: dict[str, str], problems: dict[str, str]) -> Any:
        stored = dict(db.session.execute(select(NumberPattern.kind, NumberPattern.pattern)).all())
        rows = []
        for kind, default in DEFAULT_PATTERNS.items():
            pattern = entered.get(kind) or stored.get(kind) or default
            rows.append((kind, kind_label(kind), pattern, default, _example(pattern), problems.get(kind, "")))
        locked = not acting().may("settings.edit")
        return self.render_template("accounts/settings.html", title=_("Settings"), rows=rows, locked=locked)


def _example(pattern: str) -> str:
    try:
        return pattern.format(year=f"{today():%Y}", month=f"{today():%m}", number=1)
    except (KeyError, ValueError, IndexError, AttributeError):
        return ""
