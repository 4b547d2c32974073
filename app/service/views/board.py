"""The board: open requests in columns by status, the most pressing first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.core import dictionary
from app.core.database import db
from app.core.i18n import _
from app.service import queries
from app.service.models import Priority, RequestStatus, ServiceRequest
from app.service.terms import PRIORITIES
from app.service.views import looks
from app.service.workflow import LABELS
from app.web.session import acting, now

COLUMNS = (RequestStatus.created, RequestStatus.assigned, RequestStatus.processed, RequestStatus.reviewed)
MOST_CARDS = 15
EDGES = {"bad": "deal-late", "wait": "deal-soon", "": "deal-plan"}


@dataclass(frozen=True)
class Card:
    """One request on the board."""

    request: ServiceRequest
    type: str
    clock: looks.Clock | None
    moves: list[Any]

    @property
    def edge(self) -> str:
        return EDGES[self.clock.tone] if self.clock else "deal-none"


@dataclass(frozen=True)
class Column:
    """One status with its first cards; ``count`` is all of them."""

    status: RequestStatus
    label: Any
    count: int
    cards: list[Card]
    url: str


@dataclass(frozen=True)
class Narrowing:
    """One menu above the board: its choices as (label, address, chosen)."""

    label: Any
    chosen: str
    links: list[tuple[Any, str, bool]]
    clear_url: str


def board_page(view: Any) -> Any:
    """Render the board of ``view`` for whoever is signed in."""
    conditions = _conditions()
    counts = dict(db.session.execute(queries.counts_by_status().where(*conditions)).all())
    cards = _cards(view, conditions)
    columns = [
        Column(status, LABELS[status], counts.get(status, 0), cards[status], _rows(status)) for status in COLUMNS
    ]
    return view.render_template(
        "service/board.html",
        title=_("Service board"),
        columns=columns,
        narrowings=[menu for menu in (_by_type(), _by_priority(), _by_specialist()) if menu.links],
        mine=request.args.get("who") == "me",
        address=_address,
        short=looks.short,
        priority=looks.priority,
        view=view,
    )


def _conditions() -> list[Any]:
    conditions: list[Any] = []
    if request.args.get("who") == "me":
        conditions.append(ServiceRequest.owner_id == acting().user_id)
    if owner_id := _number("owner"):
        conditions.append(ServiceRequest.owner_id == owner_id)
    if kind := request.args.get("type"):
        conditions.append(ServiceRequest.type == kind)
    if request.args.get("priority") in Priority.__members__:
        conditions.append(ServiceRequest.priority == Priority(request.args["priority"]))
    return conditions


def _cards(view: Any, conditions: list[Any]) -> dict[RequestStatus, list[Card]]:
    """The most pressing cards of each column."""
    data, at = view.datamodel, now()
    keys = db.session.scalars(queries.most_pressing(COLUMNS, MOST_CARDS, conditions)).all()
    found = {
        record.id: record
        for record in data.with_eager(data.session.query(ServiceRequest).filter(ServiceRequest.id.in_(keys)))
    }
    cards: dict[RequestStatus, list[Card]] = {status: [] for status in COLUMNS}
    for record in (found[pk] for pk in keys if pk in found):
        moves = [move for move in view.move_buttons(record) if move.needs_form][:1]
        kind = dictionary.label(db.session, "request_type", record.type)
        cards[record.status].append(Card(record, kind, looks.clock(record.due_at(), at), moves))
    return cards


def _rows(status: RequestStatus) -> str:
    """The list of what stands in a column as the board is narrowed now."""
    filters: dict[str, Any] = {"_flt_0_status": status.value}
    if request.args.get("who") == "me":
        filters["_flt_0_owner_id"] = acting().user_id
    elif owner_id := _number("owner"):
        filters["_flt_0_owner_id"] = owner_id
    if kind := request.args.get("type"):
        filters["_flt_0_type"] = kind
    if request.args.get("priority") in Priority.__members__:
        filters["_flt_0_priority"] = request.args["priority"]
    return url_for("ServiceRequestView.list", **filters)


def _address(**changes: str) -> str:
    kept = {name: value for name in ("who", "type", "priority", "owner") if (value := request.args.get(name))}
    wanted = {name: value for name, value in (kept | changes).items() if value}
    return url_for("ServiceRequestView.board", _external=False, **wanted)


def _narrowing(name: str, label: Any, choices: list[tuple[str, Any]]) -> Narrowing:
    chosen = request.args.get(name, "")
    links = [(text, _address(**{name: value}), value == chosen) for value, text in choices]
    words = next((str(text) for value, text in choices if value == chosen), "")
    return Narrowing(label, words, links, _address(**{name: ""}))


def _by_type() -> Narrowing:
    return _narrowing("type", _("Type"), dictionary.choices(db.session, "request_type"))


def _by_priority() -> Narrowing:
    return _narrowing("priority", _("Priority"), [(str(member), label) for member, label in PRIORITIES.items()])


def _by_specialist() -> Narrowing:
    # Who sees only their own requests has nobody to choose.
    people = db.session.scalars(queries.specialists()).all() if acting().sees_all(queries.KIND) else []
    return _narrowing("owner", _("Specialist"), [(str(person.id), person.name) for person in people])


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
