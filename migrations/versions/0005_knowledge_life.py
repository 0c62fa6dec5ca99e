"""The life of knowledge: changes under review, releases, switches, exams, imports.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

#: Auto-increment keys: SQLite only counts up an INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exam_questions",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", sa.String(length=16), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("expected", sa.String(length=300), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_questions")),
    )
    with op.batch_alter_table("exam_questions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exam_questions_entry_id"), ["entry_id"], unique=False
        )

    op.create_table(
        "exam_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("release_id", sa.String(length=40), nullable=False),
        sa.Column("change_ids", sa.JSON(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("is_stopped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_runs")),
    )
    with op.batch_alter_table("exam_runs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exam_runs_release_id"), ["release_id"], unique=False
        )

    op.create_table(
        "entry_uses",
        sa.Column("entry_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "day", name=op.f("pk_entry_uses")),
    )
    op.create_table(
        "imports",
        sa.Column("id", ID, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "switches",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("off_by", sa.Integer(), nullable=True),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_by", sa.Integer(), nullable=True),
        sa.Column("on_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_switches")),
    )
    with op.batch_alter_table("switches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_switches_entry_id"), ["entry_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_switches_on_at"), ["on_at"], unique=False)

    op.create_table(
        "import_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name=op.f("fk_import_files_import_id_imports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_files")),
    )
    with op.batch_alter_table("import_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_files_import_id"), ["import_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_import_files_state"), ["state"], unique=False
        )

    op.create_table(
        "changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("base_revision_id", ID, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("overruled", sa.String(length=300), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["base_revision_id"],
            ["revisions.id"],
            name=op.f("fk_changes_base_revision_id_revisions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_changes_department"), ["department"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_changes_kind"), ["kind"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_changes_publish_at"), ["publish_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_changes_state"), ["state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_changes_subject"), ["subject"], unique=False
        )

    op.create_table(
        "release_revisions",
        sa.Column("release_id", sa.String(length=40), nullable=False),
        sa.Column("revision_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["releases.id"],
            name=op.f("fk_release_revisions_release_id_releases"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.id"],
            name=op.f("fk_release_revisions_revision_id_revisions"),
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "revision_id", name=op.f("pk_release_revisions")
        ),
    )
    op.create_table(
        "change_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("change_id", ID, nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("move", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_change_notes_change_id_changes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_notes")),
    )
    with op.batch_alter_table("change_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_notes_change_id"), ["change_id"], unique=False
        )

    op.create_table(
        "office_texts",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("change_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["changes.id"],
            name=op.f("fk_office_texts_change_id_changes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_texts")),
    )
    with op.batch_alter_table("office_texts", schema=None) as batch_op:
        batch_op.create_index("ix_office_texts_kind_key", ["kind", "key"], unique=True)

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("superseded_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("published_revision_id", ID, nullable=True))

    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "reason", sa.String(length=300), nullable=False, server_default=""
            )
        )
        batch_op.add_column(sa.Column("made_by", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "is_current", sa.Boolean(), nullable=False, server_default=sa.false()
            )
        )

    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("change_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("written_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))

    # What was answered from until now: the newest revision of what is published.
    op.execute(
        "UPDATE entries SET published_revision_id = (SELECT id FROM revisions"
        " WHERE revisions.entry_id = entries.id ORDER BY number DESC LIMIT 1)"
        " WHERE state = 'published'"
    )


def downgrade() -> None:
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_column("approved_by")
        batch_op.drop_column("written_by")
        batch_op.drop_column("change_id")
        batch_op.drop_column("content")

    with op.batch_alter_table("releases", schema=None) as batch_op:
        batch_op.drop_column("is_current")
        batch_op.drop_column("made_by")
        batch_op.drop_column("reason")

    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_column("published_revision_id")
        batch_op.drop_column("superseded_on")

    with op.batch_alter_table("office_texts", schema=None) as batch_op:
        batch_op.drop_index("ix_office_texts_kind_key")

    op.drop_table("office_texts")
    with op.batch_alter_table("change_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_notes_change_id"))

    op.drop_table("change_notes")
    op.drop_table("release_revisions")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changes_subject"))
        batch_op.drop_index(batch_op.f("ix_changes_state"))
        batch_op.drop_index(batch_op.f("ix_changes_publish_at"))
        batch_op.drop_index(batch_op.f("ix_changes_kind"))
        batch_op.drop_index(batch_op.f("ix_changes_department"))

    op.drop_table("changes")
    with op.batch_alter_table("import_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_files_state"))
        batch_op.drop_index(batch_op.f("ix_import_files_import_id"))

    op.drop_table("import_files")
    with op.batch_alter_table("switches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_switches_on_at"))
        batch_op.drop_index(batch_op.f("ix_switches_entry_id"))

    op.drop_table("switches")
    op.drop_table("imports")
    op.drop_table("entry_uses")
    with op.batch_alter_table("exam_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_runs_release_id"))

    op.drop_table("exam_runs")
    with op.batch_alter_table("exam_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exam_questions_entry_id"))

    op.drop_table("exam_questions")
