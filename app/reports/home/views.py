"""The home page, and the sections that are loaded after it."""

from __future__ import annotations

from typing import Any

from flask import abort, g, render_template, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.core.actors import Actor
from app.core.database import db
from app.core.i18n import _, _l
from app.reports.home import account, administration, marketing, office, sales, service
from app.reports.home.asked import Asked
from app.reports.home.greeting import EXCEPTIONS, exceptions_of_month, fact, greeting, spoken_name
from app.reports.home.numbers import Question, answers, whole
from app.reports.home.sections import Section
from app.web.session import acting, now

SECTIONS: tuple[Section, ...] = (
    account.SECTION,
    marketing.SECTION,
    service.SECTION,
    office.SECTION,
    sales.SECTION,
    administration.SECTION,
)


def sections_of(actor: Actor) -> list[Section]:
    """The sections of a person's home page, in their order."""
    return [section for section in SECTIONS if section.is_for(actor)]


def home_page(actor: Actor) -> Any:
    """Show the work of the first section at once; further ones are loaded after the page, so that it stays quick."""
    asked, sections = Asked(actor, now()), sections_of(actor)
    first = sections[0] if sections else None
    questions: list[Question] = [exceptions_of_month(asked.day)]
    found = answers(db.session(), [*questions, *(first.questions(asked) if first else [])])
    return render_template(
        "reports/home.html",
        title=_("Home"),
        greeting=greeting(asked, spoken_name(g.user)),
        fact=fact(asked, found[EXCEPTIONS].text),
        first=first,
        others=sections[1:],
        actions=actions(asked, first),
        asked=asked,
        whole=whole,
        **(first.page(asked, found) if first else {}),
    )


ACTIONS: dict[str, tuple[tuple[str, Any, str, str], ...]] = {
    "account": (
        ("follow_up.add", _l("Follow-up"), "ti-pencil-plus", "FollowUpView.add"),
        ("plan.add", _l("Plan"), "ti-calendar-plus", "PlanView.add"),
    ),
    "marketing": (("opportunity.add", _l("Opportunity"), "ti-target-arrow", "OpportunityView.add"),),
    "service": (("service_request.add", _l("Service request"), "ti-headset", "ServiceRequestView.add"),),
    "office": (("order.add", _l("Order"), "ti-shopping-cart", "OrderView.add"),),
}
"""What is begun from the home page, by its first section: (right, label, icon, page)."""


def actions(asked: Asked, first: Section | None) -> list[tuple[Any, str, str, bool]]:
    """(label, icon, address, is it the main one) of the buttons in the head."""
    offered = [entry for entry in ACTIONS.get(first.name if first else "", ()) if asked.may(entry[0])]
    return [
        (label, icon, url_for(endpoint), place == 0) for place, (_right, label, icon, endpoint) in enumerate(offered)
    ]


class HomeSectionView(BaseView):
    """One section of the home page of somebody with several roles."""

    route_base = "/home"
    class_permission_name = "personal"
    default_view = "section"

    @expose("/<name>")
    @has_access
    def section(self, name: str) -> Any:
        """The section alone, for whoever has it on their home page."""
        asked = Asked(acting(), now())
        section = next((found for found in sections_of(asked.actor) if found.name == name), None)
        if section is None:
            abort(404)
        found = answers(db.session(), section.questions(asked))
        return self.render_template(
            "reports/home_section.html",
            title=section.label,
            section=section,
            asked=asked,
            whole=whole,
            **section.page(asked, found),
        )
