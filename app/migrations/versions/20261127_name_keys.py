"""Names are sorted by the bytes of their sound on every server

PostgreSQL sorts by the language of the server otherwise, which may leave out spaces: 安徽 would stand after 暗花.
A key ends after 200 letters now, which a long name on PostgreSQL had no room for.

Revision ID: 0011_name_keys
Revises: 0010_audit_by_action
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_name_keys"
down_revision = "0010_audit_by_action"
branch_labels = None
depends_on = None

LENGTHS = {"ab_user": 400, "customer": 400, "contact": 200, "product": 400}
LONGEST = 200


def _collate(collation: str | None) -> None:
    # SQLite compares bytes unless told otherwise.
    if op.get_bind().dialect.name == "postgresql":
        for table, length in LENGTHS.items():
            op.alter_column(table, "name_key", type_=sa.String(length, collation=collation))


def upgrade() -> None:
    for name in LENGTHS:
        table = sa.table(name, sa.column("name_key", sa.String))
        long = sa.func.length(table.c.name_key) > LONGEST
        op.execute(table.update().where(long).values(name_key=sa.func.substr(table.c.name_key, 1, LONGEST)))
    _collate("C")


def downgrade() -> None:
    _collate("default")
