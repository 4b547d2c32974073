"""The REST resource of opportunities."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask_appbuilder.api import expose, safe
from flask_appbuilder.models.filters import Filters
from flask_appbuilder.security.decorators import permission_name, protect
from sqlalchemy import select
from sqlalchemy.orm import Query

from app.core.database import db, unit_of_work
from app.core.errors import NotFound
from app.opportunities import queries, services
from app.opportunities.models import Opportunity
from app.opportunities.services.records import FIELDS
from app.opportunities.workflow import workflow
from app.web.api import CrmApi
from app.web.api_body import move_values
from app.web.filters import LARGEST_KEY
from app.web.interface import CrmInterface
from app.web.session import acting, now


class PoolInterface(CrmInterface):
    """Filters by what the pool does not show find no opportunity of which only the pool's columns may be seen."""

    def apply_filters(self, query: Query[Any], filters: Filters | None) -> Query[Any]:
        query = super().apply_filters(query, filters)
        columns = {flt.column_name for flt in filters.filters} if filters else set()
        return query if columns <= set(queries.POOL_COLUMNS) else query.filter(queries.seen_whole(acting()))


class OpportunityApi(CrmApi):
    """Opportunities; a stage is changed by the moves ``advance`` and ``go_back``."""

    kind = "opportunity"
    resource_name = "opportunities"
    datamodel = PoolInterface(Opportunity)
    columns = (
        "number", "external_id", "customer_id", "contact_id", "title", "need", "source", "amount", "probability",
        "expected_close", "status", "stage", "stage_since", "owner_id", "competitor", "lost_reason", "lost_note",
        "closed_at", "custom", "created_at", "changed_at", "version",
    )  # fmt: skip
    writable = ("customer_id", "owner_id", *FIELDS)
    create_only = ("customer_id", "owner_id")
    search_columns = [
        "number", "customer_id", "status", "stage", "owner_id", "source", "amount", "expected_close", "closed_at",
        "created_at",
    ]  # fmt: skip
    order_columns = ["id", "amount", "expected_close", "created_at", "closed_at"]
    create = staticmethod(services.create_opportunity)
    update = staticmethod(services.update_opportunity)
    remove = staticmethod(services.delete_opportunity)
    workflow = workflow
    move_data = {
        "assign": {"owner_id": "key", "note": "text"},
        "reassign": {"owner_id": "key", "note": "text"},
        "return": {"note": "text"},
        "advance": {
            "stage": "text",
            **dict.fromkeys(("need", "source", "competitor"), "text"),
            **dict.fromkeys(("amount", "probability", "expected_close", "contact_id"), "any"),
        },
        "go_back": {"stage": "text", "note": "text"},
        "win": {"amount": "any", "note": "text"},
        "lose": {"lost_reason": "text", "lost_note": "text", "competitor": "text"},
        "reopen": {"note": "text"},
    }

    def pre_get_list(self, data: dict[str, Any]) -> None:
        self._keep_to_the_pool(data["result"])

    def _mask(self, row: dict[str, Any]) -> None:
        self._keep_to_the_pool([row])

    def _keep_to_the_pool(self, rows: Iterable[dict[str, Any]]) -> None:
        """Empty what whoever may only claim an opportunity is not shown of it."""
        free = [row for row in rows if row.get("status", "unassigned") == "unassigned"]
        if not free or acting().sees_all("opportunity"):
            return
        ids = select(Opportunity.id).where(Opportunity.id.in_([row["id"] for row in free]))
        whole = set(db.session.scalars(ids.where(queries.seen_whole(acting()))))
        for row in free:
            if row["id"] not in whole:
                row.update({name: None for name in row if name not in queries.POOL_COLUMNS})

    @expose("/<pk>/<name>", methods=["POST"])
    @protect()
    @safe
    @permission_name("move")
    def move(self, pk: str, name: str) -> Any:
        if name != "claim":
            return super().move(pk, name)

        def act() -> Any:
            if not (pk.isascii() and pk.isdigit()) or len(pk) > 19 or int(pk) > LARGEST_KEY:
                raise NotFound
            move_values(self.move_data.get(name, {}))
            with unit_of_work():
                services.claim(int(pk), by=acting(), at=now())
            return self._record(pk, HTTPStatus.OK)

        return self.answered(act)

    move.__doc__ = CrmApi.move.__doc__
