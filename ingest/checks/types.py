"""Values of the checks: what was found, how grave it is, where, and how to mend it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from knowledge import EntryDraft, entry_id


class CheckKind(StrEnum):
    """What a check looks for; the labels stand in ``CHECK_LABELS``."""

    SAME_TEXT = "same_text"
    NEAR_DUPLICATE = "near_duplicate"
    CONFLICT = "conflict"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    NOT_YET = "not_yet"
    TERM_MISMATCH = "term_mismatch"
    NO_SOURCE = "no_source"
    NO_DEPARTMENT = "no_department"
    NO_REGION = "no_region"
    NO_DATE = "no_date"
    UNKNOWN_REGION = "unknown_region"
    DEAD_REFERENCE = "dead_reference"
    PERSONAL_DATA = "personal_data"
    BROKEN_TABLE = "broken_table"
    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    VAGUE = "vague"
    SENSITIVE = "sensitive"

    @property
    def label(self) -> str:
        """The name staff read, Chinese."""
        return CHECK_LABELS[self]


#: Check to its name on pages and in reports.
CHECK_LABELS: Mapping[CheckKind, str] = {
    CheckKind.SAME_TEXT: "内容相同",
    CheckKind.NEAR_DUPLICATE: "内容几乎相同",
    CheckKind.CONFLICT: "说法矛盾",
    CheckKind.EXPIRED: "已经失效",
    CheckKind.EXPIRING: "即将到期",
    CheckKind.NOT_YET: "尚未施行",
    CheckKind.TERM_MISMATCH: "有效期与正文不符",
    CheckKind.NO_SOURCE: "没有来源",
    CheckKind.NO_DEPARTMENT: "没有部门",
    CheckKind.NO_REGION: "没有地区",
    CheckKind.NO_DATE: "没有日期",
    CheckKind.UNKNOWN_REGION: "地区不认识",
    CheckKind.DEAD_REFERENCE: "引用落空",
    CheckKind.PERSONAL_DATA: "个人信息",
    CheckKind.BROKEN_TABLE: "表格损坏",
    CheckKind.UNREADABLE: "文字无法辨认",
    CheckKind.TOO_SHORT: "内容太短",
    CheckKind.TOO_LONG: "内容太长",
    CheckKind.VAGUE: "没有实际内容",
    CheckKind.SENSITIVE: "用词需要核对",
}


class Severity(StrEnum):
    """What follows from a result."""

    #: Must be mended before review.
    BLOCK = "block"

    #: A person must have looked.
    WARN = "warn"

    #: Good to know.
    NOTE = "note"

    @property
    def label(self) -> str:
        """The name staff read, Chinese."""
        return {"block": "必须处理", "warn": "需要核对", "note": "提示"}[self]


#: Gravest first.
SEVERITY_ORDER = (Severity.BLOCK, Severity.WARN, Severity.NOTE)


class MendingKind(StrEnum):
    """What a mending does to a draft."""

    #: Hide a number: ``section``, ``start``, ``text``, ``value`` (the masked form).
    MASK = "mask"

    #: Put other words in place: ``section``, ``start``, ``text``, ``value``.
    REPLACE = "replace"

    #: Take words out: ``section``, ``start``, ``text``.
    REMOVE = "remove"

    #: Drop a section: ``section``, ``text`` (its first characters).
    DROP_SECTION = "drop_section"

    #: Set a field of the entry: ``field``, ``value`` (dates as 2026-12-31).
    SET_FIELD = "set_field"


@dataclass(frozen=True, slots=True)
class Mending:
    """One click that puts a result right; see ``apply_mending``."""

    kind: MendingKind
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    #: What the button says, Chinese.
    label: str = ""

    def to_json(self) -> str:
        """Return the mending as a form field can carry it."""
        body = {"kind": self.kind.value, "parameters": dict(self.parameters)}
        return json.dumps(body | {"label": self.label}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Mending:
        """Read a mending back.

        Raises:
            ValueError: If the text is no mending.
        """
        try:
            body: Any = json.loads(text)
            parameters = {
                str(key): value
                for key, value in body["parameters"].items()
                if isinstance(value, str | int)
            }
            kind, label = MendingKind(body["kind"]), str(body.get("label", ""))
        except (AttributeError, KeyError, TypeError) as e:
            raise ValueError("no mending") from e
        return cls(kind, parameters, label)


@dataclass(frozen=True, slots=True)
class EntryRef:
    """An entry that a result is about."""

    #: As ``knowledge.entry_id`` gives it, or the id it is published under.
    id: str
    title: str
    kind: str
    file: str
    department: str = ""
    region: str = ""

    #: Position among the drafts that were checked; None when it is published.
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an entry: a section, and the very words; or a field of it."""

    #: Position of the section; None when the place is the whole entry or a field.
    section: int | None = None

    #: Heading of the section, or the name of the field, Chinese.
    heading: str = ""

    #: "第3页", "第12行", "第七条"; empty when the file does not say.
    locator: str = ""

    #: Where in the section's text the words stand.
    start: int = 0
    end: int = 0

    #: The very words.
    text: str = ""

    def __str__(self) -> str:
        """The place in one line, Chinese."""
        parts = dict.fromkeys((self.locator, self.heading))
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing found in one entry."""

    kind: CheckKind
    severity: Severity
    entry: EntryRef
    place: Place

    #: Plain Chinese for staff; personal data in it is masked.
    reason: str

    #: The second entry, when the result concerns two.
    other: EntryRef | None = None
    other_place: Place | None = None

    #: None where only a person can decide.
    mending: Mending | None = None

    @property
    def key(self) -> str:
        """Names the result: the same while entry, place and reason stay the same."""
        other = self.other.id if self.other else ""
        parts = (self.kind, self.entry.id, other, str(self.place), self.reason)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that is published, as the draft it was published from."""

    id: str
    draft: EntryDraft


def make_ref(draft: EntryDraft, *, id: str = "", index: int | None = None) -> EntryRef:
    """Return how results name a draft."""
    return EntryRef(
        id=id or entry_id(draft),
        title=draft.title,
        kind=draft.kind.value,
        file=draft.source.file,
        department=draft.department,
        region=draft.region,
        index=index,
    )


def make_place(draft: EntryDraft, section: int, start: int, end: int) -> Place:
    """Return the place of some words in a section of a draft."""
    held = draft.sections[section]
    words = held.text[start:end]
    return Place(section, held.heading, held.locator, start, end, words)
