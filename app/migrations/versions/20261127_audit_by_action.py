"""What was done, by its action: the audit log is narrowed by it, and refused sign-ins stand on the home page

Revision ID: 0010_audit_by_action
Revises: 0009_orders_of_lists
"""

from alembic import op

revision = "0010_audit_by_action"
down_revision = "0009_orders_of_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "at", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_entry_action", table_name="audit_entry")
