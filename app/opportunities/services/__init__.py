"""Everything one can do with opportunities."""

from __future__ import annotations

from app.customers.services.children import register
from app.opportunities.models import Opportunity
from app.opportunities.services import leaving
from app.opportunities.services.closing import close_in, close_on
from app.opportunities.services.history import log
from app.opportunities.services.moves import QuotaReached, claim
from app.opportunities.services.plans import NEXT_DUE, STEP_FIELDS, add_step, order_steps
from app.opportunities.services.prospects import create_with_prospect
from app.opportunities.services.records import (
    create_opportunity,
    delete_opportunity,
    restore_opportunity,
    update_opportunity,
)
from app.opportunities.services.references import keep_closed
from app.opportunities.services.stages import create_stage, fill, order_stages, update_policy, update_stage
from app.opportunities.workflow import Taken, workflow

__all__ = [
    "NEXT_DUE",
    "STEP_FIELDS",
    "QuotaReached",
    "Taken",
    "add_step",
    "claim",
    "close_in",
    "close_on",
    "create_opportunity",
    "create_stage",
    "create_with_prospect",
    "delete_opportunity",
    "fill",
    "keep_closed",
    "leaving",
    "log",
    "order_stages",
    "order_steps",
    "restore_opportunity",
    "update_opportunity",
    "update_policy",
    "update_stage",
    "workflow",
]

register(Opportunity.customer_id, owner=Opportunity.owner_id)
