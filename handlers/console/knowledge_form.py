"""The form of a knowledge entry: read, checked field by field, made into a draft.

Pure but for the values of a request that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from bot import mask_personal_data
from knowledge import (
    Aspect,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    EntryDraft,
    EntryKind,
    Section,
    Source,
    draft_from_json,
    draft_to_json,
)

#: Where the questions that an entry must answer lie in a change's content.
EXAM = "exam"

MAX_TITLE_CHARS = 300
MAX_SECTION_CHARS = 20_000
MAX_SECTIONS = 200
MAX_LINES = 60

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
_SHORT = {
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


class EntryFormError(ValueError):
    """Fields that cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__("; ".join(faults))
        self.faults = dict(faults)


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
        {name: given.get(name, "").strip() for name in (*_SHORT, *DAYS)},
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


def check(form: EntryForm, known: EntryDraft | None = None) -> EntryDraft:
    """Return the draft that a form describes, personal data masked.

    Args:
        form: As typed.
        known: What stood there before: the digest of its file is kept.

    Raises:
        EntryFormError: If fields are missing, too long or no days; names all.
    """
    faults = dict(_find_faults(form))
    days = {name: _read_day(form.fields.get(name, "")) for name in DAYS}
    begins, ends = days["effective_on"], days["expires_on"]
    if begins and ends and ends < begins:
        faults["expires_on"] = "有效期不能早于施行日期。"
    if faults:
        raise EntryFormError(faults)
    texts = {name: form.fields.get(name, "") for name in _SHORT}
    return EntryDraft(
        kind=form.kind,
        title=_mask(form.title),
        sections=tuple(_sections(form)),
        source=_source(texts, known),
        department=texts["department"],
        region=texts["region"],
        audience=_mask(texts["audience"]),
        aliases=tuple(map(_mask, split_lines(form.aliases))),
        doc_number=texts["doc_number"],
        supersedes=split_lines(form.supersedes),
        **days,
    )


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
        draft_to_json(draft) | {EXAM: [_mask(question) for question in exam]},
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


def _find_faults(form: EntryForm) -> Iterable[tuple[str, str]]:
    name = "问题" if form.is_faq else "标题"
    if not form.title:
        yield "title", f"请填写{name}。"
    elif len(form.title) > MAX_TITLE_CHARS:
        yield "title", f"{name}最多 {MAX_TITLE_CHARS} 字。"
    if not form.fields.get("department"):
        yield "department", "请选择负责部门。"
    yield from _find_section_faults(form)
    yield from _find_field_faults(form)
    for key in ("aliases", "supersedes", "exam"):
        lines = split_lines(getattr(form, key))
        if len(lines) > MAX_LINES:
            yield key, f"最多 {MAX_LINES} 行。"
        elif any(len(line) > MAX_TITLE_CHARS for line in lines):
            yield key, f"每行最多 {MAX_TITLE_CHARS} 字。"


def _find_field_faults(form: EntryForm) -> Iterable[tuple[str, str]]:
    for key, limit in _SHORT.items():
        if len(form.fields.get(key, "")) > limit:
            yield key, f"最多 {limit} 字。"
    for key, label in DAYS.items():
        text = form.fields.get(key, "")
        if text and _read_day(text) is None:
            yield key, f"{label}要写成 2026-12-31 这样。"
    url = form.fields.get("source_url", "")
    if url and not url.startswith(("https://", "http://")):
        yield "source_url", "网址要以 https:// 或 http:// 开头。"


def _find_section_faults(form: EntryForm) -> Iterable[tuple[str, str]]:
    if all(section.is_empty for section in form.sections):
        yield (
            "section-0",
            "请填写答案。" if form.is_faq else "至少写一段内容，市民才查得到。",
        )
    if len(form.sections) > MAX_SECTIONS:
        yield "section-0", f"最多 {MAX_SECTIONS} 段，请分成几条知识。"
    for at, section in enumerate(form.sections):
        if len(section.text) > MAX_SECTION_CHARS:
            yield f"section-{at}", f"一段最多 {MAX_SECTION_CHARS} 字，请分成几段。"
        elif section.aspect and section.aspect not in set(Aspect):
            yield f"section-{at}", "没有这一种要素，请重新选择。"
        elif not (form.is_faq or section.is_empty or section.heading.strip()):
            yield f"section-{at}", "请给这一段写个小标题。"


def _sections(form: EntryForm) -> Iterable[Section]:
    for given in form.sections:
        if given.is_empty:
            continue
        heading = form.title if form.is_faq else " ".join(given.heading.split())
        yield Section(
            _mask(heading)[:MAX_TITLE_CHARS],
            _mask(given.text.strip()),
            Aspect(given.aspect) if given.aspect else None,
            given.locator[:120],
        )


def _source(texts: Mapping[str, str], known: EntryDraft | None) -> Source:
    file, url = texts["source_file"], texts["source_url"]
    is_same = known is not None and known.source.file == file
    return Source(file, url, known.source.sha256 if known and is_same else "")


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _mask(text: str) -> str:
    """Hide people's numbers; the telephones of offices stay."""
    return mask_personal_data(text, keep_contacts=True)
