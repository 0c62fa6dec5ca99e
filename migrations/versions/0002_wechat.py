"""WeChat to the letter: windows, parts, notices, alarms, quick replies, halls.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

#: Auto-increment keys: SQLite only counts up an INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TIME = sa.DateTime(timezone=True)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Only columns that need no copy: other tables point at these.
    op.add_column(
        "inbox",
        sa.Column("trigger", sa.String(16), nullable=False, server_default="message"),
    )
    op.add_column(
        "inbox",
        sa.Column("requests", sa.Integer(), nullable=False, server_default="1"),
    )
    op.add_column("inbox", sa.Column("promised_at", TIME, nullable=True))
    op.add_column("inbox", sa.Column("detail", sa.JSON(), nullable=True))
    op.add_column("messages", sa.Column("media", sa.JSON(), nullable=True))
    op.add_column(
        "tickets",
        sa.Column("kf_account", sa.String(64), nullable=False, server_default=""),
    )
    _extend_outbox()
    op.create_table(
        "send_windows",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closes_at", TIME, nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_send_windows_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_windows")),
        sa.UniqueConstraint(
            "conversation_id", "trigger", name=op.f("uq_send_windows_conversation_id")
        ),
    )
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.String(160), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_subscriptions_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint(
            "conversation_id",
            "template_id",
            name=op.f("uq_subscriptions_conversation_id"),
        ),
    )
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=True),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("wechat_id", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.String(300), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_notices_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_notices_message_id_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_conversation_id", "notices", ["conversation_id"])
    op.create_index("ix_notices_wechat_id", "notices", ["wechat_id"])
    op.create_table(
        "alarms",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("message", sa.String(300), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
        sa.UniqueConstraint("key", name=op.f("uq_alarms_key")),
    )
    op.create_table(
        "quick_replies",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("changed_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["officers.id"],
            name=op.f("fk_quick_replies_changed_by_officers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quick_replies")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_quick_replies_source")),
    )
    op.create_table(
        "halls",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("region", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("phone", sa.String(80), nullable=False),
        sa.Column("hours", sa.String(200), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halls")),
        sa.UniqueConstraint("name", name=op.f("uq_halls_name")),
    )


def _extend_outbox() -> None:
    op.add_column("outbox", sa.Column("conversation_id", ID, nullable=True))
    op.execute(
        "UPDATE outbox SET conversation_id ="
        " (SELECT conversation_id FROM messages WHERE messages.id = outbox.message_id)"
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("conversation_id", existing_type=ID, nullable=False)
        batch_op.create_foreign_key(
            op.f("fk_outbox_conversation_id_conversations"),
            "conversations",
            ["conversation_id"],
            ["id"],
        )
        batch_op.add_column(
            sa.Column("priority", sa.String(16), nullable=False, server_default="bot")
        )
        batch_op.add_column(
            sa.Column("parts_sent", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(sa.Column("noticed_at", TIME, nullable=True))
        batch_op.add_column(sa.Column("carried_by_id", ID, nullable=True))
        batch_op.add_column(
            sa.Column("carried_parts", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column(
                "is_carried_whole",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            )
        )
        batch_op.create_foreign_key(
            op.f("fk_outbox_carried_by_id_inbox"), "inbox", ["carried_by_id"], ["id"]
        )
        batch_op.create_index(
            "ix_outbox_conversation", ["conversation_id", "state", "id"]
        )


def downgrade() -> None:
    for table in (
        "halls",
        "quick_replies",
        "alarms",
        "notices",
        "subscriptions",
        "send_windows",
    ):
        op.drop_table(table)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_conversation")
        for column in (
            "is_carried_whole",
            "carried_parts",
            "carried_by_id",
            "noticed_at",
            "parts_sent",
            "priority",
            "conversation_id",
        ):
            batch_op.drop_column(column)
    op.drop_column("tickets", "kf_account")
    op.drop_column("messages", "media")
    for column in ("detail", "promised_at", "requests", "trigger"):
        op.drop_column("inbox", column)
