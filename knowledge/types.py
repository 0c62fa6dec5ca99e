"""Values that the knowledge base takes and gives. Pure: no storage, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

EmbeddingMatrix: TypeAlias = npt.NDArray[np.float32]
"""Unit-length row vectors, shape (n_texts, dim)."""


class EntryKind(StrEnum):
    """What kind of knowledge an entry is; it decides how it is cut and answered."""

    POLICY = "policy"
    GUIDE = "guide"
    FAQ = "faq"


class Aspect(StrEnum):
    """The element of a service guide that a passage holds.

    Source: the elements of the national 政务服务事项实施清单.
    """

    CONDITIONS = "conditions"
    MATERIALS = "materials"
    PROCESS = "process"
    TIME_LIMIT = "time_limit"
    FEE = "fee"
    PLACE = "place"
    HOURS = "hours"
    PHONE = "phone"
    ONLINE = "online"
    VISITS = "visits"
    SCOPE = "scope"
    RESULT = "result"
    NOTES = "notes"
    BASIS = "basis"

    @property
    def label(self) -> str:
        """The name a citizen reads, Chinese."""
        return ASPECT_LABELS[self]


#: Aspect to the heading printed above it.
ASPECT_LABELS: Mapping[Aspect, str] = {
    Aspect.CONDITIONS: "受理条件",
    Aspect.MATERIALS: "申请材料",
    Aspect.PROCESS: "办理流程",
    Aspect.TIME_LIMIT: "办理时限",
    Aspect.FEE: "收费标准",
    Aspect.PLACE: "办理地点",
    Aspect.HOURS: "办公时间",
    Aspect.PHONE: "咨询与监督电话",
    Aspect.ONLINE: "网上办理",
    Aspect.VISITS: "到场次数",
    Aspect.SCOPE: "通办范围",
    Aspect.RESULT: "办理结果",
    Aspect.NOTES: "注意事项",
    Aspect.BASIS: "设定依据",
}


class Encoder(Protocol):
    """Turns text into vectors; the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """Identifies model and settings; vectors of two names never mix."""

    @property
    def dim(self) -> int:
        """Length of every vector."""

    def encode_passages(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per document text, shape (len(texts), dim)."""

    def encode_queries(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per question, shape (len(texts), dim)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry was read from."""

    #: File name without folders, as staff know it.
    file: str

    #: Public address of the original; empty when there is none.
    url: str = ""

    #: SHA-256 of the bytes, hex; empty when unknown.
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One piece of an entry as the document has it, before it is cut to size."""

    #: "第二章 申请与受理 第七条", "申请材料", or the question of an FAQ.
    heading: str

    #: Plain text; lines keep the document's numbering.
    text: str

    #: Which element of a guide; None for policies and FAQs.
    aspect: Aspect | None = None

    #: Where in the file: "第3页", "第12行", "第七条".
    locator: str = ""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """What the ingest package understood of one policy, guide or question."""

    kind: EntryKind
    title: str
    sections: tuple[Section, ...]
    source: Source

    #: Responsible bureau, full name; empty when the document does not say.
    department: str = ""

    #: Region name (云泽市, 西山区); empty when the document does not say.
    region: str = ""

    #: Whom it is for, free text.
    audience: str = ""

    #: Everyday names of a guide, or similar questions of an FAQ.
    aliases: tuple[str, ...] = ()

    #: 文号, such as 云民〔2026〕12号; empty when none.
    doc_number: str = ""

    issued_on: date | None = None

    #: First day it applies; None = since always.
    effective_on: date | None = None

    #: Last day it applies; None while open-ended.
    expires_on: date | None = None

    #: When staff last checked it; shown to citizens.
    checked_on: date | None = None

    #: 文号 or titles of the documents that this one repeals or replaces.
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One searchable piece of an entry, with all a citation needs."""

    #: Stable while the text is unchanged: SHA-256 of entry id, heading and text,
    #: first 16 hex digits.
    id: str

    #: The entry that staff edit; several passages share one.
    entry_id: str

    kind: EntryKind

    #: Title of the entry.
    title: str

    #: Heading inside the entry; see Section.
    heading: str

    #: Plain text, at most ``MAX_PASSAGE_CHARS`` characters.
    text: str

    aspect: Aspect | None = None
    region: str = ""
    department: str = ""
    doc_number: str = ""
    aliases: tuple[str, ...] = ()
    source_file: str = ""
    source_url: str = ""
    locator: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    checked_on: date | None = None

    #: Position within the entry, from 0.
    ordinal: int = 0

    def counts_on(self, day: date) -> bool:
        """Tell whether the rule is in force on a Beijing date."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be searched: set by the asker's time and place, not by the text."""

    #: Only passages valid on this Beijing date are found.
    today: date

    #: Region the citizen named or chose; None = unknown.
    region: str | None = None

    #: Restrict to one entry, for a follow-up; None = everything.
    entry_id: str | None = None

    #: The element asked for, when the question names one.
    aspect: Aspect | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; its score is comparable within one question only."""

    passage: Passage
    score: float

    #: Named figures the score was made of, for the evidence.
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search brought, best first, and how sure we are of the first hit."""

    question: str
    hits: tuple[Hit, ...]

    #: Probability from 0 to 1 that the first hit answers the question.
    confidence: float

    #: Release searched; the evidence freezes it.
    release_id: str

    #: Named figures behind the confidence, for the evidence.
    features: Mapping[str, float] = field(default_factory=dict)

    #: The entry that would come first but is off; empty if none is. No hit is of it.
    off_entry: str = ""

    #: Probability that it would have answered.
    off_confidence: float = 0.0
