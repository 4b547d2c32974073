"""Every order that a long list offers has its index

Revision ID: 0009_orders_of_lists
Revises: 0008_next_due
"""

from alembic import op

revision = "0009_orders_of_lists"
down_revision = "0008_next_due"
branch_labels = None
depends_on = None

INDEXES = (
    ("churn_case", "last_order_on", "last_order_on"),
    ("churn_case", "look_again_on", "look_again_on"),
    ("churn_case", "decided_on", "decided_on"),
    ("contact", "created_at", "created_at"),
    ("plan", "done_at", "done_at"),
    ("opportunity", "title", "title"),
    ("opportunity", "stage_since", "stage_since"),
    ("service_request", "resolution_due", "resolution_due_at"),
    ("service_request", "priority", "priority"),
    ("service_request", "satisfaction", "satisfaction"),
)


def upgrade() -> None:
    for table, name, column in INDEXES:
        op.create_index(f"ix_{table}_{name}", table, [column, "id"])


def downgrade() -> None:
    for table, name, _column in reversed(INDEXES):
        op.drop_index(f"ix_{table}_{name}", table_name=table)
