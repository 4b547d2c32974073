"""The status of a customer: prospect, active, lost. Other features cause the moves."""

from __future__ import annotations

from app.core.i18n import _l
from app.core.workflow import Move, Workflow
from app.customers.models import Customer
from app.customers.models import CustomerStatus as S

LABELS = {
    S.prospect: _l("Prospect"),
    S.active: _l("Active customer"),
    S.lost: _l("Lost customer"),
}

MOVES = (
    Move("activate", frozenset({S.prospect}), S.active, _l("Activate"), by_system=True),
    Move("lose", frozenset({S.prospect, S.active}), S.lost, _l("Mark as lost"), by_system=True),
    Move("regain", frozenset({S.lost}), S.active, _l("Regain"), by_system=True),
)

workflow = Workflow("customer", Customer, MOVES, LABELS, _l("customer"))
