"""Plans of a year's holidays that staff paste into the console.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("holiday_plans",
    sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
    sa.Column("holidays", sa.JSON(), nullable=False),
    sa.Column("workdays", sa.JSON(), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["changed_by"], ["officers.id"], name=op.f("fk_holiday_plans_changed_by_officers")),
    sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_plans"))
    )


def downgrade() -> None:
    op.drop_table("holiday_plans")
