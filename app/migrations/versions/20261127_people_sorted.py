"""People are sorted by the sound of their names

Revision ID: 0007_people_sorted
Revises: 0006_analysis
"""

import sqlalchemy as sa
from alembic import op

from app.accounts.models import full_name
from app.core.pinyin import name_key

revision = "0007_people_sorted"
down_revision = "0006_analysis"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "ab_user",
        sa.Column(
            "name_key",
            sa.String(400),
            nullable=True,
            comment="pinyin of the name; sorts lists on both databases",
        ),
    )
    people = sa.table("ab_user", sa.column("id"), sa.column("first_name"), sa.column("last_name"), sa.column("name_key"))
    known = op.get_bind().execute(sa.select(people.c.id, people.c.first_name, people.c.last_name)).all()
    for pk, first, last in known:
        op.execute(people.update().where(people.c.id == pk).values(name_key=name_key(full_name(first, last))))


def downgrade() -> None:
    op.drop_column("ab_user", "name_key")
