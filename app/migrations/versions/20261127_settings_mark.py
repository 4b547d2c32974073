"""A mark that changes with the settings

Revision ID: 0002_settings_mark
Revises: 0001
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002_settings_mark"
down_revision = "0001"
branch_labels = None
depends_on = None

# All columns, or those that matter.
WATCHED = {
    "term": (),
    "custom_field": (),
    "opportunity_stage": (),
    "team": (),
    "team_leader": (),
    "ab_role": (),
    "ab_user_role": (),
    "ab_permission_view_role": (),
    "ab_user": ("team_id", "first_name", "last_name", "username", "active"),
}


def _triggers(dialect: str, table: str, columns: tuple[str, ...]) -> Iterator[str]:
    update = "UPDATE OF " + ", ".join(columns) if columns else "UPDATE"
    if dialect == "postgresql":
        yield (
            f"CREATE TRIGGER {table}_marked AFTER INSERT OR DELETE OR {update} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION mark_settings()"
        )
        return
    for name, cause in (("added", "INSERT"), ("removed", "DELETE"), ("changed", update)):
        yield (
            f"CREATE TRIGGER {table}_marked_{name} AFTER {cause} ON {table} "
            "BEGIN UPDATE settings_mark SET mark = lower(hex(randomblob(16))); END"
        )


def upgrade() -> None:
    op.create_table(
        "settings_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_mark")),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute("INSERT INTO settings_mark (id, mark) VALUES (1, gen_random_uuid()::text)")
        op.execute(
            "CREATE FUNCTION mark_settings() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN UPDATE settings_mark SET mark = gen_random_uuid()::text; RETURN NULL; END$$"
        )
    else:
        op.execute("INSERT INTO settings_mark (id, mark) VALUES (1, lower(hex(randomblob(16))))")
    for table, columns in WATCHED.items():
        for statement in _triggers(dialect, table, columns):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in WATCHED:
        for name in ("",) if dialect == "postgresql" else ("_added", "_removed", "_changed"):
            where = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER {table}_marked{name}{where}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION mark_settings()")
    op.drop_table("settings_mark")
