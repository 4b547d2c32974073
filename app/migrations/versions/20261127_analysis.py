"""Indexes that answer the analysis pages alone

Revision ID: 0006_analysis
Revises: 0005_reports
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_analysis"
down_revision = "0005_reports"
branch_labels = None
depends_on = None

FIELDS = ["id", "level", "industry", "region", "credit", "satisfaction", "source", "status", "owner_id"]


def upgrade() -> None:
    op.create_index("ix_order_day_customer", "order_day", ["customer_id", "day", "gross", "orders"])
    false = "0" if op.get_bind().dialect.name == "sqlite" else "false"
    counted = sa.text(f"is_internal IS {false} AND deleted_at IS NULL")
    op.create_index(
        "ix_customer_counted",
        "customer",
        [*FIELDS, "is_internal", "deleted_at"],
        sqlite_where=counted,
        postgresql_where=counted,
    )


def downgrade() -> None:
    op.drop_index("ix_customer_counted", table_name="customer")
    op.drop_index("ix_order_day_customer", table_name="order_day")
