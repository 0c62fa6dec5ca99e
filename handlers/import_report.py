"""What was understood of an uploaded file, as it is kept, corrected and counted. Pure.

The report of ``ingest`` with, for each entry, what became of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from knowledge import EntryDraft, EntryKind, draft_from_json, draft_to_json


class EntryState(StrEnum):
    """What became of one entry of a file."""

    OPEN = "open"
    #: A change was made of it.
    SAVED = "saved"
    #: It says what is published already.
    SAME = "same"
    #: Somebody left it out.
    LEFT = "left"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return {
            "open": "待核对",
            "saved": "已采纳",
            "same": "没有变化",
            "left": "不要",
        }[self]


KIND_LABELS: Mapping[EntryKind, str] = {
    EntryKind.POLICY: "政策",
    EntryKind.GUIDE: "办事指南",
    EntryKind.FAQ: "问答",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a check found in an entry."""

    #: "block", "warn" or "note".
    severity: str
    #: Name of the check, Chinese.
    label: str
    #: Chinese.
    reason: str
    #: Position of the section; None = the whole entry, or a field.
    section: int | None = None
    #: Name of the field it is about, as ``EntryDraft`` has it; empty for a section.
    field: str = ""
    #: Where it is, Chinese.
    place: str = ""
    #: The very words.
    words: str = ""
    #: Title of the second entry, when it concerns two.
    other: str = ""
    #: A mending as its form carries it; empty where only a person can decide.
    mending: str = ""
    #: What the button of the mending says.
    mending_label: str = ""
    #: It is about an entry of another file of the batch too.
    is_across: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it must be mended before review."""
        return self.severity == "block"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry that a file gave."""

    draft: EntryDraft
    state: EntryState = EntryState.OPEN
    change_id: int | None = None
    #: The entry that a row of an exported sheet is about; empty = by its content.
    entry_id: str = ""
    #: What was in force when that row was exported.
    base_revision_id: int | None = None
    #: Why it could not be made a change, the last time it was tried; Chinese.
    problem: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a person has still to decide."""
        return self.state is EntryState.OPEN

    @property
    def is_blocked(self) -> bool:
        """Whether it must be mended first."""
        return any(remark.is_block for remark in self.remarks)

    @property
    def has_doubts(self) -> bool:
        """Whether a person should look before it is taken over."""
        return bool(self.problem) or any(
            remark.severity in ("block", "warn") for remark in self.remarks
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or part that stayed out."""

    place: str
    reason: str
    #: The row as it stands in the file, and the names of its columns.
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradicting:
    """What the file says in two ways."""

    what: str
    values: tuple[str, ...]
    places: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is kept of one file that was read."""

    title: str = ""
    entries: tuple[FileEntry, ...] = ()
    refused: tuple[Refused, ...] = ()
    warnings: tuple[str, ...] = ()
    contradictions: tuple[Contradicting, ...] = ()
    #: Blocks as read: kind, text, rows, level, locator.
    original: tuple[Mapping[str, Any], ...] = ()
    is_original_cut: bool = False
    #: A sheet that was exported here and comes back.
    is_sheet: bool = False

    @property
    def has_open(self) -> bool:
        """Whether anything is left to decide."""
        return any(entry.is_open for entry in self.entries)

    def with_entry(self, index: int, entry: FileEntry) -> Report:
        """Return the report with one entry in another's place."""
        entries = (*self.entries[:index], entry, *self.entries[index + 1 :])
        return replace(self, entries=entries)

    def to_json(self) -> dict[str, Any]:
        """Return the report as values that JSON has, with its summary."""
        return {
            "summary": self.summarise(),
            "title": self.title,
            "entries": [_entry_to_json(entry) for entry in self.entries],
            "refused": [
                [row.place, row.reason, list(row.cells), list(row.header)]
                for row in self.refused
            ],
            "warnings": list(self.warnings),
            "contradictions": [
                [each.what, list(each.values), list(each.places), each.title]
                for each in self.contradictions
            ],
            # What is finished with needs its original no more.
            "original": list(self.original) if self.has_open else [],
            "is_original_cut": self.is_original_cut,
            "is_sheet": self.is_sheet,
        }

    def summarise(self) -> dict[str, Any]:
        """Return what lists are drawn from."""
        open_ones = [entry for entry in self.entries if entry.is_open]
        states = Counter(entry.state.value for entry in self.entries)
        kinds = Counter(entry.draft.kind.value for entry in self.entries)
        return {
            "title": self.title,
            "kinds": dict(kinds),
            "states": dict(states),
            "entries": len(self.entries),
            "open": len(open_ones),
            "blocked": sum(entry.is_blocked for entry in open_ones),
            "doubtful": sum(entry.has_doubts for entry in open_ones)
            + (len(self.contradictions) + len(self.warnings) if open_ones else 0),
            "no_region": sum(not entry.draft.region for entry in open_ones),
            "refused": len(self.refused),
            "warnings": len(self.warnings),
            "changes": [e.change_id for e in self.entries if e.change_id is not None],
            "is_sheet": self.is_sheet,
        }


def report_from_json(body: Mapping[str, Any]) -> Report:
    """Return the report that ``to_json`` was given; an empty one for nothing."""
    return Report(
        title=str(body.get("title", "")),
        entries=tuple(_entry_from_json(each) for each in body.get("entries", ())),
        refused=tuple(
            Refused(place, reason, tuple(cells), tuple(header))
            for place, reason, cells, header in body.get("refused", ())
        ),
        warnings=tuple(body.get("warnings", ())),
        contradictions=tuple(
            Contradicting(what, tuple(values), tuple(places), title)
            for what, values, places, title in body.get("contradictions", ())
        ),
        original=tuple(body.get("original", ())),
        is_original_cut=bool(body.get("is_original_cut", False)),
        is_sheet=bool(body.get("is_sheet", False)),
    )


def count_summaries(summaries: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Add up what the summaries of a batch count."""
    found: Counter[str] = Counter()
    names = ("entries", "open", "blocked", "doubtful", "no_region", "refused")
    for summary in summaries:
        for name in names:
            found[name] += int(summary.get(name, 0))
        found["changes"] += len(summary.get("changes", ()))
    return found


def _entry_to_json(entry: FileEntry) -> dict[str, Any]:
    return {
        "draft": draft_to_json(entry.draft),
        "state": entry.state.value,
        "change_id": entry.change_id,
        "entry_id": entry.entry_id,
        "base_revision_id": entry.base_revision_id,
        "problem": entry.problem,
        "remarks": [_remark_to_json(remark) for remark in entry.remarks],
    }


def _entry_from_json(body: Mapping[str, Any]) -> FileEntry:
    return FileEntry(
        draft=draft_from_json(body["draft"]),
        state=EntryState(body["state"]),
        change_id=body["change_id"],
        entry_id=body["entry_id"],
        base_revision_id=body["base_revision_id"],
        problem=body["problem"],
        remarks=tuple(Remark(**remark) for remark in body["remarks"]),
    )


def _remark_to_json(remark: Remark) -> dict[str, Any]:
    names: Sequence[str] = Remark.__slots__
    values = {name: getattr(remark, name) for name in names}
    # A section may be the one at 0, which equals False.
    return {
        name: value
        for name, value in values.items()
        if value is not None and value is not False and value != ""
    }
