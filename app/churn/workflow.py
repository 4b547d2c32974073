"""The status of a churn case: warned, postponed, lost, recovered."""

from __future__ import annotations

from app.churn.models import ChurnCase
from app.churn.models import ChurnStatus as S
from app.core.i18n import _l
from app.core.workflow import Move, Workflow

LABELS = {
    S.warned: _l("Churn warning"),
    S.postponed: _l("Postponed"),
    S.lost: _l("Confirmed lost"),
    S.recovered: _l("Recovered"),
}

UNDECIDED = frozenset({S.warned, S.postponed})

MOVES = (
    Move("postpone", UNDECIDED, S.postponed, _l("Postpone"), style="primary"),
    Move("confirm", UNDECIDED, S.lost, _l("Confirm loss"), style="danger"),
    Move("recover", UNDECIDED | {S.lost}, S.recovered, _l("Recover")),
)

workflow = Workflow("churn_case", ChurnCase, MOVES, LABELS, _l("churn case"))
