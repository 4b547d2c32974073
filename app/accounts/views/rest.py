"""The REST interface explained in the browser, read off the resources themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from markupsafe import Markup
from sqlalchemy import Boolean, Date, Enum, Integer, Numeric

from app.accounts.views.audit_words import Words
from app.core.database import Json, Moment
from app.core.i18n import _, _l
from app.web.api import CrmApi
from app.web.session import acting

WORDS: tuple[tuple[type[Any], Any], ...] = (
    (Moment, _l("moment, ISO 8601")),
    (Date, _l("day, YYYY-MM-DD")),
    (Boolean, _l("true or false")),
    (Integer, _l("whole number")),
    (Numeric, _l("amount, as a string")),
    (type(Json), _l("JSON")),
)
"""The first that fits says what a field holds; a text otherwise."""


@dataclass(frozen=True)
class Field:
    """One column of a resource."""

    name: str
    label: str
    holds: str
    is_read: bool
    is_sent: bool
    is_filtered: bool
    is_sorted: bool
    is_masked: bool


@dataclass(frozen=True)
class Resource:
    """One resource, as far as the person may use it."""

    name: str
    label: str
    address: str
    methods: tuple[tuple[str, str, str], ...]
    fields: tuple[Field, ...]
    moves: tuple[tuple[str, str, tuple[str, ...]], ...]


class RestView(BaseView):
    """What programs may ask for: addresses, fields and moves, in the reader's language."""

    help_text = (
        _l("Programs read and write the same records as people, by the same rules and with the same sentences."),
        _l("They sign in for a token and send it with each request; a cookie is not accepted."),
    )
    route_base = "/rest"
    class_permission_name = "personal"
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """Every resource that the person may read."""
        words = Words()
        apis = [api for api in current_app.appbuilder.baseviews if isinstance(api, CrmApi)]  # type: ignore[attr-defined]  # FAB puts itself on the app
        return self.render_template(
            "accounts/rest.html",
            title=_("REST interface"),
            resources=[_resource(api, words) for api in apis if acting().may(f"{api.kind}.see")],
            description_url=url_for("OpenApiDescription.get", version="v1"),
        )


def _resource(api: Any, words: Words) -> Resource:
    address = f"/api/v1/{api.resource_name}/"
    offered = (
        ("see", "GET", address, _("list")),
        ("add", "POST", address, _("create")),
        ("see", "GET", f"{address}<id>", _("read one")),
        ("edit", "PUT", f"{address}<id>", _("change")),
        ("delete", "DELETE", f"{address}<id>", _("delete")),
    )
    routes = {"add": api.create, "edit": api.update, "delete": api.remove}
    methods = tuple(
        (method, path, what)
        for verb, method, path, what in offered
        if routes.get(verb, True) is not None and acting().may(f"{api.kind}.{verb}")
    )
    names = dict.fromkeys((*api.columns, *api.writable))
    return Resource(
        api.resource_name,
        words.kind(api.kind),
        address,
        methods,
        tuple(_field(api, name, words) for name in names),
        _moves(api),
    )


def _field(api: Any, name: str, words: Words) -> Field:
    return Field(
        name=name,
        label=label if (label := words.label(api.kind, name)) != name else "",
        holds=_holds(api.datamodel.obj.__table__.columns.get(name)),
        is_read=name in api.columns,
        is_sent=name in api.writable,
        is_filtered=name in api.search_columns,
        is_sorted=name in api.order_columns,
        is_masked=name in api.masks,
    )


def _holds(column: Any) -> str:
    if column is None:
        return _("text")
    if column.foreign_keys and isinstance(column.type, Integer):
        return _("id of a record")
    if isinstance(column.type, Enum):
        return Markup(" · ").join(Markup("<code>{}</code>").format(member) for member in column.type.enums)
    found = next((str(word) for kind, word in WORDS if isinstance(column.type, kind)), "")
    length = getattr(column.type, "length", None)
    return found or (_("text, at most %(limit)d", limit=length) if length else _("text"))


def _moves(api: Any) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    acts = tuple(
        (name, str(act.label), tuple(api.move_data.get(name, ())))
        for name, act in api.acts.items()
        if acting().may(f"{api.kind}.{act.right}")
    )
    if api.workflow is None:
        return acts
    return acts + tuple(
        (move.name, str(move.label), tuple(api.move_data.get(move.name, ())))
        for move in api.workflow.moves
        if not move.by_system and acting().may(f"{api.kind}.{move.permission}")
    )
