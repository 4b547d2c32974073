"""The base class of every page on one kind of record: list, page, forms, deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.urltools import get_filter_args, get_order_args, get_page_args, get_page_size_args
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Query
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Form

from app.core import search
from app.core.actors import current_actor
from app.core.database import unit_of_work
from app.core.errors import DomainError, Invalid, NotFound, OutOfDate
from app.core.i18n import _
from app.web.conflict import Difference, differences
from app.web.per_request import PerRequest
from app.web.search_form import Choices, search_form
from app.web.session import SentBefore, acting, claim_submission, now

CrudService = Callable[..., Any]


class CrmModelView(ModelView):
    """FAB's ModelView with our services behind it; a view class only declares.

    It has no properties: FAB reads every attribute of a view when it makes it, outside any request.

    ``kind`` is the first half of its rights. ``create(values, *, by, at)``, ``update(record, values, *, by, at)`` and
    ``remove(record, *, by, at)`` are the feature's services; without one the page does not exist. ``form`` serves
    adding and editing; ``add_only`` and ``edit_only`` name fields that one of them leaves out.
    """

    kind = ""
    form: type[Form] | None = None
    create: CrudService | None = None
    update: CrudService | None = None
    remove: CrudService | None = None
    restore: CrudService | None = None
    form_fieldsets: list[tuple[Any, dict[str, Any]]] = []
    add_only: tuple[str, ...] = ()
    edit_only: tuple[str, ...] = ()
    prefill: tuple[str, ...] = ()  # fields that an address may fill: ?customer_id=5
    preview_template = "appbuilder/general/model/preview.html"
    search_kind = ""
    quick_filters: tuple[Any, ...] = ()
    cell_classes: Mapping[str, str] = {}
    card_columns: tuple[str, ...] = ()
    search_box = ""
    search_choices: Mapping[str, Choices] = {}
    column_order: Mapping[str, str] = {}  # shown column: the column it is sorted by
    # Columns by which rows are shown in another record's tab, and how that record is looked up.
    related_keys: Mapping[str, Callable[[str], Any]] = {}

    _filters = PerRequest()
    base_order = ("id", "desc")
    page_size = 25
    search_columns: Any = None
    order_columns: Any = None
    search_form: Any = None
    add_form: Any = None
    edit_form: Any = None
    exclude_route_methods = {"download"}
    method_permission_name = {
        "list": "see",
        "show": "see",
        "preview": "see",
        "count": "see",
        "related": "see",
        "add": "add",
        "edit": "edit",
        "delete": "delete",
        "undelete": "delete",
        "export": "export",
    }

    def __init__(self, **kwargs: Any) -> None:
        cls = type(self)
        self.class_permission_name = self.kind
        self.exclude_route_methods = set(cls.exclude_route_methods) | {
            page
            for page, service in (
                ("add", cls.create),
                ("edit", cls.update),
                ("delete", cls.remove),
                ("undelete", cls.restore),
            )
            if service is None
        }
        if self.search_kind:
            self.search_box = "q"
        # FAB would generate fields from columns where no form is given, and load whole tables into them.
        self.search_columns = list(cls.search_columns or [self.datamodel.get_pk_name()])
        self.order_columns = list(cls.order_columns or [])
        if cls.form is not None:
            names = [name for _title, options in self.form_fieldsets for name in options["fields"]]
            # A field that one of the two leaves out must not be required there either.
            self.add_form = type(cls.form.__name__, (cls.form,), dict.fromkeys(self.edit_only))
            self.edit_form = type(cls.form.__name__, (cls.form,), dict.fromkeys(self.add_only))
            self.add_columns = [name for name in names if name not in self.edit_only]
            self.edit_columns = [name for name in names if name not in self.add_only]
            self.add_fieldsets = _without(self.form_fieldsets, self.edit_only)
            self.edit_fieldsets = _without(self.form_fieldsets, self.add_only)
        else:
            self.add_form = self.edit_form = Form
        if self.search_form is None:
            labels = self.label_columns or {}
            self.search_form = search_form(self.datamodel, self.search_columns, labels, self.search_choices)
        super().__init__(**kwargs)

    # --- where a page leads: FAB keeps a history in the cookie, which leads two tabs to each other's pages ---

    def update_redirect(self) -> None:
        """Keep no page history."""

    def get_redirect(self) -> str:
        return url_for(f"{self.endpoint}.list")

    def url_of(self, record: Any) -> str:
        """The record's own page."""
        return url_for(f"{self.endpoint}.show", pk=record.id)

    # --- list ---

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """Apply what the address asks for besides column filters: the search box, and a feature's own conditions."""
        text = request.args.get("q", "").strip()
        if text and self.search_kind:
            query = query.filter(self.datamodel.obj.id.in_(search.matching_ids(self.search_kind, text)))
        return query

    def rows(self, filters: Any, order: tuple[str, str], page: int, size: int) -> tuple[int, list[Any]]:
        """(number of rows up to the cap + 1, the rows of one page)."""
        data = self.datamodel
        query = self.narrow(data.session.query(data.obj))
        count = data.query_count(query, filters)
        column = self.column_order.get(order[0], order[0])
        found = data.apply_all(query, filters, column, order[1], page, size)
        return count, found.all()

    def _order(self) -> tuple[str, str]:
        column, direction = get_order_args().get(type(self).__name__, ("", ""))
        # FAB would join and sort by any dotted path.
        return (column, direction) if column in self.order_columns else self.base_order

    def _get_list_widget(self, filters: Any, widgets: Any = None, **_ignored: Any) -> dict[str, Any]:
        widgets = widgets or {}
        name = type(self).__name__
        page, size = get_page_args().get(name) or 0, get_page_size_args().get(name) or self.page_size
        order = self._order()
        count, found = self.rows(filters.get_joined_filters(self._base_filters), order, page, size)
        widgets["list"] = self.list_widget(
            label_columns=self.label_columns,
            include_columns=self.list_columns,
            value_columns=self.datamodel.get_values(found, self.list_columns),
            order_columns=self.order_columns,
            order=order,
            formatters_columns=self.formatters_columns,
            page=page,
            page_size=size,
            count=count,
            pks=self.datamodel.get_keys(found),
            items=found,
            actions=self.actions,
            filters=filters,
            modelview_name=name,
            view=self,
        )
        return widgets

    @expose("/count")
    @has_access
    def count(self) -> Any:
        """The exact number of rows of the filtered list, fetched after the page."""
        get_filter_args(self._filters)
        query = self.narrow(self.datamodel.session.query(self.datamodel.obj))
        query = self.datamodel.apply_filters(query, self._filters.get_joined_filters(self._base_filters))
        return {"count": query.order_by(None).count()}

    # --- one record ---

    def found(self, pk: Any) -> Any:
        """The visible record ``pk``; otherwise the page does not exist."""
        return self.datamodel.get(pk, self._base_filters) or abort(404)

    def _show(self, pk: Any) -> dict[str, Any]:
        record = self.found(pk)
        return {
            "show": self.show_widget(
                pk=record.id,
                item=record,
                view=self,
                label_columns=self.label_columns,
                include_columns=self.show_columns,
                value_columns=self.datamodel.get_values_item(record, self.show_columns),
                formatters_columns=self.formatters_columns,
                actions=self.actions,
                fieldsets=self.show_fieldsets,
                modelview_name=type(self).__name__,
            ),
            "related_views": [],
        }

    @expose("/preview/<pk>")
    @has_access
    def preview(self, pk: str) -> Any:
        """The record's facts for the panel beside the list."""
        return self.render_template(self.preview_template, widgets=self._show(pk), title=self.show_title, view=self)

    @expose("/related/<name>/<pk>")
    @has_access
    def related(self, name: str, pk: str) -> Any:
        """The rows of one other record, as the list inside its tab; ``name`` is one of ``related_keys``."""
        if name not in self.related_keys or self.related_keys[name](pk) is None:
            abort(404)
        filters = self._filters
        get_filter_args(filters)
        filters.add_filter_related_view(name, self.datamodel.FilterEqual, pk)
        return self._get_list_widget(filters=filters)["list"]()

    # --- forms ---

    def values(self, form: Any, columns: Iterable[str]) -> dict[str, Any]:
        """What the form holds of ``columns``, for the service."""
        return {name: form[name].data for name in columns if name in form}

    def _fill_from_address(self, form: Any) -> None:
        for name in self.prefill:
            value = request.args.get(name)
            if value and name in form:
                form[name].process(_One(name, value))
                row = getattr(form[name], "row", None)
                if row is not None and row(value) is None:
                    abort(404)

    def _add(self) -> dict[str, Any] | None:
        form = self.add_form.refresh()
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
        if refusal is not None:
            self.refused(form, refusal, widgets)
        return widgets

    def refused(self, form: Any, refusal: DomainError, widgets: dict[str, Any]) -> None:
        """Show more about a refusal than its sentence."""

    def _created(self, form: Any) -> str:
        at = now()
        with unit_of_work() as session:
            submission = claim_submission(session, request.form.get("_once"), at)
            record = type(self).create(self.values(form, self.add_columns), by=acting(), at=at)  # type: ignore[misc]  # the route exists only with the service
            session.flush()
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
        if request.method == "GET":
            form = self.edit_form.refresh(obj=record)
            self.prefill_form(form, record.id)
        else:
            form = self.edit_form.refresh()
            form._id = record.id
            if form.validate():
                try:
                    self._changed(form, record)
                except OutOfDate:
                    record = self.found(pk)
                    theirs = self.edit_form.refresh(obj=record)
                    theirs.process(obj=record)
                    conflict = differences(form, theirs, self.edit_columns)
                except DomainError as refusal:
                    show_refusal(form, refusal)
                else:
                    request.environ["changke.location"] = self.url_of(record)
                    return None
        widgets: dict[str, Any] = self._get_edit_widget(form=form)
        widgets["edit"].template_args.update(
            version=getattr(record, "version", None), conflict=conflict, record=record, view=self
        )
        return widgets

    def _changed(self, form: Any, record: Any) -> None:
        seen = request.form.get("version", "")
        try:
            with unit_of_work():
                if hasattr(record, "version") and seen != str(record.version):
                    raise OutOfDate
                type(self).update(record, self.values(form, self.edit_columns), by=acting(), at=now())  # type: ignore[misc]  # as above
        except StaleDataError:
            raise OutOfDate from None
        flash(_("%(name)s was saved.", name=str(record)), "success")

    def post_edit_redirect(self) -> Any:
        return redirect(request.environ.get("changke.location") or self.get_redirect())

    # --- deletion ---

    def _delete(self, pk: Any) -> None:
        record = self.found(pk)
        name = str(record)
        try:
            with unit_of_work():
                type(self).remove(record, by=acting(), at=now())  # type: ignore[misc]  # the route exists only with the service
        except DomainError as refusal:
            flash(str(refusal), "danger")
            request.environ["changke.location"] = self.url_of(self.found(pk))
            return
        except IntegrityError:
            flash(_("%(name)s is still used by other records and was not deleted.", name=name), "danger")
            request.environ["changke.location"] = self.url_of(self.found(pk))
            return
        message: Any = _("%(name)s was deleted.", name=name)
        if type(self).restore is not None:
            message = {"text": message, "undo": url_for(f"{self.endpoint}.undelete", pk=pk)}
        flash(message, "success")

    def post_delete_redirect(self) -> Any:
        return redirect(request.environ.get("changke.location") or self.get_redirect())

    @expose("/undelete/<pk>", methods=["POST"])
    @has_access
    def undelete(self, pk: str) -> Any:
        """Take the record out of the recycle bin."""
        if not pk.isdigit():
            abort(404)
        with unit_of_work():
            record = type(self).restore(int(pk), by=acting(), at=now())  # type: ignore[misc]  # the route exists only with the service
            location = self.url_of(record)
        flash(_("%(name)s is back.", name=str(record)), "success")
        return redirect(location)

    # --- FAB's actions: only rows the person may see, all or none ---

    @expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Any:
        return self._act(name, [pk], single=True)

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        return self._act(request.form.get("action", ""), request.form.getlist("rowid"), single=False)

    def _act(self, name: str, pks: list[str], *, single: bool) -> Any:
        action = self.actions.get(name)
        if action is None or not (action.single if single else action.multiple):
            abort(404)
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            abort(403)
        rows = [self.found(pk) for pk in pks]
        if not rows:
            abort(404)
        return action.func(rows[0] if single else rows)

    # --- what templates ask ---

    def may(self, verb: str) -> bool:
        """Say whether the person may do ``verb`` with this kind of record."""
        actor = current_actor()
        return actor is not None and actor.may(f"{self.kind}.{verb}")


class _One(dict[str, list[str]]):
    """A form of one field, as WTForms reads it."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__({name: [value]})

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _without(fieldsets: list[tuple[Any, dict[str, Any]]], names: tuple[str, ...]) -> list[tuple[Any, dict[str, Any]]]:
    return [
        (title, options | {"fields": [name for name in options["fields"] if name not in names]})
        for title, options in fieldsets
    ]


def show_refusal(form: Any, refusal: DomainError) -> None:
    """Put a refusal where the person sees it: at its fields, or above the form.

    :raises NotFound: as it is; what does not exist has no form.
    """
    if isinstance(refusal, NotFound):
        raise refusal
    placed = False
    if isinstance(refusal, Invalid):
        for name, sentence in refusal.fields.items():
            if name in form:
                form[name].errors = [*form[name].errors, str(sentence)]
                placed = True
    if not placed:
        form.form_errors = [*form.form_errors, str(refusal)]
