"""Indexes from which the analysis pages are read

Revision ID: 0005_reports
Revises: 0004_lists
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_reports"
down_revision = "0004_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_order_day_day", table_name="order_day")
    op.create_index("ix_order_day_day", "order_day", ["day", "customer_id", "gross", "orders"])
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    left_out = sa.text(f"is_internal IS {'1' if on_sqlite else 'true'} OR deleted_at IS NOT NULL")
    op.create_index("ix_customer_not_counted", "customer", ["id"], sqlite_where=left_out, postgresql_where=left_out)


def downgrade() -> None:
    op.drop_index("ix_customer_not_counted", table_name="customer")
    op.drop_index("ix_order_day_day", table_name="order_day")
    op.create_index("ix_order_day_day", "order_day", ["day", "customer_id"])
