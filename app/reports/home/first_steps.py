"""What an administrator of a new installation does first: five steps, each gone once the company has what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from app.accounts.models import Team, User
from app.core import company
from app.core.database import db
from app.core.i18n import _
from app.customers.models import Customer
from app.opportunities.models import Opportunity
from app.reports.home.asked import Asked
from app.reports.home.numbers import Numbers, Question, any_of, counted


@dataclass(frozen=True)
class Step:
    """One step; ``is_next`` is the first that is not done."""

    title: str
    text: str
    action: str
    url: str
    is_done: bool
    is_next: bool = False


def _wanted(asked: Asked) -> bool:
    # The demo company has settled in long ago.
    is_demo = current_app.config["CHANGKE_DEMO"]
    return asked.may("settings.edit") and not is_demo and not company.profile(db.session()).is_settled


def questions(asked: Asked) -> list[Question]:
    """What tells whether a step is done."""
    if not _wanted(asked):
        return []
    return [
        any_of("any_team", Team.id),
        counted("people", User.id, User.active.is_(True)),
        any_of("any_customer", Customer.id),
        any_of("any_opportunity", Opportunity.id),
    ]


def steps(asked: Asked, found: Numbers) -> list[Step]:
    """The five steps, nothing once all are done or the administrator has closed them."""
    if not _wanted(asked):
        return []
    own = company.profile(db.session())
    told: list[tuple[bool, dict[str, Any]]] = [
        (
            bool(own.name),
            {
                "title": _("Enter the company's name and logo"),
                "text": _("Shown at the top of the menu and on the sign-in page."),
                "action": _("Name and logo"),
                "url": url_for("CompanyView.index"),
            },
        ),
        (
            found["any_team"].count > 0,
            {
                "title": _("Set up the teams"),
                "text": _("A leader sees what the team and the teams under it see."),
                "action": _("Teams"),
                "url": url_for("TeamView.index"),
            },
        ),
        (
            found["people"].count > 1,
            {
                "title": _("Add the people who will work here"),
                "text": _("Each gets an initial password, and chooses their own at the first sign-in."),
                "action": _("New user"),
                "url": url_for("UserView.add"),
            },
        ),
        (
            found["any_customer"].count > 0,
            {
                "title": _("Bring in the customers"),
                "text": _("Enter the first one by hand, or ask whoever runs the server to import your file."),
                "action": _("New customer"),
                "url": url_for("CustomerView.add"),
            },
        ),
        (
            found["any_opportunity"].count > 0,
            {
                "title": _("Enter the first opportunity"),
                "text": _("From here on the board shows what is being sold, and who does what next."),
                "action": _("New opportunity"),
                "url": url_for("OpportunityView.add"),
            },
        ),
    ]
    following = next((place for place, (is_done, _words) in enumerate(told) if not is_done), None)
    if following is None:
        return []
    return [Step(is_done=is_done, is_next=place == following, **words) for place, (is_done, words) in enumerate(told)]
