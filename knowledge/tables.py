"""Tables of the knowledge package: entries, their revisions, and releases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .moments import UtcDateTime

#: Auto-increment keys: SQLite only counts up an INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Declarative base of the knowledge tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        date: Date(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class DepartmentRow(Base):
    """A bureau that is responsible for entries."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class RegionRow(Base):
    """A city or district that an entry applies to."""

    __tablename__ = "regions"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class EntryRow(Base):
    """What staff edit; its current text is its newest revision."""

    __tablename__ = "entries"

    #: SHA-256 of kind, title, region and 文号, first 16 hex digits.
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), index=True)
    title: Mapped[str] = mapped_column(String(300))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("regions.id"))
    #: "published" or "withdrawn".
    state: Mapped[str] = mapped_column(String(16), default="published")
    #: Entry that took this one's place.
    superseded_by: Mapped[str | None] = mapped_column(String(16))
    #: Last day before that; None = nothing took its place.
    superseded_on: Mapped[date | None]
    #: What is answered from; None = not yet, or not any more. No foreign key: the
    #: two tables would name each other.
    published_revision_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RevisionRow(Base):
    """One state of an entry; never changed once written."""

    __tablename__ = "revisions"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entries.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    #: SHA-256 of the draft as JSON: an unchanged file makes no revision.
    digest: Mapped[str] = mapped_column(String(64))
    audience: Mapped[str] = mapped_column(String(300), default="")
    doc_number: Mapped[str] = mapped_column(String(80), default="")
    aliases: Mapped[list[Any]]
    supersedes: Mapped[list[Any]]
    issued_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    checked_on: Mapped[date | None]
    source_file: Mapped[str] = mapped_column(String(300), default="")
    source_url: Mapped[str] = mapped_column(Text, default="")
    source_sha256: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    #: The whole EntryDraft as JSON; None for those of before 0005.
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: The reviewed change that it came from; None = taken in by an operator.
    change_id: Mapped[int | None] = mapped_column(Integer)
    written_by: Mapped[int | None] = mapped_column(Integer)
    approved_by: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("entry_id", "number"),)


class PassageRow(Base):
    """One searchable piece of a revision."""

    __tablename__ = "passages"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"), index=True)
    #: Stable across revisions while heading and text are the same.
    passage_id: Mapped[str] = mapped_column(String(16), index=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    heading: Mapped[str] = mapped_column(String(300))
    aspect: Mapped[str | None] = mapped_column(String(24))
    locator: Mapped[str] = mapped_column(String(120), default="")
    text: Mapped[str] = mapped_column(Text)


class ReleaseRow(Base):
    """A build of the index that was, or is, answered from."""

    __tablename__ = "releases"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    passages: Mapped[int] = mapped_column(Integer)
    encoder: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    #: Why it was made; Chinese.
    reason: Mapped[str] = mapped_column(String(300), default="")
    made_by: Mapped[int | None] = mapped_column(Integer)
    #: The one that the record says is answered from.
    is_current: Mapped[bool] = mapped_column(Boolean, default=False)
