"""The data model behind a view: bounded counts and pages, declared eager loads, keys that are checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import abort
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Select, func, inspect, select
from sqlalchemy.orm import Query, joinedload

from app.core.visibility import scoped_relations
from app.web.filters import CrmFilterConverter
from app.web.keys import read_key

CAP = 10_000
"""Pages are offered up to this row."""

COUNTED = 1_000
"""Rows are counted to a multiple of this; beyond, a list shows "1,000+" and asks for the exact number after the page."""

LARGEST_PAGE = 200

DEEP = 1_000
"""From this row on a page is far down."""


def counted_to(place: int) -> int:
    """How many rows are counted while those from ``place``, counted from 0, are shown: the pages beside them, too."""
    beside = 3 * LARGEST_PAGE
    return min(CAP, -(-(place + beside) // COUNTED) * COUNTED)


class CrmFilters(Filters):
    """FAB's filters of one list; an operator that a column does not have is a wrong address, not a server error."""

    def add_filter_index(self, column_name: str, filter_instance_index: int, value: Any) -> None:
        if filter_instance_index >= len(self._all_filters.get(column_name, ())):
            abort(400)
        super().add_filter_index(column_name, filter_instance_index, value)


class CrmInterface(SQLAInterface):
    """FAB's interface on one model; ``eager`` names the relations a list shows, ``eager_one`` those a page adds."""

    filter_converter_class = CrmFilterConverter

    def __init__(
        self, obj: type[Any], session: Any = None, eager: tuple[str, ...] = (), eager_one: tuple[str, ...] = ()
    ) -> None:
        super().__init__(obj, session)
        self.eager, self.eager_one = eager, eager_one

    def get_filters(self, search_columns: Any = None, search_filters: Any = None) -> Filters:
        return CrmFilters(self.filter_converter_class, self, search_columns or [], search_filters or {})

    def with_eager(self, query: Query[Any], columns: Iterable[str] = ()) -> Query[Any]:
        """Load relations together with the rows, each still filtered by its own visibility rule.

        They are the declared ones and those among the shown ``columns``.
        """
        shown = {name for name in columns if name in inspect(self.obj).relationships}
        names = (*self.eager, *sorted(shown - set(self.eager)))
        names = tuple(name for name in names if not inspect(self.obj).relationships[name].uselist)
        if not names:
            return query
        query = query.options(*(joinedload(getattr(self.obj, name)) for name in names))
        tables = scoped_relations(self.obj, names)
        return query.execution_options(eager_tables=tuple(sorted(tables)))

    def query_count(
        self, query: Query[Any], filters: Filters | None = None, select_columns: list[str] | None = None
    ) -> int:
        """Count at most ``CAP + 1`` keys."""
        return int(self.session.scalar(self.capped_count(query, filters, CAP)) or 0)

    def capped_count(self, query: Query[Any], filters: Filters | None, most: int) -> Select[int]:
        """The statement that counts at most ``most + 1`` keys."""
        keys = self.apply_filters(query, filters).with_entities(self.get_pk()).order_by(None).limit(most + 1)
        return select(func.count()).select_from(keys.subquery())

    def keys_from(
        self, query: Query[Any], filters: Filters, order: tuple[str, str], first: int, number: int
    ) -> tuple[list[int], int]:
        """(The keys of ``number`` rows in their order from place ``first``, counted from 0; all rows up to the bound + 1).

        The bound is :func:`counted_to` that place.
        """
        every = self.capped_count(query, filters, counted_to(first)).scalar_subquery()
        rows = super().apply_all(query, filters, *order).with_entities(self.get_pk(), every)
        pairs = rows.offset(first).limit(number).all()
        return [key for key, _every in pairs], pairs[0][1] if pairs else 0

    def apply_pagination(self, query: Query[Any], page: int | None, page_size: int | None) -> Query[Any]:
        if not page_size:
            return query
        size = min(max(page_size, 1), LARGEST_PAGE)
        return query.limit(size).offset(min(max(page or 0, 0), CAP // size) * size)

    def apply_all(
        self,
        query: Query[Any],
        filters: Filters | None = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Query[Any]:
        order = (order_column, order_direction)
        if (page or 0) * (page_size or 0) >= DEEP:
            # Of the rows before a page far down only keys are read, not all columns and what is loaded with them.
            keys = super().apply_all(query, filters, *order, page, page_size).with_entities(self.get_pk())
            query, filters = self.session.query(self.obj).filter(self.get_pk().in_(keys)), None
            page = page_size = None
        return self.with_eager(super().apply_all(query, filters, *order, page, page_size, *args, **kwargs))

    def get(self, id: Any, filters: Filters | None = None, *args: Any, **kwargs: Any) -> Any:
        """Return the visible row ``id``, or None; what is no key is no row."""
        key = read_key(id)
        if key is None:
            return None
        if args or kwargs:
            return super().get(key, filters, *args, **kwargs)
        query = self.apply_filters(self.session.query(self.obj), filters).filter(self.get_pk() == key)
        return self.with_eager(query, self.eager_one).one_or_none()
