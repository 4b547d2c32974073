"""Teams: who belongs to which, and who leads it."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from app.accounts.forms import TeamForm
from app.accounts.models import Team, TeamLeader, User
from app.accounts.queries import team_tree
from app.accounts.services import teams
from app.accounts.views.pages import SettingsPage, try_to
from app.core.database import db
from app.core.i18n import _, _l
from app.web.session import acting, now


class TeamView(SettingsPage):
    """The tree of teams."""

    help_text = (_l("Teams form a tree. A leader sees the records of the team and of all teams under it."),)

    kind = "team"
    route_base = "/teams"
    method_permission_name = {"index": "see", "add": "add", "edit": "edit", "delete": "delete"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Every team below its parent, with its leader and its people."""
        nodes = team_tree(db.session())
        placed = {user.id for node in nodes for user in node.people}
        everybody = db.session.query(User).filter(User.active.is_(True)).order_by(User.name_key, User.id)
        alone = [user for user in everybody if user.id not in placed]
        return self.render_template("accounts/teams.html", nodes=nodes, alone=alone, title=_("Teams"))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """Add a team."""
        form = TeamForm.refresh()
        if request.method == "GET":
            parent = request.args.get("parent", "")
            form.parent_id.data = int(parent) if parent.isascii() and parent.isdigit() and len(parent) < 10 else None
            form.position.data = 0
        elif form.validate():
            values = {name: form[name].data for name in teams.FIELDS}
            done = _("The team %(team)s was added.", team=form.name.data)
            if try_to(lambda: teams.create_team(values, by=acting(), at=now()), done, form):
                return redirect(url_for(".index"))
        return self._form(form, _("New team"))

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """Rename or move a team, give it another leader."""
        team = self._team(pk)
        form = TeamForm.refresh() if request.method == "POST" else TeamForm.refresh(obj=team)
        if request.method == "GET":
            leader = db.session.get(TeamLeader, pk)
            form.leader_id.data = leader.user_id if leader else None
        elif form.validate():
            values = {name: form[name].data for name in teams.FIELDS}
            done = _("The team %(team)s was saved.", team=form.name.data)
            if try_to(lambda: teams.update_team(team, values, by=acting(), at=now()), done, form):
                return redirect(url_for(".index"))
        return self._form(form, _("Edit team"), team)

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Remove an empty team."""
        team = self._team(pk)
        done = _("The team %(team)s was deleted.", team=team.name)
        try_to(lambda: teams.delete_team(team, by=acting(), at=now()), done)
        return redirect(url_for(".index"))

    def _team(self, pk: int) -> Team:
        team: Team | None = db.session.get(Team, pk)
        return team if team is not None else abort(404)

    def _form(self, form: TeamForm, title: str, team: Team | None = None) -> Any:
        back = url_for(".index")
        return self.render_template("accounts/form.html", form=form, title=title, back_url=back, record=team)
