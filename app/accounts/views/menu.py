"""The pages of Administration and where they stand in the menu."""

from __future__ import annotations

from typing import Any

from app.accounts.views import jobs, notifications
from app.accounts.views.audit import AuditView, RecycleBinView
from app.accounts.views.company import CompanyView, LogoView
from app.accounts.views.dictionary import DictionaryView
from app.accounts.views.lists import ListsView
from app.accounts.views.profile import ProfileView
from app.accounts.views.rest import RestView
from app.accounts.views.roles import RoleView
from app.accounts.views.settings import CalendarView, SettingsView
from app.accounts.views.sign_in import SessionView
from app.accounts.views.teams import TeamView
from app.accounts.views.users import UserView
from app.core.i18n import _l

PAGES = (
    (UserView, "Users", _l("Users")),
    (RoleView, "Roles", _l("Roles and rights")),
    (TeamView, "Teams", _l("Teams")),
    (DictionaryView, "Dictionary", _l("Dictionary")),
    (CalendarView, "Working calendar", _l("Working calendar")),
    (AuditView, "Audit log", _l("Audit log")),
    (RecycleBinView, "Recycle bin", _l("Recycle bin")),
    (CompanyView, "Company", _l("Company profile")),
    (SettingsView, "Settings", _l("Settings")),
)


def register(appbuilder: Any) -> None:
    """Add the pages."""
    appbuilder.add_view_no_menu(ProfileView)
    appbuilder.add_view_no_menu(LogoView)
    appbuilder.add_view_no_menu(ListsView)
    appbuilder.add_view_no_menu(SessionView)
    notifications.register(appbuilder)
    appbuilder.add_view_no_menu(RestView)
    jobs.register(appbuilder)
    for view, name, label in PAGES:
        appbuilder.add_view(view, name, label=label, category="Administration")
