"""What each role may do, as a matrix: kinds of record down, rights and moves across."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.accounts.queries import ADMIN, holder_counts, holders_of_role, rights_of_role
from app.accounts.services import roles
from app.accounts.views.looks import kind_label
from app.accounts.views.pages import SettingsPage, try_to
from app.core.audit import AuditEntry
from app.core.database import db
from app.core.errors import DomainError
from app.core.i18n import _, _l, listed, ngettext
from app.core.rights import ROLES, SCOPES, VERBS, Kind, grants, kinds, role_label
from app.web.session import SentBefore, acting, now, submitted

COLUMNS = ("add", "edit", "delete", "export", "see_private")
"""The verbs with a column of their own; all others stand among the moves."""

COLUMN_LABELS = {**VERBS, "see_private": _l("See private")}

SCOPE_LABELS = {"": _l("None"), "see_own": _l("Own"), "see_team": _l("Team"), "see_all": _l("All")}
HISTORY = 200


@dataclass(frozen=True)
class Row:
    """One kind of record for one role."""

    kind: Kind
    scopes: list[tuple[str, Any]]
    scope: str
    columns: list[tuple[str, Any, bool | None]]
    moves: list[tuple[str, Any, bool]]


@dataclass(frozen=True)
class Difference:
    """What one role may do otherwise than in a new installation."""

    text: str
    by: str
    at: datetime | None


def verb_label(kind: Kind, verb: str) -> str:
    """What a right is called."""
    return str(dict(kind.moves).get(verb) or VERBS.get(verb, verb))


def row_of(kind: Kind, rights: frozenset[str]) -> Row:
    """The line of ``kind`` in the matrix of a role that holds ``rights``."""

    def held(verb: str) -> bool:
        return f"{kind.name}.{verb}" in rights

    scopes = [scope for scope in SCOPES if scope in kind.verbs]
    others = [verb for verb in kind.verbs if verb not in (*COLUMNS, *SCOPES)]
    return Row(
        kind=kind,
        scopes=[(scope, SCOPE_LABELS[scope]) for scope in ("", *scopes)] if scopes else [],
        scope=next((scope for scope in reversed(scopes) if held(scope)), ""),
        columns=[(verb, VERBS[verb], held(verb) if verb in kind.verbs else None) for verb in COLUMNS],
        moves=[
            (verb, verb_label(kind, verb), held(verb)) for verb in (*others, *(name for name, _label in kind.moves))
        ],
    )


def grouped(rights: frozenset[str]) -> list[tuple[str, list[Row]]]:
    """The matrix by group, in the order of the features."""
    order = list(dict.fromkeys(str(kind.group or _("Other")) for kind in kinds()))
    found = sorted(kinds(), key=lambda kind: order.index(str(kind.group or _("Other"))))
    return [
        (group, [row_of(kind, rights) for kind in members])
        for group, members in groupby(found, key=lambda kind: str(kind.group or _("Other")))
    ]


def in_words(kind: Kind, verbs: Iterable[str]) -> str:
    """Some rights of one kind as one phrase."""
    return listed(verb_label(kind, verb) for verb in verbs)


def scope_of(kind: Kind, rights: frozenset[str]) -> str:
    """The widest scope of ``kind`` among ``rights``, in words."""
    return str(SCOPE_LABELS[next((s for s in reversed(SCOPES) if f"{kind.name}.{s}" in rights), "")])


def differences(role: Role, rights: frozenset[str]) -> list[Difference]:
    """How the role differs from a new installation, and who made it so."""
    factory = roles.widest_scopes(grants(role.name))
    rights = roles.widest_scopes(rights)
    statement = (
        select(AuditEntry)
        .where(AuditEntry.kind == "role", AuditEntry.action == "rights", AuditEntry.record_id == role.id)
        .order_by(AuditEntry.id.desc())
        .limit(HISTORY)
    )
    last: dict[str, AuditEntry] = {}
    for entry in db.session.scalars(statement):
        for name in entry.changes:
            last.setdefault(name, entry)
    found = []
    for kind in kinds():
        mine = {right.partition(".")[2] for right in rights if right.startswith(f"{kind.name}.")}
        original = {right.partition(".")[2] for right in factory if right.startswith(f"{kind.name}.")}
        if mine == original:
            continue
        parts = []
        if mine & set(SCOPES) != original & set(SCOPES):
            parts.append(_("sees %(before)s → %(after)s", before=scope_of(kind, factory), after=scope_of(kind, rights)))
        if more := [verb for verb in sorted(mine - original) if verb not in SCOPES]:
            parts.append(_("may also: %(verbs)s", verbs=in_words(kind, more)))
        if less := [verb for verb in sorted(original - mine) if verb not in SCOPES]:
            parts.append(_("may not: %(verbs)s", verbs=in_words(kind, less)))
        entry = last.get(kind.name)
        text = _("%(kind)s: %(changes)s", kind=kind.label, changes=_("; ").join(parts))
        found.append(Difference(text, entry.actor_name if entry else "", entry.at if entry else None))
    return found


class RoleView(SettingsPage):
    """Roles and permissions."""

    help_text = (
        _l(
            "Each row is a kind of record, each column something that can be done with it. A tick takes effect at the next click of whoever has the role."
        ),
        _l("“See own” means records one is responsible for, “see team's” those of the teams one leads."),
    )

    kind = "role"
    route_base = "/roles"
    method_permission_name = {
        "index": "see",
        "show": "see",
        "compare": "see",
        "save": "edit",
        "add": "add",
        "rename": "edit",
        "delete": "delete",
    }

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Open the first role that is not the administrator's."""
        return redirect(url_for(".show", pk=self._roles()[1].id))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """The matrix of one role."""
        return self._page(self._role(pk))

    @expose("/<int:pk>", methods=["POST"])
    @has_access
    def save(self, pk: int) -> Any:
        """Give the role exactly what is ticked."""
        role = self._role(pk)
        wanted = set(request.form.getlist("right"))
        wanted |= {
            f"{kind.name}.{scope}"
            for kind in kinds()
            if (scope := request.form.get(f"scope:{kind.name}", "")) in SCOPES
        }
        changed: list[frozenset[str]] = []
        if try_to(lambda: changed.append(roles.set_rights(role, wanted, by=acting(), at=now())), None):
            if changed[0]:
                people = holder_counts(db.session()).get(pk, 0)
                flash(
                    ngettext("Saved. It applies to %(num)d person.", "Saved. It applies to %(num)d people.", people),
                    "success",
                )
            else:
                flash(_("Nothing was changed."), "info")
        return redirect(url_for(".show", pk=pk))

    @expose("/compare")
    @has_access
    def compare(self) -> Any:
        """All roles side by side."""
        found = self._roles()
        rights = {role.id: rights_of_role(db.session(), role.id) for role in found}
        lines = []
        for group, rows in grouped(frozenset()):
            entries = []
            for row in rows:
                cells = []
                for role in found:
                    held = rights[role.id]
                    verbs = [verb for verb in (r.partition(".")[2] for r in row.kind.rights()) if verb not in SCOPES]
                    cells.append(
                        (
                            scope_of(row.kind, held) if row.scopes else "",
                            in_words(row.kind, [verb for verb in verbs if f"{row.kind.name}.{verb}" in held]),
                        )
                    )
                entries.append((row.kind.label, cells))
            lines.append((group, entries))
        names = [role_label(role.name) for role in found]
        return self.render_template("accounts/compare.html", names=names, lines=lines, title=_("Compare roles"))

    @expose("/add", methods=["POST"])
    @has_access
    def add(self) -> Any:
        """Add a role, like another one or empty."""
        like = request.form.get("like", "")
        source = self._role(int(like)) if like.isascii() and like.isdigit() and len(like) < 10 else None
        name = request.form.get("name", "")
        try:
            with submitted() as sending:
                role = roles.create_role(name, by=acting(), at=now(), like=source)
                location = url_for(".show", pk=role.id)
                if sending is not None:
                    sending.location = location
        except SentBefore as first:
            return redirect(first.location)
        except DomainError as refusal:
            flash(str(refusal), "danger")
            return redirect(url_for(".show", pk=source.id) if source else url_for(".index"))
        flash(_("The role %(role)s was added.", role=name.strip()), "success")
        return redirect(location)

    @expose("/<int:pk>/rename", methods=["POST"])
    @has_access
    def rename(self, pk: int) -> Any:
        """Give a role another name."""
        role = self._role(pk)
        name = request.form.get("name", "")
        try_to(lambda: roles.rename_role(role, name, by=acting(), at=now()), _("The role was renamed."))
        return redirect(url_for(".show", pk=pk))

    @expose("/<int:pk>/delete", methods=["POST"])
    @has_access
    def delete(self, pk: int) -> Any:
        """Remove a role that nobody holds."""
        role = self._role(pk)
        done = _("The role %(role)s was deleted.", role=role_label(role.name))
        if try_to(lambda: roles.delete_role(role, by=acting(), at=now()), done):
            return redirect(url_for(".index"))
        return redirect(url_for(".show", pk=pk))

    def _role(self, pk: int) -> Role:
        role: Role | None = db.session.get(Role, pk) if pk < 2**31 else None
        return role if role is not None else abort(404)

    def _roles(self) -> list[Role]:
        order = {name: position for position, name in enumerate(ROLES)}
        return sorted(db.session.scalars(select(Role)), key=lambda role: (order.get(role.name, len(order)), role.name))

    def _page(self, role: Role) -> Any:
        actor = acting()
        rights = rights_of_role(db.session(), role.id)
        is_admin = role.name == ADMIN
        if is_admin:
            rights = grants(ADMIN)
        counts = holder_counts(db.session())
        holders = holders_of_role(db.session(), role.id)
        own = role.name not in ROLES
        return self.render_template(
            "accounts/roles.html",
            title=_("Roles and rights"),
            role=role,
            name=role_label(role.name),
            tabs=[(r, role_label(r.name), counts.get(r.id, 0), r.name not in ROLES) for r in self._roles()],
            groups=grouped(rights),
            columns=[(verb, COLUMN_LABELS[verb]) for verb in COLUMNS],
            locked=is_admin or not actor.may("role.edit"),
            is_admin=is_admin,
            holders=holders,
            differences=[] if own or is_admin else differences(role, rights),
            is_own=own,
            kind_label=kind_label,
        )
