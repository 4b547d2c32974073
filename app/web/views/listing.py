"""The list of a kind of record, its count, and the list inside another record's tab."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.urltools import get_filter_args, get_order_args, get_page_args, get_page_size_args
from sqlalchemy import select
from sqlalchemy.orm import Query

from app.core import search
from app.web.interface import counted_to
from app.web.session import acting
from app.web.views.keeping import KeepsLists


class ListPages(KeepsLists):
    """What :class:`CrmModelView` does with many records."""

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """Apply what the address asks for besides column filters: the search box, and a feature's own conditions."""
        text = request.args.get("q", "").strip()
        if text and self.search_kind:
            key = self.datamodel.obj.id
            within = None if acting().sees_most(self.search_kind) else select(key)
            query = query.filter(search.narrowed(self.datamodel.session(), self.search_kind, key, text, within))
        return query

    def listable(self, query: Query[Any]) -> Query[Any]:
        """Keep the rows that belong in this list whatever is asked for; a feature's own list of some of its records."""
        return query

    def wanted(self) -> Query[Any]:
        """The rows the address asks for by anything but column filters."""
        return self.listable(self.narrow(self.datamodel.session.query(self.datamodel.obj)))

    def complete(self, found: list[Any]) -> None:
        """Give the rows what they show besides their own columns, all of them at once."""

    def rows(self, filters: Any, order: tuple[str, str], page: int, size: int) -> tuple[int, list[Any]]:
        """(number of rows up to one more than are counted, the rows of one page)."""
        query, most = self.wanted(), counted_to(page * size)
        rows = self.in_order(query, filters, order, page, size)
        # Rows and their number in one statement; only a page behind the last row does not say how many there are.
        pairs = rows.add_columns(self.datamodel.capped_count(query, filters, most).scalar_subquery()).all()
        if not pairs:
            return (self.datamodel.query_count(query, filters) if page else 0), []
        found = [row for row, _count in pairs]
        self.complete(found)
        return pairs[0][1], found

    def in_order(self, query: Query[Any], filters: Any, order: tuple[str, str], *page: int) -> Query[Any]:
        """The filtered rows in the order of a shown column, all of them or one page (its number and size)."""
        column = self.column_order.get(order[0], order[0])
        return self.datamodel.with_eager(
            self.datamodel.apply_all(query, filters, column, order[1], *page), self.shown_columns()
        )

    def _order(self) -> tuple[str, str]:
        column, direction = get_order_args().get(type(self).__name__, ("", ""))
        # FAB would join and sort by any dotted path.
        return (column, direction) if column in self.order_columns else self.base_order

    def _get_list_widget(self, filters: Any, widgets: Any = None, **_ignored: Any) -> dict[str, Any]:
        widgets = widgets or {}
        name = type(self).__name__
        page, size = get_page_args().get(name) or 0, get_page_size_args().get(name) or self._page_size()
        columns, order = self.shown_columns(), self._order()
        count, found = self.rows(filters.get_joined_filters(self._base_filters), order, page, size)
        widgets["list"] = self.list_widget(
            label_columns=self.label_columns,
            include_columns=columns,
            value_columns=self.datamodel.get_values(found, columns),
            order_columns=self.order_columns,
            order=order,
            formatters_columns=self.formatters_columns,
            page=page,
            page_size=size,
            count=count,
            counted_to=counted_to(page * size),
            pks=self.datamodel.get_keys(found),
            items=found,
            actions=self.actions,
            filters=filters,
            modelview_name=name,
            view=self,
        )
        return widgets

    def _page_size(self) -> int:
        chosen = None if self.in_tab() else self.kept().page_size
        return chosen or int(self.page_size)

    @expose("/count")
    @has_access
    def count(self) -> Any:
        """The exact number of rows of the filtered list, fetched after the page."""
        query = self.datamodel.apply_filters(self.wanted(), self.asked_filters())
        return {"count": query.order_by(None).count()}

    def asked_filters(self) -> Any:
        """The column filters of the address."""
        get_filter_args(self._filters)
        return self._filters.get_joined_filters(self._base_filters)
