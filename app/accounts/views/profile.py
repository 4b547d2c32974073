"""One's own account: name, language, password."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.accounts.forms import PasswordForm, ProfileForm
from app.accounts.models import User
from app.accounts.queries import roles_of
from app.accounts.services import users
from app.accounts.views.pages import try_to
from app.accounts.views.sign_in import begin_session
from app.core.database import db
from app.core.i18n import _, _l, listed
from app.core.rights import role_label
from app.theme.widgets import Fact
from app.web.session import acting, now


class ProfileView(BaseView):
    """The pages of the person signed in about themselves."""

    help_text = (_l("Your own data, language and password. A new password signs you out everywhere else."),)

    route_base = "/profile"
    class_permission_name = "personal"
    default_view = "show"

    @expose("/", methods=["GET", "POST"])
    @has_access
    def show(self) -> Any:
        """Name, addresses and language."""
        me = _me()
        form = ProfileForm.refresh() if request.method == "POST" else ProfileForm.refresh(obj=me)
        if request.method == "GET" and me.has_no_mail:
            form.email.data = ""
        if request.method == "POST" and form.validate():
            values = {name: form[name].data for name in users.OWN_FIELDS}
            if try_to(lambda: users.update_own_profile(me, values, by=acting(), at=now()), None, form):
                session.pop("locale", None)
                return redirect(url_for(".show", saved=1))
        roles = [str(role_label(role.name)) for role in roles_of(db.session(), me.id)]
        facts = [
            Fact(_("User name"), me.username),
            Fact(_("Roles"), listed(roles)),
            Fact(_("Team"), me.team or _("No team")),
        ]
        return self.render_template("accounts/profile.html", form=form, facts=facts, title=_("My profile"))

    @expose("/password", methods=["GET", "POST"])
    @has_access
    def password(self) -> Any:
        """Choose a new password; whoever has an initial one sees no other page before."""
        me = _me()
        form = PasswordForm.refresh()
        if request.method == "POST" and form.validate():
            change = (form.current.data, form.password.data)
            done = _l("Your password was changed. Other sessions of yours have ended.")
            if try_to(lambda: users.change_own_password(me, *change, by=acting(), at=now()), done, form):
                begin_session(me)
                return redirect(self.appbuilder.get_url_for_index)
        title = _("Change my password")
        return self.render_template("accounts/password.html", form=form, forced=me.must_change_password, title=title)


def _me() -> User:
    me: User = g.user
    return me
