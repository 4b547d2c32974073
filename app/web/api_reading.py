"""How REST resources are read: one record, or a list that is filtered and sorted by what the resource offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_appbuilder import ModelRestApi, expose
from flask_appbuilder.api import rison, safe
from flask_appbuilder.api.schemas import get_item_schema
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import permission_name, protect

from app.core.i18n import _
from app.web.api_answers import Answers
from app.web.api_body import Unusable
from app.web.filters import TypedFilter
from app.web.keys import read_key
from app.web.per_request import PerRequest

MOST_FILTERS = 20


class Reading(Answers, ModelRestApi):
    """What :class:`~app.web.api.CrmApi` answers to a GET; ``masks`` maps private columns to how they are shown."""

    masks: Mapping[str, Callable[[str], str]] = {}
    base_order = ("id", "desc")
    _filters = PerRequest()

    # FAB's own takes whole numbers only, so that any other key was a wrong method of the address for PUT and DELETE.
    @expose("/<pk>", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    @rison(get_item_schema)
    def get(self, pk: str, **kwargs: Any) -> Any:
        """Read one record.
        ---
        get:
          description: Read one record
          parameters:
          - in: path
            schema:
              type: integer
            name: pk
          - in: query
            name: q
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/get_item_schema'
          responses:
            200:
              description: The record
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id:
                        type: integer
                      result:
                        $ref: '#/components/schemas/{{self.__class__.__name__}}.get'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """
        key = read_key(pk)
        return self.response_404() if key is None else self.get_headless(key, **kwargs)

    def pre_get(self, data: dict[str, Any]) -> None:
        self._mask(data["result"])
        # Whoever names the columns they want gets no others.
        if "id" in data["result"]:
            self._complete(data["result"])

    def pre_get_list(self, data: dict[str, Any]) -> None:
        for row in data["result"]:
            self._mask(row)

    def set_response_key_mappings(self, *_args: Any, **_kwargs: Any) -> None:
        """Answer with rows only: FAB adds labels made from column names, in English and with every answer."""

    def _complete(self, row: dict[str, Any]) -> None:
        """Add to one record what stands in other tables."""

    def _mask(self, row: dict[str, Any]) -> None:
        for name, mask in self.masks.items():
            if row.get(name):
                row[name] = mask(row[name])

    def _handle_filters_args(self, rison_args: dict[str, Any]) -> Filters:
        """Choose our operators: FAB takes them from a map of the whole process, whichever class came last."""
        self._filters.clear_filters()
        asked = rison_args.get("filters", [])
        if len(asked) > MOST_FILTERS:
            raise Unusable(_("At most %(count)d filters at once.", count=MOST_FILTERS))
        known = self._filters.get_search_filters()
        for wanted in asked:
            column, operator, value = (wanted.get(name) for name in ("col", "opr", "value"))
            found = next((flt for flt in known.get(column, ()) if flt.arg_name == operator), None)
            if found is None:
                raise Unusable(_("%(column)s cannot be filtered by “%(operator)s”.", column=column, operator=operator))
            if isinstance(found, TypedFilter) and (problem := found.problem(value)):
                raise Unusable(_("%(column)s: %(problem)s", column=column, problem=problem))
            self._filters._add_filter(found, value)
        return self._filters.get_joined_filters(self._base_filters)

    def _handle_order_args(self, rison_args: dict[str, Any]) -> tuple[str, str]:
        column = rison_args.get("order_column", "")
        if not column:
            return tuple(self.base_order)  # type: ignore[return-value]  # a pair
        if column not in self.order_columns:
            raise Unusable(_("The list cannot be sorted by %(column)s.", column=column))
        return column, "asc" if rison_args.get("order_direction") != "desc" else "desc"

    def get_list_headless(self, **kwargs: Any) -> Any:
        return self.answered(lambda: super(Reading, self).get_list_headless(**kwargs))
