"""The form of a knowledge entry: read, shown, rearranged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot import mask_personal_data
from knowledge import (
    Aspect,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    EntryDraft,
    EntryKind,
    draft_from_json,
    draft_to_json,
)

#: Where the questions that an entry must answer lie in a change's content.
EXAM = "exam"

MAX_SECTIONS = 200

KIND_LABELS: Mapping[EntryKind, str] = {
    EntryKind.GUIDE: "办事指南",
    EntryKind.POLICY: "政策文件",
    EntryKind.FAQ: "问答",
}

#: Day fields to how they are called, in the order of the page.
DAYS: Mapping[str, str] = {
    "issued_on": "发文日期",
    "effective_on": "施行日期",
    "expires_on": "有效期至",
    "checked_on": "核对日期",
}

#: Short fields to their longest, as the columns have it.
SHORT = {
    "department": 80,
    "region": 80,
    "audience": 300,
    "doc_number": 80,
    "source_file": 300,
    "source_url": 1000,
}

#: What the sections of a new guide are.
_NEW_GUIDE = (
    Aspect.CONDITIONS,
    Aspect.MATERIALS,
    Aspect.PROCESS,
    Aspect.TIME_LIMIT,
    Aspect.FEE,
    Aspect.PLACE,
    Aspect.HOURS,
    Aspect.PHONE,
)


class Values(Protocol):
    """What a form sent: names, each with one value or several."""

    def get(self, name: str, default: str, /) -> str:
        """Return the first value of a name."""

    def getlist(self, name: str, /) -> Sequence[str]:
        """Return all values of a name."""


@dataclass(frozen=True, slots=True)
class SectionField:
    """One section as it stands in the form."""

    heading: str = ""
    text: str = ""
    aspect: str = ""
    locator: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything into it."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class EntryForm:
    """All fields as typed; checked by ``check``."""

    kind: EntryKind
    title: str = ""
    sections: tuple[SectionField, ...] = ()
    #: Lists, one a line.
    aliases: str = ""
    supersedes: str = ""
    exam: str = ""
    #: Short fields and days by name.
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_faq(self) -> bool:
        """Whether the simpler page is shown."""
        return self.kind is EntryKind.FAQ


def new_form(kind: EntryKind, *, department: str = "", title: str = "") -> EntryForm:
    """Return the form of an entry that nobody wrote yet."""
    sections = {
        EntryKind.GUIDE: tuple(
            SectionField(aspect.label, aspect=aspect.value) for aspect in _NEW_GUIDE
        ),
        EntryKind.POLICY: (SectionField("第一条"),),
        EntryKind.FAQ: (SectionField(),),
    }
    return EntryForm(kind, title, sections[kind], fields={"department": department})


def read_form(kind: EntryKind, given: Values) -> EntryForm:
    """Return what was typed, nothing checked."""
    columns = [
        given.getlist(f"section_{name}")
        for name in ("heading", "text", "aspect", "locator")
    ]
    width = min(max(map(len, columns), default=0), MAX_SECTIONS + 1)
    sections = tuple(
        SectionField(*(column[at] if at < len(column) else "" for column in columns))
        for at in range(width)
    )
    return EntryForm(
        kind,
        " ".join(given.get("title", "").split()),
        tuple(replace(s, text=s.text.replace("\r\n", "\n")) for s in sections),
        given.get("aliases", ""),
        given.get("supersedes", ""),
        given.get("exam", ""),
        {name: given.get(name, "").strip() for name in (*SHORT, *DAYS)},
    )


def form_of(draft: EntryDraft, exam: Sequence[str] = ()) -> EntryForm:
    """Return the form that shows a draft."""
    days = {name: getattr(draft, name) for name in DAYS}
    return EntryForm(
        draft.kind,
        draft.title,
        tuple(
            SectionField(s.heading, s.text, s.aspect or "", s.locator)
            for s in draft.sections
        ),
        "\n".join(draft.aliases),
        "\n".join(draft.supersedes),
        "\n".join(exam),
        {
            "department": draft.department,
            "region": draft.region,
            "audience": draft.audience,
            "doc_number": draft.doc_number,
            "source_file": draft.source.file,
            "source_url": draft.source.url,
        }
        | {name: day.isoformat() if day else "" for name, day in days.items()},
    )


def rearrange(form: EntryForm, order: str) -> EntryForm:
    """Add, drop or move a section, as a button of the page says: ``up-2``."""
    sections = list(form.sections)
    verb, _, number = order.partition("-")
    at = int(number) if number.isascii() and number.isdigit() else -1
    if verb == "add" and len(sections) < MAX_SECTIONS:
        sections.append(SectionField())
    elif verb == "drop" and 0 <= at < len(sections):
        del sections[at]
    elif verb == "up" and 0 < at < len(sections):
        sections[at - 1], sections[at] = sections[at], sections[at - 1]
    elif verb == "down" and 0 <= at < len(sections) - 1:
        sections[at + 1], sections[at] = sections[at], sections[at + 1]
    return replace(form, sections=tuple(sections))


def to_change(
    draft: EntryDraft,
    exam: Iterable[str],
    *,
    action: ChangeAction = ChangeAction.ADD,
    subject: str = "",
    base_revision_id: int | None = None,
    origin: str = "page",
) -> ChangeForm:
    """Return the change that would bring a draft out."""
    return ChangeForm(
        ChangeKind.ENTRY,
        action,
        subject,
        draft.title,
        draft_to_json(draft)
        | {
            EXAM: [
                mask_personal_data(question, keep_contacts=True) for question in exam
            ]
        },
        department=draft.department,
        region=draft.region,
        base_revision_id=base_revision_id,
        origin=origin,
    )


def read_change(content: Mapping[str, Any]) -> tuple[EntryDraft, tuple[str, ...]]:
    """Return the draft and the exam's questions that a change holds.

    Raises:
        ValueError: If it holds no draft of an entry.
    """
    return draft_from_json(content), tuple(map(str, content.get(EXAM) or ()))


def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a list, each once, in order."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))
