"""The audit trail becomes a chain; rows that are there are chained as they stand.

Revision ID: 0006
Revises: 0005
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("sealed_up_to", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.String(length=32), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    chain = sa.Column("chain", sa.String(length=64), server_default="", nullable=False)
    op.add_column("audit", chain)
    if op.get_bind().dialect.name == "postgresql":
        # Ids come from the chain from now on, without gaps.
        op.execute("ALTER TABLE audit ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE IF EXISTS audit_id_seq")
    # With the office's key, which the engine carries.
    from bot.audit_check import seal_trail

    seal_trail(op.get_bind(), at=datetime.now(UTC))


def downgrade() -> None:
    op.drop_table("audit_head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE audit_id_seq OWNED BY audit.id")
        op.execute("SELECT setval('audit_id_seq', (SELECT max(id) FROM audit))")
        op.execute(
            "ALTER TABLE audit ALTER COLUMN id SET DEFAULT nextval('audit_id_seq')"
        )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_column("chain")
