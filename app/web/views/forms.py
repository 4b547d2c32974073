"""Forms: what was typed goes to the services, and comes back with their refusals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import ModelView
from sqlalchemy.orm.exc import StaleDataError

from app.core.custom_fields import definitions
from app.core.database import db
from app.core.errors import DomainError, OutOfDate
from app.core.i18n import _
from app.theme.pages.addresses import is_ours
from app.web.conflict import Difference, fingerprints, merged
from app.web.custom_forms import custom_names, custom_values, fill, with_custom_fields
from app.web.lookup import keep_within
from app.web.session import SentBefore, acting, now, submitted
from app.web.views.refusals import show_refusal

FORM = re.compile(r"/(add|edit/[^/]*)$")
"""A page whose form somebody has just left."""


class FormPages(ModelView):
    """What :class:`CrmModelView` does with forms."""

    def values(self, form: Any, columns: Iterable[str]) -> dict[str, Any]:
        """What the form holds of ``columns``, for the service."""
        found = {name: form[name].data for name in columns if name in form}
        if self.custom_kind and definitions(db.session(), self.custom_kind):
            found["custom"] = custom_values(form, self.custom_kind)
        return found

    def _form(self, form_class: Any) -> Any:
        return with_custom_fields(form_class, self.custom_kind) if self.custom_kind else form_class

    def _show_custom_fields(self, widget: Any) -> None:
        names = custom_names(self.custom_kind) if self.custom_kind else []
        if names:
            shown = widget.template_args
            shown["include_cols"] = [*shown["include_cols"], *names]
            shown["fieldsets"] = [*(shown["fieldsets"] or []), (_("Custom fields"), {"fields": names})]

    def _fill_from_address(self, form: Any) -> None:
        for name in self.prefill:
            value = request.args.get(name)
            if value and name in form:
                form[name].process(_One(name, value))
                row = getattr(form[name], "row", None)
                if row is not None and row(value) is None:
                    abort(404)

    def _add(self) -> dict[str, Any] | None:
        form = self._form(self.add_form).refresh()
        refusal: DomainError | None = None
        if request.method == "GET":
            self.prefill_add(form)
            self._fill_from_address(form)
        elif form.validate():
            try:
                request.environ["changke.location"] = self._created(form)
            except SentBefore as sent:
                request.environ["changke.location"] = sent.location
                return None
            except DomainError as problem:
                refusal = problem
                show_refusal(form, refusal)
            else:
                return None
        widgets: dict[str, Any] = self._get_add_widget(form=form)
        self._show_custom_fields(widgets["add"])
        if refusal is not None:
            self.refused(form, refusal, widgets)
        return widgets

    def refused(self, form: Any, refusal: DomainError, widgets: dict[str, Any]) -> None:
        """Show more about a refusal than its sentence."""

    def _created(self, form: Any) -> str:
        with submitted() as submission:
            record = type(self).create(self.values(form, self.add_columns), by=acting(), at=now())
            db.session.flush()
            location = self.url_of(record)
            if submission is not None:
                submission.location = location
        flash(_("%(name)s was saved.", name=str(record)), "success")
        return location

    def prefill_add(self, form: Any) -> None:
        """Give an empty form its defaults."""

    def post_add_redirect(self) -> Any:
        if "_again" in request.form:
            again: dict[str, Any] = {name: value for name, value in request.args.items() if name in self.prefill}
            return redirect(url_for(f"{self.endpoint}.add", **again))
        return redirect(request.environ.get("changke.location") or self.get_redirect())

    def _edit(self, pk: Any) -> dict[str, Any] | None:
        record = self.found(pk)
        conflict: list[Difference] = []
        seen = request.form.get("_seen", "")
        if request.method == "GET":
            form = self._form(self.edit_form).refresh(obj=record)
            self._show_stored(form, record)
            seen = fingerprints(form, self._columns())
        else:
            form = self._form(self.edit_form).refresh()
            form._id = record.id
            if form.validate():
                try:
                    self._changed(form, record)
                except SentBefore:
                    request.environ["changke.location"] = self.url_of(record)
                    return None
                except OutOfDate:
                    record = self.found(pk)
                    # Without what was sent, which fields would show instead of the record's own.
                    theirs = self._form(self.edit_form)(formdata=None, obj=record)
                    self._show_stored(theirs, record)
                    seen = fingerprints(theirs, self._columns())
                    conflict = merged(form, theirs, self._columns(), request.form.get("_seen", ""))
                except DomainError as refusal:
                    show_refusal(form, refusal)
                else:
                    request.environ["changke.location"] = self.url_of(record)
                    return None
        keep_within(form, record)
        widgets: dict[str, Any] = self._get_edit_widget(form=form)
        self._show_custom_fields(widgets["edit"])
        widgets["edit"].template_args.update(
            version=getattr(record, "version", None), conflict=conflict, seen=seen, record=record, view=self
        )
        return widgets

    def _columns(self) -> list[str]:
        return [*self.edit_columns, *(custom_names(self.custom_kind) if self.custom_kind else ())]

    def _show_stored(self, form: Any, record: Any) -> None:
        """Complete an edit form by what is no column of the record."""
        if self.custom_kind:
            fill(form, self.custom_kind, record.custom)
        self.prefill_form(form, record.id)

    def _changed(self, form: Any, record: Any) -> None:
        seen = request.form.get("version", "")
        try:
            with submitted():
                if hasattr(record, "version") and seen != str(record.version):
                    raise OutOfDate
                type(self).update(record, self.values(form, self.edit_columns), by=acting(), at=now())
        except StaleDataError:
            raise OutOfDate from None
        flash(_("%(name)s was saved.", name=str(record)), "success")

    def post_edit_redirect(self) -> Any:
        """Lead to where the form was opened: the record at its place in a list, a list with its filters, the calendar."""
        back = request.form.get("_back", "")
        if is_ours(back) and not FORM.search(urlsplit(back).path):
            return redirect(back)
        return redirect(request.environ.get("changke.location") or self.get_redirect())


class _One(dict[str, list[str]]):
    """A form of one field, as WTForms reads it."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__({name: [value]})

    def getlist(self, name: str) -> list[str]:
        return self[name]
