"""The REST resource of churn cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.churn.models import ChurnCase, ChurnMeasure
from app.churn.workflow import workflow
from app.core.database import db
from app.web.api import CrmApi
from app.web.interface import CrmInterface


class ChurnCaseApi(CrmApi):
    """Churn cases."""

    kind = "churn_case"
    resource_name = "churn-cases"
    datamodel = CrmInterface(ChurnCase)
    columns = (
        "customer_id", "status", "owner_id", "last_order_on", "opened_on", "method", "evidence", "value_12m",
        "look_again_on", "reason", "note", "decided_on", "recovered_by_order_id", "created_at", "changed_at", "version",
    )  # fmt: skip
    search_columns = [
        "customer_id", "status", "owner_id", "last_order_on", "opened_on", "value_12m", "look_again_on", "reason",
        "decided_on", "changed_at",
    ]  # fmt: skip
    order_columns = ["id", "value_12m", "opened_on", "last_order_on", "look_again_on", "decided_on", "changed_at"]
    workflow = workflow
    move_data = {
        "postpone": {"measures": "list", "text": "text", "look_again_on": "day"},
        "confirm": {"reason": "text", "note": "text"},
        "recover": {"note": "text"},
    }

    def _complete(self, row: dict[str, Any]) -> None:
        """What was done about it so far, the newest first."""
        done = select(ChurnMeasure).where(ChurnMeasure.case_id == row["id"]).order_by(ChurnMeasure.id.desc())
        row["measures"] = [
            {
                "at": measure.at.isoformat(),
                "by_id": measure.by_id,
                "measures": measure.measures,
                "text": measure.text,
                "look_again_on": measure.look_again_on.isoformat(),
            }
            for measure in db.session.scalars(done)
        ]
