"""Views of lists, and how people want to see a list

Revision ID: 0004_lists
Revises: 0003_company
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_lists"
down_revision = "0003_company"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
TRIGGERS = (("added", "INSERT"), ("removed", "DELETE"), ("changed", "UPDATE"))


def upgrade() -> None:
    op.create_table(
        "list_view",
        sa.Column("list", sa.String(length=64), nullable=False, comment="name of the list's page"),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column(
            "query", sa.String(length=2000), nullable=False, comment="filters and order, as in the list's address"
        ),
        sa.Column("columns", JSON, nullable=True, comment="names in their order; empty: as everybody's"),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("shared_team_id", KEY, nullable=True),
        sa.Column("shared_role_id", sa.Integer(), nullable=True),
        sa.Column("shared_all", sa.Boolean(), nullable=False),
        sa.Column("role_default", sa.Boolean(), nullable=False, comment="the role's list opens with it"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="UTC; kept for a day, to be taken back"),
        sa.Column("id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["ab_user.id"], name=op.f("fk_list_view_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["shared_role_id"], ["ab_role.id"], name=op.f("fk_list_view_shared_role_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shared_team_id"], ["team.id"], name=op.f("fk_list_view_shared_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_view")),
    )
    for column in ("list", "owner_id", "shared_role_id", "shared_team_id"):
        op.create_index(op.f(f"ix_list_view_{column}"), "list_view", [column])
    op.create_table(
        "list_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(length=64), nullable=False),
        sa.Column("columns", JSON, nullable=True, comment="names in their order; empty: as everybody's"),
        sa.Column("page_size", sa.Integer(), nullable=True, comment="rows on a page; empty: as everybody's"),
        sa.Column("density", sa.String(length=8), nullable=True, comment="tight; empty: normal"),
        sa.Column("default_view_id", KEY, nullable=True, comment="the list opens with it"),
        sa.ForeignKeyConstraint(
            ["default_view_id"], ["list_view.id"], name=op.f("fk_list_choice_default_view_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_list_choice_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "list", name=op.f("pk_list_choice")),
    )
    op.create_index(op.f("ix_list_choice_default_view_id"), "list_choice", ["default_view_id"])
    for table in ("list_view", "list_choice"):
        _mark_changes(table)


def _mark_changes(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_marked AFTER INSERT OR DELETE OR UPDATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION mark_settings()"
        )
        return
    for name, cause in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {table}_marked_{name} AFTER {cause} ON {table} "
            "BEGIN UPDATE settings_mark SET mark = lower(hex(randomblob(16))); END"
        )


def downgrade() -> None:
    op.drop_table("list_choice")
    op.drop_table("list_view")
