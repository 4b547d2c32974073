"""The people: list, page, forms, initial passwords, and what happens when somebody leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import or_
from sqlalchemy.orm import Query

from app.accounts.forms import (
    LANGUAGE_CHOICES,
    USER_FIELDSETS,
    LeavingForm,
    UserForm,
    role_choices,
    team_choices,
)
from app.accounts.models import User
from app.accounts.queries import holdings, rights_of, roles_by_user, roles_of
from app.accounts.services import leaving, sign_in, users
from app.accounts.views import looks
from app.accounts.views.pages import try_to
from app.core.actors import Actor
from app.core.database import db
from app.core.i18n import _, _l, listed
from app.core.rights import role_label
from app.theme import cells
from app.theme.widgets import Choice, Fact, MoveButton, QuickFilter, RecordHead, SavedView
from app.web.dialogs import lead_to
from app.web.interface import CrmInterface
from app.web.session import acting, now
from app.web.views import CrmModelView

PASSWORD = "changke.initial_password"  # noqa: S105 - a key of the request's environment


def _create(values: dict[str, Any], *, by: Actor, at: datetime) -> User:
    user, password = users.create_user_with_password(values, by=by, at=at)
    request.environ[PASSWORD] = (user, password)
    return user


def _choices(pairs: Any) -> list[Choice]:
    return [Choice(str(key), label) for key, label in pairs]


class UserView(CrmModelView):
    """Users."""

    help_text = (
        _l(
            "The people who work with the system. A role decides what somebody may do; a team decides who sees "
            "whose records."
        ),
        _l("Whoever leaves is deactivated, never deleted: what they recorded stays."),
    )

    kind = "user"
    route_base = "/users"
    datamodel = CrmInterface(User, eager=("team",))
    form = UserForm
    form_fieldsets = USER_FIELDSETS
    create = staticmethod(_create)
    update = staticmethod(users.update_user)
    method_permission_name = {
        **CrmModelView.method_permission_name,
        "reset_password": "reset_password",
        "deactivate": "deactivate",
        "reactivate": "deactivate",
        "hand_over": "deactivate",
    }

    list_title = _l("Users")
    add_title = _l("New user")
    edit_title = _l("Edit user")
    show_title = _l("User")
    icon = "ti-users"
    show_template = "accounts/user.html"
    search_box = "q"
    narrow_args = ("role",)
    base_order = ("username", "asc")
    list_columns = ["name", "username", "role_names", "team", "active", "last_login"]
    order_columns = ["name", "username", "last_login", "active"]
    column_order = {"name": "name_key"}
    show_columns = ["username", "email", "phone", "team", "last_login"]
    search_columns = ["active", "team_id", "language", "username", "last_login"]
    label_columns = {
        "name": _l("Full name"), "username": _l("User name"), "role_names": _l("Roles"), "team": _l("Team"),
        "team_id": _l("Team"), "active": _l("Status"), "last_login": _l("Last sign-in"), "language": _l("Language"),
        "email": _l("E-mail"), "phone": _l("Phone"), "first_name": _l("Given name"), "last_name": _l("Family name"),
    }  # fmt: skip
    formatters_columns = {
        "name": cells.person,
        "role_names": looks.roles,
        "active": looks.access,
        "last_login": cells.relative_day,
    }
    cell_classes = {"name": "nowrap", "role_names": "grow2"}
    card_columns = ("name", "role_names", "active")
    search_choices = {
        "team_id": lambda: [(str(pk), name) for pk, name in team_choices()],
        "language": lambda: LANGUAGE_CHOICES,
    }
    quick_filters = (
        QuickFilter("team_id", _l("Team"), choices=lambda: _choices(team_choices())),
        QuickFilter("language", _l("Language"), choices=lambda: _choices(LANGUAGE_CHOICES)),
    )

    def saved_views(self) -> list[SavedView]:
        """Tabs above the list."""
        base, asked = url_for(".list"), request.query_string.decode()
        tabs = [(_("All"), ""), (_("Can sign in"), "_flt_0_active=y"), (_("Left"), "_flt_0_active=n")]
        tabs += [(label, f"role={pk}") for pk, label in role_choices()]
        return [SavedView(label, f"{base}?{query}" if query else base, active=asked == query) for label, query in tabs]

    def narrow(self, query: Query[Any]) -> Query[Any]:
        text, role = request.args.get("q", "").strip()[:100], request.args.get("role", "")
        if text:
            names = (User.last_name + User.first_name, User.first_name, User.username, User.email, User.phone)
            query = query.filter(or_(*(name.icontains(text, autoescape=True) for name in names)))
        if role.isascii() and role.isdigit() and len(role) < 10:
            query = query.filter(User.roles.any(id=int(role)))
        elif role == "none":
            query = query.filter(~User.roles.any())
        return query

    def complete(self, found: list[Any]) -> None:
        roles = roles_by_user(db.session(), [user.id for user in found])
        for user in found:
            user.role_names = roles.get(user.id, ())

    # --- one person ---

    def record_head(self, user: User) -> RecordHead:
        """What stands above the page."""
        actor = acting()
        moves = []
        if actor.may("user.reset_password") and user.active:
            url = url_for(".reset_password", pk=user.id)
            ask = _("%(name)s is signed out everywhere and gets a new initial password.", name=user.name)
            moves.append(MoveButton("reset_password", _("Reset password"), url, icon="ti-key", confirm=ask))
        if actor.may("user.deactivate") and user.id != actor.user_id:
            if self.unfinished(user):
                url = url_for(".hand_over", pk=user.id)
                moves.append(
                    MoveButton(
                        "hand_over",
                        _("Hand over"),
                        url,
                        "" if user.active else "primary",
                        "ti-transfer",
                        needs_form=True,
                    )
                )
            if user.active:
                url = url_for(".deactivate", pk=user.id)
                moves.append(MoveButton("deactivate", _("Deactivate"), url, "danger", "ti-user-off", needs_form=True))
            else:
                url = url_for(".reactivate", pk=user.id)
                moves.append(MoveButton("reactivate", _("Let sign in again"), url, "primary", "ti-user-check"))
        return RecordHead(
            title=user.name,
            code=user.username,
            mark=cells.initial(user.name),
            badges=[looks.access(user.active), *looks.lock(self._locked_until(user))],
            tags=[str(role_label(name)) for name in sorted(rights_of(db.session(), user.id)[0])],
            moves=moves,
            back_url=url_for(".list"),
            back_label=_("Users"),
            edit_url=url_for(".edit", pk=user.id) if actor.may("user.edit") else "",
        )

    def _locked_until(self, user: User) -> datetime | None:
        if not user.active:
            return None
        settings = current_app.config
        limits = {"allowed": settings["LOGIN_ATTEMPTS"], "minutes": settings["LOGIN_LOCK_MINUTES"]}
        return sign_in.locked_until(db.session(), user, now(), **limits)

    def record_facts(self, user: User) -> list[Fact]:
        """What is known about a person."""
        language = dict(LANGUAGE_CHOICES).get(user.language or "", "")
        return [
            Fact(_("E-mail"), "" if user.has_no_mail else cells.email(user.email)),
            Fact(_("Phone"), cells.phone(user.phone)),
            Fact(_("Team"), user.team or ""),
            Fact(_("Language"), language or _("Same as the browser")),
            Fact(_("Last sign-in"), cells.relative_day(user.last_login)),
            Fact(_("Left on"), cells.day(user.left_on)) if user.left_on else Fact(_("Sign-ins"), user.login_count or 0),
        ]

    def preview_args(self, user: User) -> dict[str, Any]:
        roles = Fact(_("Roles"), looks.roles(sorted(rights_of(db.session(), user.id)[0])))
        owned = [Fact(label, number) for _kind, label, number in self.owned(user)]
        return {"facts": [(_("Person"), [roles, *self.record_facts(user)]), (_("Owns"), owned)]}

    def owned(self, user: User) -> list[tuple[str, str, str]]:
        """What somebody is responsible for, as far as the reader may see it."""
        return looks.kinds_of(holdings(db.session(), user.id))

    def unfinished(self, user: User) -> list[tuple[str, str, str]]:
        """What somebody still works on and somebody else has to take when they leave."""
        return looks.kinds_of((share.kind, count) for share, count in leaving.unfinished(db.session(), user.id))

    def prefill_form(self, form: Any, pk: Any) -> None:
        user = self.found(pk)
        form.role_ids.data = [role.id for role in roles_of(db.session(), user.id)]
        if user.has_no_mail:
            form.email.data = ""

    # --- initial passwords ---

    def post_add_redirect(self) -> Any:
        found = request.environ.get(PASSWORD)
        return self._initial_password(*found) if found else super().post_add_redirect()

    @expose("/reset_password/<pk>", methods=["POST"])
    @has_access
    def reset_password(self, pk: str) -> Any:
        """Give a new initial password and show it once."""
        user = self.found(pk)
        found: list[str] = []
        if not try_to(lambda: found.append(users.reset_password(user, by=acting(), at=now())), ""):
            return redirect(self.url_of(user))
        return self._initial_password(user, found[0])

    def _initial_password(self, user: User, password: str) -> Any:
        return self.render_template(
            "accounts/initial_password.html", user=user, password=password, title=_("Initial password"), view=self
        )

    # --- leaving ---

    @expose("/deactivate/<pk>", methods=["GET", "POST"])
    @has_access
    def deactivate(self, pk: str) -> Any:
        """Say what somebody still owns, and end their access."""
        user = self.found(pk)
        if request.method == "POST":
            done = _("%(name)s can no longer sign in.", name=user.name)
            try_to(lambda: users.deactivate(user, by=acting(), at=now()), done)
            return self._back_to(user)
        return self.render_template("accounts/deactivate.html", user=user, unfinished=self.unfinished(user))

    @expose("/hand_over/<pk>", methods=["GET", "POST"])
    @has_access
    def hand_over(self, pk: str) -> Any:
        """Show what somebody still works on, and give it to others."""
        user = self.found(pk)
        form = LeavingForm.refresh()
        shares = leaving.unfinished(db.session(), user.id)
        needed = {share.automatic for share, _count in shares}
        for automatic, name in ((False, "heir_id"), (True, "other_id")):
            if automatic not in needed:
                delattr(form, name)
            else:
                form[name].choices = [pair for pair in form[name].choices if str(pair[0]) != str(user.id)]
        given: list[dict[str, int]] = []
        if request.method == "POST" and form.validate():
            heirs = {False: form.data.get("heir_id"), True: form.data.get("other_id")}
            if try_to(lambda: given.append(leaving.hand_over(user, heirs, by=acting(), at=now())), "", form):
                what = listed(
                    _("%(count)s × %(kind)s", count=n, kind=k) for _k, k, n in looks.kinds_of(given[0].items())
                )
                flash(_("Handed over: %(what)s.", what=what), "success")
                return self._back_to(user)
        page = self.render_template(
            "accounts/hand_over.html", user=user, form=form, unfinished=looks.kinds_of((s.kind, n) for s, n in shares)
        )
        return page if request.method == "GET" else (page, 422)

    def _back_to(self, user: User) -> Any:
        return lead_to(url_for(".show", pk=user.id))

    @expose("/reactivate/<pk>", methods=["POST"])
    @has_access
    def reactivate(self, pk: str) -> Any:
        """Let somebody who came back sign in again."""
        user = self.found(pk)
        try_to(lambda: users.reactivate(user, by=acting(), at=now()), _("%(name)s can sign in again.", name=user.name))
        return redirect(url_for(".show", pk=pk))
