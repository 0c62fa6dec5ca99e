"""Tables of the knowledge's life: changes under review, releases, switches, exams."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .tables import Base, Id


class ChangeRow(Base):
    """One proposed change; its content is what would be in force."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: "entry", "synonym", "hot_word", "wording", "menu".
    kind: Mapped[str] = mapped_column(String(16), index=True)
    #: "add", "edit", "withdraw" or "restore".
    action: Mapped[str] = mapped_column(String(16))
    #: Id of the entry, or key of the text; empty for a new entry.
    subject: Mapped[str] = mapped_column(String(80), default="", index=True)
    title: Mapped[str] = mapped_column(String(300))
    #: Responsible, by name as departments have it; empty = the whole office's.
    department: Mapped[str] = mapped_column(String(80), default="", index=True)
    region: Mapped[str] = mapped_column(String(80), default="")
    #: An EntryDraft as JSON, or the text's own fields.
    content: Mapped[dict[str, Any]]
    #: What was in force when the change was begun; None = nothing.
    base_revision_id: Mapped[int | None] = mapped_column(ForeignKey("revisions.id"))
    #: See ChangeState.
    state: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    #: Goes up with each writing: a form made from an older one is refused.
    version: Mapped[int] = mapped_column(Integer, default=1)
    #: Where it came from: "file", "draft 12", "excel", "page".
    origin: Mapped[str] = mapped_column(String(80), default="page")
    #: Officers who wrote any of the content: none of them may approve it.
    writers: Mapped[list[Any]]
    created_by: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_by: Mapped[int | None] = mapped_column(Integer)
    submitted_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Integer)
    decided_at: Mapped[datetime | None]
    #: Approved and not before; None = at once.
    publish_at: Mapped[datetime | None] = mapped_column(index=True)
    published_at: Mapped[datetime | None]
    #: Why a reviewer lets it out although the exam stopped it.
    overruled: Mapped[str] = mapped_column(String(300), default="")
    #: Why it is not out yet: what the exam or the machine said.
    stopped: Mapped[str] = mapped_column(Text, default="")


class ChangeNoteRow(Base):
    """A word about a change: a comment, or the reason of a decision."""

    __tablename__ = "change_notes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(Integer)
    #: "comment", or the move it explains: "submit", "approve", "return", "cancel" …
    move: Mapped[str] = mapped_column(String(16), default="comment")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class ReleaseRevisionRow(Base):
    """Which revision a release answers from; a roll-back reads it."""

    __tablename__ = "release_revisions"

    release_id: Mapped[str] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(
        ForeignKey("revisions.id"), primary_key=True, autoincrement=False
    )


class SwitchRow(Base):
    """An entry or a topic that is off at once, with what is said instead."""

    __tablename__ = "switches"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: Empty for a topic.
    entry_id: Mapped[str] = mapped_column(String(16), default="", index=True)
    #: Name of the topic, or title of the entry.
    name: Mapped[str] = mapped_column(String(300))
    #: Words, one of which in a question means this topic; empty for an entry.
    words: Mapped[list[Any]]
    department: Mapped[str] = mapped_column(String(80), default="")
    #: What the citizen reads instead; Chinese.
    notice: Mapped[str] = mapped_column(Text)
    #: For colleagues.
    reason: Mapped[str] = mapped_column(String(300))
    off_by: Mapped[int | None] = mapped_column(Integer)
    off_at: Mapped[datetime]
    on_by: Mapped[int | None] = mapped_column(Integer)
    #: None while it is off.
    on_at: Mapped[datetime | None] = mapped_column(index=True)


class ExamQuestionRow(Base):
    """A question that every release must answer, or must not."""

    __tablename__ = "exam_questions"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: Whose answer it must be; empty = must be refused.
    entry_id: Mapped[str] = mapped_column(String(16), default="", index=True)
    question: Mapped[str] = mapped_column(Text)
    region: Mapped[str] = mapped_column(String(80), default="")
    #: What must stand in the answer, if more than the entry counts.
    expected: Mapped[str] = mapped_column(String(300), default="")
    department: Mapped[str] = mapped_column(String(80), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_by: Mapped[int | None] = mapped_column(Integer)
    changed_at: Mapped[datetime]


class ExamRunRow(Base):
    """What an exam of a release said, before it went out or was stopped."""

    __tablename__ = "exam_runs"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    release_id: Mapped[str] = mapped_column(String(40), default="", index=True)
    #: Changes that were in it.
    change_ids: Mapped[list[Any]]
    asked: Mapped[int] = mapped_column(Integer)
    passed: Mapped[int] = mapped_column(Integer)
    #: Each failed question: id, question, wanted, said before, says now.
    failures: Mapped[list[Any]]
    is_stopped: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]


class OfficeTextRow(Base):
    """A synonym, hot word, wording or menu text of the office's own, in force."""

    __tablename__ = "office_texts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(80))
    content: Mapped[dict[str, Any]]
    change_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))
    at: Mapped[datetime]

    __table_args__ = (Index("ix_office_texts_kind_key", "kind", "key", unique=True),)


class EntryUseRow(Base):
    """How often an entry was answered from on one Beijing day."""

    __tablename__ = "entry_uses"

    entry_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    answers: Mapped[int] = mapped_column(Integer)


class ImportRow(Base):
    """One batch of files that somebody handed in."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    created_by: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime]
    #: What the editor said of all files: department, region.
    hints: Mapped[dict[str, Any]]


class ImportFileRow(Base):
    """One file of a batch, and what was understood of it."""

    __tablename__ = "import_files"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    #: As staff know it, below the folder that was dragged in.
    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    #: "waiting", "reading", "read", "refused", "saved" or "dropped".
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    #: Why it was refused; Chinese.
    reason: Mapped[str] = mapped_column(Text, default="")
    #: The file's report as JSON, checks included.
    report: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
