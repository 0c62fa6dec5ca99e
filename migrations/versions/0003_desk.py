"""The desk: bureaus, the life of tickets, clocks, ratings, reviews, second factor.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

#: Auto-increment keys: SQLite only counts up an INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TIME = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("bureaus",
    sa.Column("id", ID, nullable=False),
    sa.Column("name", sa.String(length=80), nullable=False),
    sa.Column("departments", sa.JSON(), nullable=False),
    sa.Column("regions", sa.JSON(), nullable=False),
    sa.Column("topics", sa.JSON(), nullable=False),
    sa.Column("is_default", sa.Boolean(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_bureaus")),
    sa.UniqueConstraint("name", name=op.f("uq_bureaus_name"))
    )
    op.create_table("calendar_days",
    sa.Column("day", sa.Date(), nullable=False),
    sa.Column("is_working", sa.Boolean(), nullable=False),
    sa.Column("note", sa.String(length=80), nullable=False),
    sa.Column("changed_at", TIME, nullable=False),
    sa.Column("changed_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["changed_by"], ["officers.id"], name=op.f("fk_calendar_days_changed_by_officers")),
    sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days"))
    )
    op.create_table("canned_replies",
    sa.Column("id", ID, nullable=False),
    sa.Column("bureau_id", ID, nullable=True),
    sa.Column("shortcut", sa.String(length=32), nullable=False),
    sa.Column("title", sa.String(length=80), nullable=False),
    sa.Column("text", sa.Text(), nullable=False),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("changed_at", TIME, nullable=False),
    sa.Column("changed_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_canned_replies_bureau_id_bureaus")),
    sa.ForeignKeyConstraint(["changed_by"], ["officers.id"], name=op.f("fk_canned_replies_changed_by_officers")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    sa.UniqueConstraint("bureau_id", "shortcut", name=op.f("uq_canned_replies_bureau_id"))
    )
    op.create_table("reviews",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=False),
    sa.Column("reviewer_id", ID, nullable=False),
    sa.Column("scores", sa.JSON(), nullable=False),
    sa.Column("is_knowledge_missing", sa.Boolean(), nullable=False),
    sa.Column("comment", sa.Text(), nullable=False),
    sa.Column("is_second_opinion", sa.Boolean(), nullable=False),
    sa.Column("appeal", sa.String(length=16), nullable=False),
    sa.Column("appeal_text", sa.Text(), nullable=False),
    sa.Column("seen_at", TIME, nullable=True),
    sa.Column("created_at", TIME, nullable=False),
    sa.ForeignKeyConstraint(["reviewer_id"], ["officers.id"], name=op.f("fk_reviews_reviewer_id_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_reviews_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    sa.UniqueConstraint("ticket_id", "reviewer_id", name=op.f("uq_reviews_ticket_id"))
    )
    op.create_index(op.f("ix_reviews_ticket_id"), "reviews", ["ticket_id"], unique=False)
    op.create_table("ticket_entries",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=False),
    sa.Column("entry_id", sa.String(length=64), nullable=False),
    sa.Column("title", sa.String(length=200), nullable=False),
    sa.Column("relation", sa.String(length=16), nullable=False),
    sa.Column("at", TIME, nullable=False),
    sa.Column("officer_id", ID, nullable=True),
    sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_ticket_entries_officer_id_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_entries_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_entries"))
    )
    op.create_index(op.f("ix_ticket_entries_ticket_id"), "ticket_entries", ["ticket_id"], unique=False)
    op.create_table("ticket_events",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=False),
    sa.Column("at", TIME, nullable=False),
    sa.Column("officer_id", ID, nullable=True),
    sa.Column("action", sa.String(length=32), nullable=False),
    sa.Column("detail", sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_ticket_events_officer_id_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_events_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_events"))
    )
    op.create_index("ix_ticket_events_ticket", "ticket_events", ["ticket_id", "id"], unique=False)
    op.create_table("ticket_warnings",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=False),
    sa.Column("clock", sa.String(length=16), nullable=False),
    sa.Column("level", sa.String(length=16), nullable=False),
    sa.Column("at", TIME, nullable=False),
    sa.Column("sent_at", TIME, nullable=True),
    sa.Column("error", sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_warnings_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_warnings")),
    sa.UniqueConstraint("ticket_id", "clock", "level", name=op.f("uq_ticket_warnings_ticket_id"))
    )
    op.create_table("attachments",
    sa.Column("id", ID, nullable=False),
    sa.Column("message_id", ID, nullable=False),
    sa.Column("name", sa.String(length=120), nullable=False),
    sa.Column("content_type", sa.String(length=80), nullable=False),
    sa.Column("size", sa.Integer(), nullable=False),
    sa.Column("data_sealed", sa.LargeBinary(), nullable=True),
    sa.Column("created_at", TIME, nullable=False),
    sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_attachments_message_id_messages")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments"))
    )
    op.create_index(op.f("ix_attachments_message_id"), "attachments", ["message_id"], unique=False)
    op.create_table("ratings",
    sa.Column("id", ID, nullable=False),
    sa.Column("conversation_id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=True),
    sa.Column("message_id", ID, nullable=True),
    sa.Column("bureau_id", ID, nullable=True),
    sa.Column("officer_id", ID, nullable=True),
    sa.Column("score", sa.Integer(), nullable=False),
    sa.Column("comment", sa.Text(), nullable=False),
    sa.Column("created_at", TIME, nullable=False),
    sa.Column("changed_at", TIME, nullable=False),
    sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_ratings_bureau_id_bureaus")),
    sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_ratings_conversation_id_conversations")),
    sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_ratings_message_id_messages")),
    sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_ratings_officer_id_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ratings_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
    sa.UniqueConstraint("message_id", name=op.f("uq_ratings_message_id")),
    sa.UniqueConstraint("ticket_id", name=op.f("uq_ratings_ticket_id"))
    )
    op.create_index(op.f("ix_ratings_conversation_id"), "ratings", ["conversation_id"], unique=False)
    op.create_table("votes",
    sa.Column("id", ID, nullable=False),
    sa.Column("message_id", ID, nullable=False),
    sa.Column("officer_id", ID, nullable=False),
    sa.Column("is_right", sa.Boolean(), nullable=False),
    sa.Column("note", sa.String(length=300), nullable=False),
    sa.Column("at", TIME, nullable=False),
    sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_votes_message_id_messages")),
    sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_votes_officer_id_officers")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
    sa.UniqueConstraint("message_id", "officer_id", name=op.f("uq_votes_message_id"))
    )
    op.create_table("follow_ups",
    sa.Column("id", ID, nullable=False),
    sa.Column("rating_id", ID, nullable=False),
    sa.Column("bureau_id", ID, nullable=True),
    sa.Column("state", sa.String(length=16), nullable=False),
    sa.Column("owner_id", ID, nullable=True),
    sa.Column("due_at", TIME, nullable=False),
    sa.Column("result", sa.Text(), nullable=False),
    sa.Column("closed_at", TIME, nullable=True),
    sa.Column("closed_by", ID, nullable=True),
    sa.Column("created_at", TIME, nullable=False),
    sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_follow_ups_bureau_id_bureaus")),
    sa.ForeignKeyConstraint(["closed_by"], ["officers.id"], name=op.f("fk_follow_ups_closed_by_officers")),
    sa.ForeignKeyConstraint(["owner_id"], ["officers.id"], name=op.f("fk_follow_ups_owner_id_officers")),
    sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_follow_ups_rating_id_ratings")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
    sa.UniqueConstraint("rating_id", name=op.f("uq_follow_ups_rating_id"))
    )
    op.create_index(op.f("ix_follow_ups_state"), "follow_ups", ["state"], unique=False)
    op.create_table("review_samples",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=False),
    sa.Column("reason", sa.String(length=16), nullable=False),
    sa.Column("seed", sa.String(length=40), nullable=False),
    sa.Column("drawn_at", TIME, nullable=False),
    sa.Column("drawn_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["drawn_by"], ["officers.id"], name=op.f("fk_review_samples_drawn_by_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_review_samples_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_review_samples")),
    sa.UniqueConstraint("ticket_id", name=op.f("uq_review_samples_ticket_id"))
    )
    op.create_table("drafts",
    sa.Column("id", ID, nullable=False),
    sa.Column("ticket_id", ID, nullable=True),
    sa.Column("bureau_id", ID, nullable=True),
    sa.Column("question", sa.Text(), nullable=False),
    sa.Column("answer", sa.Text(), nullable=False),
    sa.Column("basis", sa.String(length=300), nullable=False),
    sa.Column("state", sa.String(length=16), nullable=False),
    sa.Column("word", sa.String(length=300), nullable=False),
    sa.Column("created_at", TIME, nullable=False),
    sa.Column("created_by", ID, nullable=True),
    sa.Column("changed_at", TIME, nullable=False),
    sa.Column("changed_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_drafts_bureau_id_bureaus")),
    sa.ForeignKeyConstraint(["changed_by"], ["officers.id"], name=op.f("fk_drafts_changed_by_officers")),
    sa.ForeignKeyConstraint(["created_by"], ["officers.id"], name=op.f("fk_drafts_created_by_officers")),
    sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_drafts_ticket_id_tickets")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts"))
    )
    op.create_index(op.f("ix_drafts_ticket_id"), "drafts", ["ticket_id"], unique=False)
    op.create_index(op.f("ix_drafts_state"), "drafts", ["state"], unique=False)
    op.create_table("people_topics",
    sa.Column("id", ID, nullable=False),
    sa.Column("name", sa.String(length=80), nullable=False),
    sa.Column("words", sa.JSON(), nullable=False),
    sa.Column("bureau_id", ID, nullable=True),
    sa.Column("is_active", sa.Boolean(), nullable=False),
    sa.Column("changed_at", TIME, nullable=False),
    sa.Column("changed_by", ID, nullable=True),
    sa.ForeignKeyConstraint(["bureau_id"], ["bureaus.id"], name=op.f("fk_people_topics_bureau_id_bureaus")),
    sa.ForeignKeyConstraint(["changed_by"], ["officers.id"], name=op.f("fk_people_topics_changed_by_officers")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_people_topics")),
    sa.UniqueConstraint("name", name=op.f("uq_people_topics_name"))
    )
    op.add_column("messages", sa.Column("original_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("conversations", sa.Column("read_up_to", ID, nullable=False, server_default="0"))
    _extend_officers()
    _extend_tickets()


def _extend_officers() -> None:
    _add_reference("officers", "bureau_id", "bureaus")
    for column in (
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("presence", sa.String(16), nullable=False, server_default="online"),
        sa.Column("seen_at", TIME, nullable=True),
    ):
        op.add_column("officers", column)
    _add_reference("setup_tokens", "bureau_id", "bureaus")
    _add_reference("setup_tokens", "officer_id", "officers")
    # The word for whoever answers citizens; who leads a bureau is chosen anew.
    op.execute("UPDATE officers SET role = 'agent' WHERE role = 'officer'")
    op.execute("UPDATE setup_tokens SET role = 'agent' WHERE role = 'officer'")


def _extend_tickets() -> None:
    _add_reference("tickets", "bureau_id", "bureaus")
    _add_reference("tickets", "offered_to_id", "bureaus")
    for column in (
        sa.Column("kind", sa.String(16), nullable=False, server_default="consult"),
        sa.Column("urgency", sa.String(16), nullable=False, server_default="normal"),
        sa.Column("is_message", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column(
            "is_confidential", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
        sa.Column("due_first_reply_at", TIME, nullable=True),
        sa.Column("due_dispatch_at", TIME, nullable=True),
        sa.Column("due_answer_at", TIME, nullable=True),
        sa.Column("first_reply_at", TIME, nullable=True),
        sa.Column("snoozed_until", TIME, nullable=True),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("resolution", sa.String(300), nullable=False, server_default=""),
    ):
        op.add_column("tickets", column)
    _index_open("state NOT IN ('closed', 'resolved')")


def _index_open(where: str) -> None:
    op.drop_index("uq_tickets_open", "tickets")
    op.create_index(
        "uq_tickets_open",
        "tickets",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _add_reference(table: str, column: str, target: str) -> None:
    """Add a column that points at another table, without copying the table."""
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the table to add the constraint, and others point at it.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER REFERENCES {target} (id)"
        )
        return
    op.add_column(table, sa.Column(column, ID, nullable=True))
    op.create_foreign_key(
        op.f(f"fk_{table}_{column}_{target}"), table, target, [column], ["id"]
    )


def downgrade() -> None:
    op.execute("UPDATE tickets SET state = 'closed' WHERE state = 'resolved'")
    _index_open("state <> 'closed'")
    for table in (
        "people_topics",
        "drafts",
        "review_samples",
        "follow_ups",
        "votes",
        "ratings",
        "attachments",
        "ticket_warnings",
        "ticket_events",
        "ticket_entries",
        "reviews",
        "canned_replies",
        "calendar_days",
    ):
        op.drop_table(table)
    for table, columns in (
        ("messages", ("original_sealed",)),
        ("conversations", ("read_up_to",)),
        (
            "tickets",
            (
                "resolution",
                "resolved_at",
                "snoozed_until",
                "first_reply_at",
                "due_answer_at",
                "due_dispatch_at",
                "due_first_reply_at",
                "is_confidential",
                "is_message",
                "urgency",
                "kind",
                "offered_to_id",
                "bureau_id",
            ),
        ),
        ("setup_tokens", ("officer_id", "bureau_id")),
        ("officers", ("seen_at", "presence", "totp_step", "totp_sealed", "bureau_id")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    op.drop_table("bureaus")
