"""What entries of the audit log say, in the reader's words: kinds, actions, fields and values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Enum

from app.accounts.models import NO_MAIL, User
from app.core.audit import AuditEntry
from app.core.calendar import HOLIDAYS
from app.core.database import db
from app.core.i18n import _, _l, format_moment
from app.core.rights import VERBS, kinds, role_label
from app.core.visibility import find, scope_of

ACTIONS = {
    "create": _l("Added"),
    "update": _l("Changed"),
    "delete": _l("Deleted"),
    "restore": _l("Restored"),
    "sign_in": _l("Signed in"),
    "sign_out": _l("Signed out"),
    "sign_in_failed": _l("Sign-in failed"),
    "roles": _l("Roles changed"),
    "rights": _l("Rights changed"),
    "refill": _l("Filled in"),
    "export": _l("Exported"),
    "import": _l("Imported"),
    "look": _l("Private field shown"),
    "merge": _l("Merged"),
    "hand_over": _l("Handed over"),
}

KINDS = {
    "term": _l("Dictionary entry"),
    "calendar": _l("Working calendar"),
    "settings": _l("Settings"),
}

FIELDS = {
    "address": _l("From address"),
    "reason": _l("Reason"),
    "roles": _l("Roles"),
    "rights": _l("Rights"),
    "name": _l("Name"),
    "parent_id": _l("Part of"),
    "user_id": _l("Leader"),
    "team_id": _l("Team"),
    "position": _l("Sort order"),
    "label_zh": _l("Chinese"),
    "label_en": _l("English"),
    "active": _l("In use"),
    "list": _l("List"),
    "code": _l("Code"),
    "status": _l("Status"),
    "owner_id": _l("Responsible"),
    "password": _l("Password"),
    "must_change_password": _l("Must choose a new password"),
    "left_on": _l("Left on"),
    "sign_outs": _l("Sessions ended"),
    "pattern": _l("Number pattern"),
    "day": _l("Day"),
    "days": _l("Days"),
    "filters": _l("Filters"),
    "rows": _l("Rows"),
    "selected_rows": _l("Rows selected"),
    "columns": _l("Columns"),
    "query": _l("Address"),
    "format": _l("Format"),
}

REASONS = {
    "password": _l("wrong password"),
    "unknown": _l("unknown user name"),
    "locked out": _l("locked out for a while"),
    "deactivated": _l("account deactivated"),
}


class Words:
    """The words of one page of entries; names it looks up are remembered."""

    def __init__(self) -> None:
        views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
        self._views = {view.kind: view for view in views if getattr(view, "kind", "") and hasattr(view, "datamodel")}
        self._names: dict[tuple[str, Any], str] = {}

    def kind(self, name: str) -> str:
        """What records of this kind are called."""
        label = next((kind.label for kind in kinds() if kind.name == name), None)
        view = self._views.get(name)
        return str(label or KINDS.get(name) or getattr(view, "list_title", None) or name)

    def action(self, entry: AuditEntry) -> str:
        """What was done."""
        name = entry.action.removeprefix("move:")
        if name in ACTIONS:
            return str(ACTIONS[name])
        workflow = getattr(self._views.get(entry.kind), "workflow", None)
        moves = {move.name: move.label for move in workflow.moves} if workflow is not None else {}
        granted = next((dict(kind.moves) for kind in kinds() if kind.name == entry.kind), {})
        return str(moves.get(name) or granted.get(name) or VERBS.get(name) or name)

    def changes(self, entry: AuditEntry) -> list[tuple[str, str, str]]:
        """(field, before, after) of everything an entry says."""
        return [self._change(entry, name, pair) for name, pair in entry.changes.items()]

    def _change(self, entry: AuditEntry, name: str, pair: Any) -> tuple[str, str, str]:
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if entry.kind == "role" and entry.action == "rights":
            kind = next((kind for kind in kinds() if kind.name == name), None)
            words: Mapping[str, Any] = {**VERBS, **(dict(kind.moves) if kind else {})}
            sides = [_(", ").join(str(words.get(verb, verb)) for verb in side or ()) for side in (before, after)]
            return self.kind(name), sides[0], sides[1]
        return (
            self._label(entry.kind, name),
            self._value(entry.kind, name, before),
            self._value(entry.kind, name, after),
        )

    def _label(self, kind: str, name: str) -> str:
        view = self._views.get(kind)
        field = getattr(getattr(view, "form", None), name, None)
        arguments = getattr(field, "args", None) or (None,)
        label = (getattr(view, "label_columns", None) or {}).get(name)
        # FAB fills in made-up English, as plain text, for columns without a label of their own.
        declared = None if isinstance(label, str) else label
        return str(declared or arguments[0] or FIELDS.get(name) or label or name)

    def _value(self, kind: str, name: str, value: Any) -> str:
        if value is None or value == "" or (name == "email" and str(value).endswith(f"@{NO_MAIL}")):
            return ""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, list):
            return _(", ").join(str(role_label(one)) if name == "roles" else str(one) for one in value)
        if name == "reason" and kind == "user":
            return str(REASONS.get(value, value))
        if kind == "calendar" and isinstance(value, str):
            word, _space, note = value.partition(" ")
            said = {"working": _("working day"), "off": _("day off")}.get(word, word)
            return f"{said} {HOLIDAYS.get(note, note)}".strip()
        return self._chosen(kind, name, value)

    def _chosen(self, kind: str, name: str, value: Any) -> str:
        view = self._views.get(kind)
        if view is not None:
            pairs = getattr(view, "search_choices", {}).get(name)
            if pairs is not None and name not in ("owner_id", "team_id"):
                return str({str(key): label for key, label in pairs()}.get(str(value), value))
            column = view.datamodel.obj.__table__.columns.get(name)
            if column is not None:
                for key in column.foreign_keys:
                    return self._name(key.column.table.name, value)
                if name == "status" and isinstance(column.type, Enum) and column.type.enum_class is not None:
                    workflow = getattr(view, "workflow", None)
                    return str(workflow.labels.get(column.type.enum_class(value), value) if workflow else value)
        elif name in ("user_id", "owner_id"):
            return self._name("ab_user", value)
        elif name in ("team_id", "parent_id"):
            return self._name("team", value)
        return _moment(value)

    def _name(self, table: str, pk: Any) -> str:
        if (table, pk) not in self._names:
            self._names[table, pk] = self._look_up(table, pk)
        return self._names[table, pk]

    def _look_up(self, table: str, pk: Any) -> str:
        if not isinstance(pk, int):
            return str(pk)
        if table == "ab_user":
            user = db.session.get(User, pk)
            return user.name if user else str(pk)
        scope = scope_of(table)
        if scope is not None:
            return str(find(db.session(), scope.model, pk) or pk)
        mappers = Model.registry.mappers
        model = next((mapper.class_ for mapper in mappers if mapper.local_table.name == table), None)
        return str((db.session.get(model, pk) if model is not None else None) or pk)


def _moment(value: Any) -> str:
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return format_moment(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
