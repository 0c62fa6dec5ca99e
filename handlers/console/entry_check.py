"""The form of a knowledge entry checked field by field and made into a draft. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bot import mask_personal_data
from handlers.console.knowledge_form import (
    DAYS,
    MAX_SECTIONS,
    SHORT,
    EntryForm,
    split_lines,
)
from knowledge import Aspect, EntryDraft, Section, Source

MAX_TITLE_CHARS = 300
MAX_SECTION_CHARS = 20_000
MAX_LINES = 60


class EntryFormError(ValueError):
    """Fields that cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__("; ".join(faults))
        self.faults = dict(faults)


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
    texts = {name: form.fields.get(name, "") for name in SHORT}
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
    for key, limit in SHORT.items():
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
