"""The company's name and logo."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.accounts.services import company as services
from app.accounts.views.pages import SettingsPage
from app.core.company import LARGEST_LOGO, LONGEST_NAME, Company, profile
from app.core.database import db, unit_of_work
from app.core.errors import Invalid
from app.core.i18n import _, _l
from app.web.session import acting, now

YEAR = 365 * 24 * 60 * 60


class CompanyView(SettingsPage):
    """What stands at the head of the menu and on the sign-in page."""

    help_text = (_l("The name and logo of your company, shown to everybody who works here."),)

    kind = "settings"
    route_base = "/company"
    method_permission_name = {"index": "see", "save": "edit", "settle": "edit"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """The name and the logo."""
        return self._page(profile(db.session()).name, {})

    @expose("/", methods=["POST"])
    @has_access
    def save(self) -> Any:
        """Write both, or neither."""
        name, file = request.form.get("name", ""), request.files.get("logo")
        # One byte more than allowed tells that it is too large.
        logo = file.read(LARGEST_LOGO + 1) if file else b""
        try:
            with unit_of_work():
                services.save_company(
                    name, logo=logo, without_logo="without_logo" in request.form, by=acting(), at=now()
                )
        except Invalid as refusal:
            return self._page(name, {field: str(text) for field, text in refusal.fields.items()}), 422
        flash(_("The company was saved."), "success")
        return redirect(url_for(".index"))

    @expose("/settle", methods=["POST"])
    @has_access
    def settle(self) -> Any:
        """Close the first steps."""
        with unit_of_work():
            services.settle(by=acting(), at=now())
        return redirect("/")

    def _page(self, name: str, problems: dict[str, str]) -> Any:
        return self.render_template(
            "accounts/company.html",
            title=_("Company profile"),
            name=name,
            longest=LONGEST_NAME,
            largest=LARGEST_LOGO // 1024,
            problems=problems,
            locked=not acting().may("settings.edit"),
        )


class LogoView(BaseView):
    """The logo, for everybody: it stands on the sign-in page."""

    route_base = "/logo"
    default_view = "show"

    @expose("/<code>")
    def show(self, code: str) -> Any:
        """The picture with this hash; a browser may keep it, because another one has another address."""
        company = db.session.get(Company, 1)
        if company is None or company.logo is None or company.logo_hash != code:
            abort(404)
        answer = Response(company.logo, mimetype=company.logo_type)
        answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return answer
