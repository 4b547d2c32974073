"""The accounts the sign-in page offers in demo mode."""

from dataclasses import dataclass

from flask import current_app

from app.core import rights
from app.core.i18n import _l
from app.theme import cells

# The accounts `demo` creates: account, a name for the round mark, role, what one sees with it.
DEMO_ACCOUNTS = (
    ("manager1", "林", "Account Manager", _l("Own customers and today's plans")),
    ("market", "韩", "Marketing Director", _l("Assigns opportunities and requests, sees all teams")),
    ("service1", "何", "Service Specialist", _l("Service requests from first call to archive")),
    ("sales", "陈", "Sales Director", _l("Reads all reports, changes nothing")),
    ("office", "许", "Office Administrator", _l("Catalogue, orders, shipping, dictionary")),
    ("admin", "方", "Admin", _l("Users, roles, dictionary, audit log")),
)


@dataclass(frozen=True)
class DemoAccount:
    """An account the sign-in page offers in demo mode."""

    username: str
    role: str
    about: str
    initial: str
    colour: str


def offered() -> list[DemoAccount]:
    """Return the accounts of ``DEMO_ACCOUNTS``, (username, name, role, what it is for), as the sign-in page shows them."""
    listed = current_app.config.get("DEMO_ACCOUNTS") or DEMO_ACCOUNTS
    return [
        DemoAccount(username, str(rights.role_label(role)), str(about), cells.initial(name), cells.avatar_colour(name))
        for username, name, role, about in listed
    ]
