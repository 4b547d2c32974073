"""The status of an order: draft, confirmed, shipped, completed, cancelled."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.workflow import Move, Workflow
from app.orders.models import Order
from app.orders.models import OrderStatus as S

LABELS = {
    S.draft: _l("Draft"),
    S.confirmed: _l("Confirmed"),
    S.shipped: _l("Shipped"),
    S.completed: _l("Completed"),
    S.cancelled: _l("Cancelled"),
}

MOVES = (
    Move("confirm", frozenset({S.draft}), S.confirmed, _l("Confirm"), style="primary"),
    Move("ship", frozenset({S.confirmed}), S.shipped, _l("Ship"), style="primary"),
    Move("complete", frozenset({S.shipped}), S.completed, _l("Complete"), style="primary"),
    Move("cancel", frozenset({S.draft, S.confirmed}), S.cancelled, _l("Cancel order"), style="danger"),
)

workflow = Workflow("order", Order, MOVES, LABELS, _l("order"))
