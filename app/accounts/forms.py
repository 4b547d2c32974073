"""Forms about people, teams and one's own account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from wtforms import PasswordField
from wtforms.validators import DataRequired, ValidationError

from app.accounts.models import User
from app.accounts.queries import teams_in_order
from app.core.actors import current_actor
from app.core.database import db
from app.core.i18n import _, _l
from app.core.lists import LONGEST_TITLE
from app.core.rights import ROLES, role_label
from app.theme.fields import (
    ChoiceField,
    EmailField,
    ManyChoicesField,
    PhoneField,
    TextField,
    WholeNumberField,
    YesNoField,
)

LANGUAGE_CHOICES = (("zh", "中文"), ("en", "English"))
INDENT = "\u3000"


def _once(name: str, ask: Callable[[], list[tuple[int, str]]]) -> list[tuple[int, str]]:
    """What ``ask`` answers, asked once in a request however many filters and fields show it."""
    actor = current_actor()
    if actor is None:
        return ask()
    found = actor.cache.get(name)
    if not isinstance(found, list):
        found = actor.cache[name] = ask()
    return found


def role_choices() -> list[tuple[int, str]]:
    """The roles, the product's six first, as people read them."""
    return _once("role_choices", _roles)


def _roles() -> list[tuple[int, str]]:
    order = {name: position for position, name in enumerate(ROLES)}
    roles = sorted(db.session.scalars(select(Role)), key=lambda role: (order.get(role.name, len(order)), role.name))
    return [(role.id, str(role_label(role.name))) for role in roles]


def team_choices() -> list[tuple[int, str]]:
    """The teams as a tree."""
    return _once("team_choices", _teams)


def _teams() -> list[tuple[int, str]]:
    return [(team.id, INDENT * depth + team.name) for team, depth in teams_in_order(db.session())]


def people_choices() -> list[tuple[int, str]]:
    """The people who can sign in."""
    statement = select(User).where(User.active.is_(True)).order_by(User.name_key, User.id)
    return [(user.id, user.name) for user in db.session.scalars(statement)]


class UserForm(DynamicForm):
    """Somebody who signs in; their roles are chosen here, their password is not."""

    last_name = TextField(_l("Family name"), longest=64)
    first_name = TextField(_l("Given name"), longest=64, required=True)
    username = TextField(
        _l("User name"),
        longest=64,
        required=True,
        description=_l("For signing in: letters, digits, dots and hyphens."),
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    email = EmailField(_l("E-mail"), description=_l("Notifications are sent here. Optional."))
    phone = PhoneField(_l("Phone"))
    team_id = ChoiceField(_l("Team"), choices=team_choices, coerce=int, blank=_l("No team"))
    role_ids = ManyChoicesField(_l("Roles"), choices=role_choices, coerce=int, required=True)
    language = ChoiceField(_l("Language"), choices=LANGUAGE_CHOICES, blank=_l("Same as the browser"))


USER_FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (_l("Person"), {"fields": ["last_name", "first_name", "email", "phone"]}),
    (_l("Work"), {"fields": ["username", "team_id", "role_ids", "language"]}),
]


class LeavingForm(DynamicForm):
    """Who goes on with the work of somebody who leaves."""

    heir_id = ChoiceField(_l("New owner"), choices=people_choices, coerce=int)
    other_id = ChoiceField(
        _l("Who processes the service requests"),
        choices=people_choices,
        coerce=int,
        blank=_l("Automatically: least open work"),
    )


class ProfileForm(DynamicForm):
    """What one may change about oneself."""

    last_name = TextField(_l("Family name"), longest=64)
    first_name = TextField(_l("Given name"), longest=64, required=True)
    email = EmailField(_l("E-mail"), description=_l("Notifications are sent here. Optional."))
    phone = PhoneField(_l("Phone"))
    language = ChoiceField(_l("Language"), choices=LANGUAGE_CHOICES, blank=_l("Same as the browser"))


class PasswordForm(DynamicForm):
    """A new password for oneself."""

    current = PasswordField(
        _l("Current password"),
        [DataRequired(_l("This field is required."))],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        _l("New password"),
        [DataRequired(_l("This field is required."))],
        description=_l("At least 10 characters; a short sentence is easy to remember and hard to guess."),
        render_kw={"autocomplete": "new-password"},
    )
    repeated = PasswordField(
        _l("New password again"),
        [DataRequired(_l("This field is required."))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_repeated(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords differ."))


class TeamForm(DynamicForm):
    """A team."""

    name = TextField(_l("Name"), longest=80, required=True)
    parent_id = ChoiceField(_l("Part of"), choices=team_choices, coerce=int, blank=_l("No team above"))
    leader_id = ChoiceField(
        _l("Leader"),
        choices=people_choices,
        coerce=int,
        blank=_l("Nobody"),
        description=_l("Sees what the people of this team and of the teams under it own."),
    )
    position = WholeNumberField(
        _l("Sort order"), least=0, most=9_999, description=_l("Teams are sorted by this number.")
    )


def sharing_choices() -> list[tuple[str, Any]]:
    """With whom the person signed in may share a view."""
    actor = current_actor()
    if actor is None:
        return []
    me = db.session.get(User, actor.user_id)
    choices = [("me", _("Only me"))]
    if me is not None and me.team is not None:
        choices.append(("team", _("My team: %(name)s", name=me.team.name)))
    if actor.may("settings.edit"):
        choices.append(("all", _("Everybody")))
        choices += [(f"role:{pk}", _("Role: %(name)s", name=label)) for pk, label in role_choices()]
    return choices


class ListViewForm(DynamicForm):
    """The name of a view of a list, and who sees it."""

    title = TextField(_l("Name of the view"), longest=LONGEST_TITLE, required=True)
    shared = ChoiceField(_l("Who sees it"), choices=sharing_choices)
    role_default = YesNoField(_l("The role's list opens with this view"))
