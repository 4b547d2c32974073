"""What entries of the audit log say, in the reader's words: kinds, actions, fields and values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Enum, select

from app.accounts.models import NO_MAIL, User
from app.accounts.views.audit_tables import ACTIONS, ACTORS, FIELDS, KINDS, REASONS, REPORTS, TERMS, VALUES
from app.core import custom_fields, dictionary, jobs
from app.core.audit import AuditEntry
from app.core.calendar import HOLIDAYS
from app.core.database import Money, db
from app.core.i18n import _, current_language, format_moment, format_money, listed
from app.core.pinyin import CHINESE
from app.core.rights import VERBS, kinds, role_label
from app.core.workflow import workflow_of
from app.web.views import CrmModelView

SPOKEN = {"label_zh": "zh", "label_en": "en", **dict.fromkeys(("code", "key", "username", "pattern", "query"), "zxx")}
"""The language of fields that have their own; ``zxx`` is none at all."""
NAMES = ("name", "title", "number", "what", "summary")
"""The columns by which records are called."""
OF_TWO_LANGUAGES = ("term", "opportunity_stage", "custom_field")
"""Kinds whose records have a name in each language; the log keeps the one that was read."""


class Words:
    """The words of one page of entries; the names of the records they refer to are read at once."""

    def __init__(self) -> None:
        views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # FAB puts itself on the app
        shown = [view for view in views if isinstance(view, CrmModelView) and view.kind]
        # A kind may have several lists, an archive or a pool; the one with the form knows the most words.
        shown.sort(key=lambda view: view.form is not None)
        self._views: dict[str, Any] = {view.kind: view for view in shown}
        self._kinds = {kind.name: kind for kind in kinds()}
        self._names: dict[tuple[str, Any], str] = {}

    def read(self, entries: Iterable[AuditEntry], apart_from: Collection[str] = ()) -> None:
        """Read the names of everything the entries refer to, one statement for each table."""
        wanted: dict[str, set[int]] = {}
        for entry in entries:
            for name, pair in entry.changes.items():
                table = self._refers_to(entry.kind, name)
                if table is not None and name not in apart_from:
                    keys = pair if isinstance(pair, list) else [pair]
                    wanted.setdefault(table, set()).update(key for key in keys if isinstance(key, int))
        for table, ids in wanted.items():
            for pk, name in self._look_up(table, ids):
                self._names[table, pk] = name

    @staticmethod
    def _look_up(table: str, keys: set[int]) -> Iterable[tuple[int, str]]:
        if table == "ab_user":
            return [(user.id, user.name) for user in db.session.scalars(select(User).where(User.id.in_(keys)))]
        model: Any = next((m.class_ for m in Model.registry.mappers if m.local_table.name == table), None)
        column = next((getattr(model, name) for name in NAMES if hasattr(model, name)), None)
        if column is None:
            return []
        return [(pk, str(name)) for pk, name in db.session.execute(select(model.id, column).where(model.id.in_(keys)))]

    def kinds(self) -> list[tuple[str, str]]:
        """Every kind that entries can be about, by its word."""
        audited = (getattr(mapper.class_, "__audited__", None) for mapper in Model.registry.mappers)
        names = {name for name in audited if name} | {"role", "report", "calendar", "settings"}
        return sorted(((name, self.kind(name)) for name in names), key=lambda pair: pair[1])

    def kind(self, name: str) -> str:
        """What records of this kind are called."""
        declared = self._kinds.get(name)
        view = self._views.get(name)
        return str((declared and declared.label) or KINDS.get(name) or getattr(view, "list_title", None) or name)

    def actor(self, entry: AuditEntry) -> str:
        """Which part of the system acted, in words; empty if that says nothing to people."""
        known = ACTORS.get(entry.actor_name)
        label = str(known) if known else jobs.label_of(entry.actor_name)
        return "" if label == entry.actor_name else label

    @staticmethod
    def language(entry: AuditEntry) -> str:
        """The language of a title that was written in the one of whoever acted."""
        return ("zh" if CHINESE.search(entry.title) else "en") if entry.kind in OF_TWO_LANGUAGES else ""

    def title(self, entry: AuditEntry) -> str:
        """What the record was called."""
        if entry.kind == "service_level":
            type_, _slash, priority = entry.title.partition("/")
            return " ".join((self.value(entry.kind, "type", type_), self.value(entry.kind, "priority", priority)))
        if entry.kind in ("report", "settings"):
            return str(REPORTS.get(entry.title) or self.kind(entry.title))
        # Whole lists are taken away, under the name of the list in the language of whoever took it.
        return self.kind(entry.kind) if entry.action == "export" and entry.record_id is None else entry.title

    def action(self, entry: AuditEntry) -> str:
        """What was done."""
        name = entry.action.removeprefix("move:")
        if name in ACTIONS:
            return str(ACTIONS[name])
        workflow = workflow_of(entry.kind)
        moves = {move.name: move.label for move in workflow.moves} if workflow is not None else {}
        kind = self._kinds.get(entry.kind)
        granted = dict(kind.moves) if kind else {}
        return str(moves.get(name) or granted.get(name) or VERBS.get(name) or name)

    def changes(self, entry: AuditEntry, names: Iterable[str] | None = None) -> list[tuple[str, str, str]]:
        """(field, before, after) of everything an entry says, or of the fields ``names``."""
        told = entry.changes if names is None else names
        return [self._change(entry, name, entry.changes[name]) for name in told]

    def spoken_changes(self, entry: AuditEntry) -> list[tuple[str, str, str, str]]:
        """Return :meth:`changes` with the language of each pair of values, where it is not the page's."""
        languages = (SPOKEN.get(name, "") for name in entry.changes)
        return [(*change, language) for change, language in zip(self.changes(entry), languages, strict=True)]

    def _change(self, entry: AuditEntry, name: str, pair: Any) -> tuple[str, str, str]:
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if entry.kind == "role" and entry.action == "rights":
            kind = self._kinds.get(name)
            words: Mapping[str, Any] = {**VERBS, **(dict(kind.moves) if kind else {})}
            sides = [listed(str(words.get(verb, verb)) for verb in side or ()) for side in (before, after)]
            return self.kind(name), sides[0], sides[1]
        if entry.kind == "user" and entry.action == "hand_over" and name != "owner_id":
            return self.kind(name), str(before), str(after)
        return (
            self.label(entry.kind, name),
            self.value(entry.kind, name, before),
            self.value(entry.kind, name, after),
        )

    def label(self, kind: str, name: str) -> str:
        """What a field is called."""
        view = self._views.get(kind)
        field = getattr(getattr(view, "form", None), name, None)
        arguments = getattr(field, "args", None) or (None,)
        label = (getattr(view, "label_columns", None) or {}).get(name)
        # FAB fills in made-up English, as plain text, for columns without a label of their own.
        declared = None if isinstance(label, str) else label
        return str(declared or arguments[0] or FIELDS.get(name) or name)

    def value(self, kind: str, name: str, value: Any) -> str:
        """A value before or after a change."""
        if value is None or value in ("", [], {}) or (name == "email" and str(value).endswith(f"@{NO_MAIL}")):
            return ""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if name == "filters" and isinstance(value, dict):
            value = value.get(current_language(), [])
        if isinstance(value, dict):
            return self._parts(kind, value)
        if isinstance(value, list):
            return listed(self._listed(kind, name, one) for one in value)
        if kind == "list_view" and name == "list":
            views = current_app.appbuilder.baseviews  # type: ignore[attr-defined]  # as above
            return next((str(view.list_title) for view in views if view.endpoint == value), str(value))
        if kind == "term" and name == "list":
            return next((str(known.label) for known in dictionary.lists() if known.name == value), str(value))
        if name == "reason" and kind == "user":
            return str(REASONS.get(value, value))
        if kind == "calendar" and isinstance(value, str):
            word, _space, note = value.partition(" ")
            said = {"working": _("working day"), "off": _("day off")}.get(word, word)
            return f"{said} {HOLIDAYS.get(note, note)}".strip()
        return self._chosen(kind, name, value)

    def _parts(self, kind: str, value: dict[str, Any]) -> str:
        """The added fields of a record, or the filters of an export."""
        added = {field.key: field for field in custom_fields.definitions(db.session(), kind)}
        shown = [
            (added[key].label if key in added else key, self._added(added.get(key), part))
            for key, part in value.items()
        ]
        return _(", ").join(_("%(label)s: %(value)s", label=label, value=part) for label, part in shown)

    @staticmethod
    def _added(field: custom_fields.Definition | None, value: Any) -> str:
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return dict(field.options()).get(value, str(value)) if field is not None else str(value)

    def _listed(self, kind: str, name: str, value: Any) -> str:
        if name == "roles":
            return str(role_label(value))
        if name == "filters":
            return str(value)
        if name == "columns":
            return self.label(kind, value)
        if kind == "opportunity_stage" and name == "required":
            return self.label("opportunity", value)
        return " ".join(map(str, value)) if isinstance(value, list) else self.value(kind, name, value)

    def _chosen(self, kind: str, name: str, value: Any) -> str:
        if kind == "report":
            return self._chosen("customer", name, value)
        if (kind, name) in VALUES:
            return str(VALUES[kind, name].get(str(value), value))
        if (kind, name) in TERMS:
            return str(dictionary.label(db.session, TERMS[kind, name], value))
        table = self._refers_to(kind, name)
        if table is not None:
            return self._names.get((table, value), str(value))
        view = self._views.get(kind)
        pairs = self._offered(view, name)
        if pairs is not None:
            return str({str(key): label for key, label in pairs}.get(str(value), value))
        column = view.datamodel.obj.__table__.columns.get(name) if view is not None else None
        if column is not None and name == "status" and isinstance(column.type, Enum) and column.type.enum_class:
            workflow = workflow_of(kind)
            return str(workflow.labels.get(column.type.enum_class(value), value) if workflow else value)
        if column is not None and column.type is Money:
            return _amount(value)
        return _moment(value)

    @staticmethod
    def _offered(view: Any, name: str) -> list[tuple[Any, Any]] | None:
        """The values a search or a form offers for a field."""
        choices = (getattr(view, "search_choices", None) or {}).get(name)
        if choices is None:
            field = getattr(getattr(view, "form", None), name, None)
            choices = (getattr(field, "kwargs", None) or {}).get("choices")
        found = choices() if callable(choices) else choices
        return [(pair[0], pair[1]) for pair in found] if found is not None else None

    def _refers_to(self, kind: str, name: str) -> str | None:
        """The table whose row a field names."""
        if name in ("user_id", "owner_id", "responsible_id", "leader_id"):
            return "ab_user"
        if name in ("team_id", "parent_id"):
            return "team"
        view = self._views.get(kind)
        column = view.datamodel.obj.__table__.columns.get(name) if view is not None else None
        keys = column.foreign_keys if column is not None else ()
        return next((key.column.table.name for key in keys if key.column.name == "id"), None)


def _amount(value: Any) -> str:
    try:
        return format_money(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


def _moment(value: Any) -> str:
    if isinstance(value, str) and len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T":
        try:
            return format_moment(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
