"""The company's name and logo

Revision ID: 0003_company
Revises: 0002_settings_mark
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_company"
down_revision = "0002_settings_mark"
branch_labels = None
depends_on = None

TRIGGERS = (("added", "INSERT"), ("removed", "DELETE"), ("changed", "UPDATE"))


def upgrade() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=True, comment="stands in the menu; empty: the product's"),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(length=32), nullable=True, comment="media type, told by the content"),
        sa.Column(
            "logo_hash", sa.String(length=16), nullable=True, comment="start of the SHA-256 of the logo, hexadecimal"
        ),
        sa.Column("is_settled", sa.Boolean(), nullable=False, comment="the first steps were closed by hand"),
        sa.CheckConstraint("id = 1", name=op.f("company_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER company_marked AFTER INSERT OR DELETE OR UPDATE ON company "
            "FOR EACH STATEMENT EXECUTE FUNCTION mark_settings()"
        )
        return
    for name, cause in TRIGGERS:
        op.execute(
            f"CREATE TRIGGER company_marked_{name} AFTER {cause} ON company "
            "BEGIN UPDATE settings_mark SET mark = lower(hex(randomblob(16))); END"
        )


def downgrade() -> None:
    op.drop_table("company")
