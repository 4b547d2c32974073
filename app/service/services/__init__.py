"""Everything that can be done with service requests; nothing else writes them."""

from app.service.services import recounting as recounting  # listens
from app.service.services.assignment import AUTOMATIC, least_loaded
from app.service.services.callers import find_caller
from app.service.services.deadlines import DEFAULT_LEVELS, deadlines, fill_levels, update_level
from app.service.services.feedback import LIFETIME, LinkNotValid, answer, create_link, open_link
from app.service.services.moves import workflow
from app.service.services.requests import (
    create_request,
    delete_request,
    note_response,
    restore_request,
    update_request,
)
from app.service.services.satisfaction import recompute

__all__ = [
    "AUTOMATIC",
    "DEFAULT_LEVELS",
    "LIFETIME",
    "LinkNotValid",
    "answer",
    "create_link",
    "create_request",
    "deadlines",
    "delete_request",
    "fill_levels",
    "find_caller",
    "least_loaded",
    "note_response",
    "open_link",
    "recompute",
    "restore_request",
    "update_level",
    "update_request",
    "workflow",
]
