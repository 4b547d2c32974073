"""The base class of REST resources: the same services, moves and sentences as the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.api import safe
from flask_appbuilder.security.decorators import permission_name, protect

from app.core.database import unit_of_work
from app.core.errors import OutOfDate
from app.core.i18n import _
from app.core.workflow import Workflow
from app.web.api_body import move_values, repeat_token, sent
from app.web.api_reading import Reading
from app.web.session import SentBefore, acting, claim_submission, now

Service = Callable[..., Any]
LARGEST_PAGE = 100


class Act(NamedTuple):
    """Something done with a record that changes no status: ``service(record, *, by, at, **data)``."""

    label: Any
    right: str
    service: Service


class CrmApi(Reading):
    """FAB's REST resource with our services behind it; a resource only declares.

    ``kind`` is the first half of its rights; ``columns`` is what is read, ``writable`` what may be sent, of which
    ``create_only`` only with a new record. ``masks`` maps private columns to how they are shown; ``look(record, field,
    *, by, at)`` shows one in full and writes it down. ``acts`` are asked for like the moves of a workflow.
    """

    kind = ""
    columns: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    create_only: tuple[str, ...] = ()
    create: Service | None = None
    update: Service | None = None
    remove: Service | None = None
    workflow: Workflow | None = None
    acts: Mapping[str, Act] = {}
    move_data: Mapping[str, Mapping[str, str]] = {}
    look: Service | None = None

    allow_browser_login = False
    search_columns: Any = None
    order_columns: Any = None
    page_size = 25
    max_page_size = LARGEST_PAGE
    method_permission_name = {
        "get": "see",
        "get_list": "see",
        "post": "add",
        "put": "edit",
        "delete": "delete",
        "move": "see",
        "private": "see_private",
    }

    def __init__(self) -> None:
        cls = type(self)
        self.class_permission_name = self.kind
        self.exclude_route_methods = {"info"} | {
            method
            for method, present in (
                ("post", cls.create),
                ("put", cls.update),
                ("delete", cls.remove),
                ("move", cls.workflow or cls.acts or None),
                ("private", cls.look),
            )
            if present is None
        }
        self.list_columns = self.show_columns = ["id", *self.columns]
        # What may be sent besides columns (who a request is assigned to) is no part of FAB's schema.
        sent = [name for name in self.writable if hasattr(self.datamodel.obj, name)]
        self.add_columns = self.edit_columns = sent or ["id"]
        self.search_columns = list(cls.search_columns or ["id"])
        self.order_columns = list(cls.order_columns or ["id"])
        super().__init__()

    # --- writing ---

    def post_headless(self) -> Any:
        def act() -> Any:
            values = sent(self.writable)
            with unit_of_work() as session:
                submission = claim_submission(session, repeat_token(acting().user_id, self.kind), now())
                record = type(self).create(values, by=acting(), at=now())  # type: ignore[misc]  # the route exists only with the service
                session.flush()
                pk = record.id
                if submission is not None:
                    submission.location = str(pk)
            return self._record(pk, HTTPStatus.CREATED)

        try:
            return self.answered(act)
        except SentBefore as first:
            return self._record(first.location, HTTPStatus.OK)

    def put_headless(self, pk: Any) -> Any:
        def act() -> Any:
            values = sent([name for name in self.writable if name not in self.create_only])
            record = self.datamodel.get(pk, self._base_filters)
            if record is None:
                return self.response_404()
            with unit_of_work():
                self._refuse_outdated(record, values.pop("version", None))
                type(self).update(record, values, by=acting(), at=now())  # type: ignore[misc]  # as above
            return self._record(pk, HTTPStatus.OK)

        return self.answered(act)

    def delete_headless(self, pk: Any) -> Any:
        def act() -> Any:
            record = self.datamodel.get(pk, self._base_filters)
            if record is None:
                return self.response_404()
            with unit_of_work():
                self._refuse_outdated(record, None)
                type(self).remove(record, by=acting(), at=now())  # type: ignore[misc]  # as above
            return self.response(200, message=_("Deleted."))

        return self.answered(act)

    @expose("/<pk>/<name>", methods=["POST"])
    @protect()
    @safe
    @permission_name("move")
    def move(self, pk: str, name: str) -> Any:
        """Make a move of the record's workflow.
        ---
        post:
          description: Make a move of the record's workflow; the body holds what the move needs
          parameters:
          - in: path
            schema:
              type: integer
            name: pk
          - in: path
            schema:
              type: string
            name: name
          requestBody:
            required: false
            content:
              application/json:
                schema:
                  type: object
          responses:
            200:
              description: The record after the move
            401:
              $ref: '#/components/responses/401'
            403:
              description: The right for this move is missing
            404:
              $ref: '#/components/responses/404'
            409:
              description: The record's status does not permit the move
            422:
              $ref: '#/components/responses/422'
        """

        def act() -> Any:
            data = move_values(self.move_data.get(name, {}))
            record = self.datamodel.get(pk, self._base_filters)
            if record is None:
                return self.response_404()
            if name not in self.acts and self.workflow is None:
                return self.response_404()
            with unit_of_work():
                if name in self.acts:
                    self.acts[name].service(record, by=acting(), at=now(), **data)
                else:
                    self.workflow.make(name, record, by=acting(), at=now(), **data)  # type: ignore[union-attr]
            return self._record(pk, HTTPStatus.OK)

        return self.answered(act)

    @expose("/<pk>/private/<field>", methods=["POST"])
    @protect()
    @safe
    @permission_name("private")
    def private(self, pk: str, field: str) -> Any:
        """Read one masked field in full; that somebody looked is written down.
        ---
        post:
          description: Read one masked field in full; the look is written into the audit log
          parameters:
          - in: path
            schema:
              type: integer
            name: pk
          - in: path
            schema:
              type: string
            name: field
          responses:
            200:
              description: The value
            401:
              $ref: '#/components/responses/401'
            404:
              $ref: '#/components/responses/404'
        """

        def act() -> Any:
            record = self.datamodel.get(pk, self._base_filters)
            if record is None:
                return self.response_404()
            with unit_of_work():
                value = type(self).look(record, field, by=acting(), at=now())  # type: ignore[misc]  # as above
            return self.response(200, value=value)

        return self.answered(act)

    # --- the request and the answer ---

    def _refuse_outdated(self, record: Any, version: Any) -> None:
        wanted = request.headers.get("If-Match", "").strip('"W/ ') or version
        if wanted and hasattr(record, "version") and str(wanted) != str(record.version):
            raise OutOfDate

    def _record(self, pk: Any, status: HTTPStatus) -> Any:
        record = self.datamodel.get(pk, self._base_filters)
        if record is None:  # handed to somebody else: it exists, but no longer for this person
            return self.response(status, id=pk, result=None)
        row = self.show_model_schema.dump(record, many=False)
        self._mask(row)
        self._complete(row)
        answer = self.response(status, id=record.id, result=row)
        if hasattr(record, "version"):
            answer.headers["ETag"] = f'"{record.version}"'
        return answer
