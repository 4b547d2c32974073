"""The dictionary: the lists people choose from, in both languages."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from app.accounts.services import settings
from app.accounts.views.pages import SettingsPage
from app.core import dictionary
from app.core.database import db
from app.core.dictionary import Term
from app.core.errors import Invalid
from app.core.i18n import _, _l
from app.web.session import SentBefore, acting, now, submitted

NEW_LINES = 1


class DictionaryView(SettingsPage):
    """One list at a time: labels, order, what can still be chosen."""

    help_text = (
        _l("The words people choose from: levels, industries, sources, reasons. Each has a name in both languages."),
        _l("An entry that is switched off is no longer offered but keeps its name on old records."),
    )

    kind = "dictionary"
    route_base = "/dictionary"
    method_permission_name = {"index": "see", "show": "see", "save": "edit"}

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Open the first list."""
        return redirect(url_for(".show", name=dictionary.lists()[0].name))

    @expose("/<name>")
    @has_access
    def show(self, name: str) -> Any:
        """The entries of one list."""
        self._known(name)
        terms = db.session.scalars(select(Term).where(Term.list == name).order_by(Term.position, Term.id))
        rows = [
            {"id": t.id, "code": t.code, "label_zh": t.label_zh, "label_en": t.label_en, "active": t.active}
            for t in terms
        ]
        return self._page(name, rows, {})

    @expose("/<name>", methods=["POST"])
    @has_access
    def save(self, name: str) -> Any:
        """Write the list as it stands in the form."""
        self._known(name)
        rows = self._entered()
        if rows is None:
            abort(400)
        try:
            with submitted():
                settings.save_terms(name, rows, by=acting(), at=now())
        except SentBefore:
            return redirect(url_for(".show", name=name))
        except Invalid as refusal:
            return self._page(name, rows, refusal.fields), 422
        flash(_("The list was saved."), "success")
        return redirect(url_for(".show", name=name))

    def _known(self, name: str) -> None:
        if name not in {term_list.name for term_list in dictionary.lists()}:
            abort(404)

    def _entered(self) -> list[dict[str, Any]] | None:
        columns = {column: request.form.getlist(column) for column in ("id", "code", "label_zh", "label_en", "key")}
        if len({len(values) for values in columns.values()}) != 1:
            return None
        active = set(request.form.getlist("active"))
        rows = []
        for pk, code, zh, en, key in zip(*columns.values(), strict=True):
            if pk and not (pk.isascii() and pk.isdigit() and len(pk) < 10):
                return None
            if not pk and not (code.strip() or zh.strip() or en.strip()):
                continue
            rows.append({"id": pk, "code": code, "label_zh": zh, "label_en": en, "active": key in active})
        return rows

    def _page(self, name: str, rows: list[dict[str, Any]], problems: dict[str, Any]) -> Any:
        counts = dict(db.session.execute(select(Term.list, func.count()).group_by(Term.list)).all())
        lists = [(entry.name, entry.label, counts.get(entry.name, 0)) for entry in dictionary.lists()]
        label = next(entry.label for entry in dictionary.lists() if entry.name == name)
        new = [{"id": "", "code": "", "label_zh": "", "label_en": "", "active": True}] * NEW_LINES
        return self.render_template(
            "accounts/dictionary.html",
            title=_("Dictionary"),
            name=name,
            label=label,
            lists=lists,
            rows=[*rows, *(new if acting().may("dictionary.add") else [])],
            problems={key: str(text) for key, text in problems.items()},
            locked=not acting().may("dictionary.edit"),
        )
