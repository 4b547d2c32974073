"""Change one cell of a list where it stands: a small form of one field, the feature's service, the same refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, jsonify, request
from flask_appbuilder import expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access
from markupsafe import escape
from sqlalchemy.orm.exc import StaleDataError

from app.core.actors import Actor
from app.core.database import unit_of_work
from app.core.errors import DomainError, Invalid, OutOfDate
from app.theme import cells
from app.web.session import acting, now
from app.web.views.record import RecordPages


class InlineCells(RecordPages):
    """What :class:`CrmModelView` does with a cell that is changed in the list; ``inline_columns`` says which may be."""

    form: Any
    update: Any
    may: Any
    inline_columns: tuple[str, ...] = ()

    def cell_field(self, column: str) -> Any:
        """The form's field behind a column."""
        return getattr(type(self).form, column)

    def may_change_cell(self, record: Any, column: str) -> bool:
        """Say whether the person is offered to change this cell; the service has the last word."""
        return bool(self.may("edit"))

    def save_cell(self, record: Any, column: str, value: Any, *, by: Actor, at: datetime) -> None:
        """Hand the new value to the feature's service."""
        type(self).update(record, {column: value}, by=by, at=at)

    @expose("/<pk>/cell/<column>", methods=["GET", "POST"])
    @has_access
    def cell(self, pk: str, column: str) -> Any:
        """Answer GET with the small form, and save on POST; the answer is the cell as it looks then."""
        if column not in self.inline_columns:
            abort(404)
        record = self.found(pk)
        if not self.may_change_cell(record, column):
            abort(403)
        form_class: Any = type("CellForm", (DynamicForm,), {column: self.cell_field(column)})
        if request.method == "GET":
            form = form_class.refresh(obj=record)
            if hasattr(form[column], "segments"):
                form[column].segments = False
            label = self.label_columns.get(column, column)
            return self.render_template(
                "appbuilder/general/model/cell.html", field=form[column], record=record, label=label, url=request.path
            )
        form = form_class.refresh()
        if not form.validate():
            raise Invalid(fields={column: form[column].errors[0]})
        try:
            self._save_cell(record, column, form[column].data)
        except DomainError as refusal:
            said = refusal.fields.get(column) if isinstance(refusal, Invalid) else None
            return jsonify(message=str(said or refusal)), refusal.status
        return jsonify(cell=self._cell(pk, column), version=getattr(record, "version", None))

    def _save_cell(self, record: Any, column: str, value: Any) -> None:
        seen = request.form.get("version", "")
        try:
            with unit_of_work():
                if hasattr(record, "version") and seen != str(record.version):
                    raise OutOfDate
                self.save_cell(record, column, value, by=acting(), at=now())
        except StaleDataError:
            raise OutOfDate from None

    def _cell(self, pk: str, column: str) -> str:
        """The cell of the record as it is now; nothing, if it left the person's sight."""
        record = self.datamodel.get(pk, self._base_filters)
        if record is None:
            return ""
        self.complete([record])
        value = self.datamodel._get_attr_value(record, column)
        formatter = self.formatters_columns.get(column)
        return str(escape(formatter(value) if formatter else cells.show_value(value)))
