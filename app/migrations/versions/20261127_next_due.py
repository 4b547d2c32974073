"""Opportunities know when their next step is due; indexes from which boards read their columns

Revision ID: 0008_next_due
Revises: 0007_people_sorted
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_next_due"
down_revision = "0007_people_sorted"
branch_labels = None
depends_on = None

BOARD = ["status", "stage", "next_due_at", "stage_since", "id", "amount", "probability", "expected_close", "deleted_at"]
CLOSED = ["status", "closed_at", "id", "amount", "deleted_at"]
CLOSING = ["status", "expected_close", "next_due_at", "id"]
REQUESTS = ["status", "resolution_due_at", "id"]
COMMENT = "kept: earliest open plan, UTC"


def upgrade() -> None:
    op.add_column("opportunity", sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True, comment=COMMENT))
    op.execute(
        "UPDATE opportunity SET next_due_at = (SELECT min(due_at) FROM plan "
        "WHERE plan.opportunity_id = opportunity.id AND plan.done_at IS NULL)"
    )
    op.drop_index("ix_opportunity_status_stage", table_name="opportunity")
    op.create_index("ix_opportunity_board", "opportunity", BOARD)
    op.create_index("ix_opportunity_closed", "opportunity", CLOSED)
    op.create_index("ix_opportunity_closing", "opportunity", CLOSING)
    op.drop_index("ix_service_request_status_due", table_name="service_request")
    op.create_index("ix_service_request_status_due", "service_request", [*REQUESTS, "deleted_at"])


def downgrade() -> None:
    op.drop_index("ix_service_request_status_due", table_name="service_request")
    op.create_index("ix_service_request_status_due", "service_request", REQUESTS)
    op.drop_index("ix_opportunity_closing", table_name="opportunity")
    op.drop_index("ix_opportunity_closed", table_name="opportunity")
    op.drop_index("ix_opportunity_board", table_name="opportunity")
    op.create_index("ix_opportunity_status_stage", "opportunity", ["status", "stage", "stage_since", "id"])
    op.drop_column("opportunity", "next_due_at")
