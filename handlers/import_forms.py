"""The form of one entry: what was typed becomes a draft. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from knowledge import Aspect, EntryDraft, EntryKind, Section

#: Sections on one page of the form; a law has a thousand.
PAGE_SECTIONS = 40

MAX_SECTION_CHARS = 60_000

_LINES = {"title": 300, "department": 80, "region": 80, "audience": 300}
_LINES |= {"doc_number": 80}

_LISTS = ("aliases", "supersedes")

_DAYS = {
    "issued_on": "发文日期",
    "effective_on": "施行日期",
    "expires_on": "失效日期",
    "checked_on": "核对日期",
}


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What was typed, and what is wrong with it by field."""

    draft: EntryDraft
    faults: Mapping[str, str]


def read_entry_form(draft: EntryDraft, form: Mapping[str, str]) -> EntryForm:
    """Return the draft with what a form says; fields it lacks stay as they are.

    Args:
        draft: As it was shown.
        form: Fields by name; a section's are ``s3-heading``, ``s3-aspect``, ``s3-text``
            and ``s3-drop``, a new one's ``new-heading`` and so on.
    """
    changed, faults = _read_days(form)
    if form.get("kind") in set(EntryKind):
        changed["kind"] = EntryKind(form["kind"])
    for name, limit in _LINES.items():
        if name in form:
            changed[name] = " ".join(form[name].split())[:limit]
    for name in _LISTS:
        if name in form:
            lines = (line.strip() for line in form[name].splitlines())
            changed[name] = tuple(dict.fromkeys(line for line in lines if line))
    url = form.get("source_url", draft.source.url).strip()
    if url and not url.startswith(("https://", "http://")):
        faults["source_url"] = "网址要以 https:// 或 http:// 开头。"
    else:
        changed["source"] = replace(draft.source, url=url[:1000])
    changed["sections"] = _read_sections(draft, form)
    found = replace(draft, **changed)
    return EntryForm(found, faults | _check(found))


def _read_days(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    days: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, label in _DAYS.items():
        if name in form:
            try:
                text = form[name].strip()
                days[name] = date.fromisoformat(text) if text else None
            except ValueError:
                faults[name] = f"{label}不是日期，请写成 2026-12-31。"
    return days, faults


def _read_sections(draft: EntryDraft, form: Mapping[str, str]) -> tuple[Section, ...]:
    sections: list[Section] = []
    for at, section in enumerate(draft.sections):
        if f"s{at}-drop" in form:
            continue
        sections.append(_read_section(section, form, f"s{at}"))
    new = _read_section(Section("", ""), form, "new")
    if new.text:
        heading = new.heading or (new.aspect.label if new.aspect else "正文")
        sections.append(replace(new, heading=heading))
    return tuple(sections)


def _read_section(section: Section, form: Mapping[str, str], name: str) -> Section:
    if f"{name}-text" not in form:
        return section
    aspect = form.get(f"{name}-aspect", "")
    return replace(
        section,
        heading=" ".join(form.get(f"{name}-heading", section.heading).split())[:300],
        text=form[f"{name}-text"].replace("\r\n", "\n").strip()[:MAX_SECTION_CHARS],
        aspect=Aspect(aspect) if aspect in set(Aspect) else None,
    )


def _check(draft: EntryDraft) -> dict[str, str]:
    faults = {}
    if not draft.title:
        faults["title"] = "请写标题。"
    if not any(section.text for section in draft.sections):
        faults["sections"] = "至少要有一段内容。"
    if (
        draft.effective_on
        and draft.expires_on
        and draft.expires_on < draft.effective_on
    ):
        faults["expires_on"] = "失效日期早于施行日期。"
    return faults
