"""The status of a service request: created, assigned, processed, reviewed, archived."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from app.core.i18n import _l
from app.core.workflow import Move, Workflow
from app.service.models import RequestStatus as S
from app.service.models import ServiceRequest

LABELS: dict[StrEnum, Any] = {
    S.created: _l("To be assigned"),
    S.assigned: _l("In progress"),
    S.processed: _l("Processed"),
    S.reviewed: _l("Feedback received"),
    S.archived: _l("Archived"),
}

MOVES = (
    Move("assign", frozenset({S.created}), S.assigned, _l("Assign"), style="primary"),
    Move("reassign", frozenset({S.assigned}), S.assigned, _l("Reassign")),
    Move("process", frozenset({S.assigned}), S.processed, _l("Process"), style="primary"),
    Move("record_feedback", frozenset({S.processed}), S.reviewed, _l("Record feedback"), style="primary"),
    Move("send_back", frozenset({S.reviewed}), S.assigned, _l("Send back"), by_system=True),
    Move("archive", frozenset({S.reviewed}), S.archived, _l("Archive"), style="primary"),
    Move("archive_unanswered", frozenset({S.processed}), S.archived, _l("Archive without an answer"), right="archive"),
    Move("reopen", frozenset({S.archived}), S.assigned, _l("Reopen")),
)

workflow = Workflow("service_request", ServiceRequest, MOVES, LABELS, _l("service request"))
