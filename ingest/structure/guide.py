"""Understands a service guide: its item, and its aspects one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from knowledge import Aspect, EntryDraft, EntryKind, Section, Source

from ..dates import find_date
from ..regions import find_region
from ..text import clean_line, close_gaps, strip_enumerator
from .fees import render_fee
from .guide_lines import Guide
from .header import is_body_name
from .labels import DETAILS, HEADS, SPEAKING, Field
from .materials import render_materials
from .parts import drop_pasted, part_aspect, share_notes
from .phones import tidy_phones
from .portal import render_basis, render_scope
from .windows import read_windows

_TITLE_TAIL = re.compile(r"(?:的)?(?:办事指南|服务指南|办理指南|办事须知)$")
_MAX_ALIAS = 24
_SEPARATORS = re.compile(r"[、，,；;/／\n]+")

_SENTENCE = re.compile(r"[^。；]+[。；]?")
_LIMIT = re.compile(
    r"\d+\s*个?(?:工作日|自然日|日|天)(?:内|以内|之内)|当场(?:给予|予以)?(?:办|发|领)"
)

#: 2（工作日） is how the portal prints the unit of a time limit.
_BRACKETED_UNIT = re.compile(r"(\d)\s*[（(](工作日|自然日|日|天)[)）]")


def make_guide_draft(
    guide: Guide, *, source: Source, fallback_title: str, locator: str = ""
) -> EntryDraft:
    """Return the draft of a guide; its sections in the order of Aspect."""
    title = close_gaps(guide.get(Field.TITLE) or guide.title or fallback_title)
    department = _read_department(guide.lines.get(Field.DEPARTMENT, []))
    aliases = _SEPARATORS.split(guide.get(Field.ALIASES, "、"))
    page_title = _TITLE_TAIL.sub("", guide.title)
    if 0 < len(page_title) <= _MAX_ALIAS and page_title not in title:
        # The page's head is what the item is called in fewer words.
        aliases.append(page_title)
    return EntryDraft(
        kind=EntryKind.GUIDE,
        title=_TITLE_TAIL.sub("", title) or title,
        sections=tuple(_make_sections(guide, locator)),
        source=_find_source(guide, source),
        department=department,
        region=guide.get(Field.REGION) or find_region(department, title),
        audience="、".join(dict.fromkeys(guide.lines.get(Field.AUDIENCE, []))),
        aliases=tuple(dict.fromkeys(filter(None, map(clean_line, aliases)))),
        effective_on=find_date(guide.get(Field.EFFECTIVE)),
        expires_on=find_date(guide.get(Field.EXPIRES)),
        checked_on=find_date(guide.get(Field.CHECKED)),
    )


def _find_source(guide: Guide, source: Source) -> Source:
    """Take the public address that the guide names, if the file has none."""
    url = guide.get(Field.URL).strip()
    is_new = not source.url and url.startswith(("http://", "https://"))
    return replace(source, url=url) if is_new else source


def _read_department(lines: Sequence[str]) -> str:
    """Take the first office named; a narrow column may have cut its name."""
    if lines and is_body_name(lines[0]):
        return lines[0]
    return "".join(lines)


def _make_sections(guide: Guide, locator: str) -> Iterable[Section]:
    for aspect, lines in render_aspects(guide).items():
        for heading, part in part_aspect(aspect, lines):
            if text := "\n".join(part):
                yield Section(heading, text, aspect, locator)
    for heading, lines in guide.extra.items():
        if lines:
            yield Section(heading, "\n".join(lines), None, locator)


def render_aspects(guide: Guide) -> dict[Aspect, list[str]]:
    """Return the lines a citizen reads, by aspect, in the order of Aspect."""
    lines = {
        aspect: _drop_empty(aspect, guide.lines.get(aspect, [])) for aspect in Aspect
    }
    materials = render_materials(guide.lines.get(Aspect.MATERIALS, []))
    lines[Aspect.MATERIALS], shared = share_notes(
        _drop_empty(Aspect.MATERIALS, materials)
    )
    lines[Aspect.NOTES] += shared
    for aspect in (Aspect.TIME_LIMIT, Aspect.VISITS):
        joined = _join_units(guide.lines.get(aspect, []))
        lines[aspect] = _drop_empty(aspect, joined)
    if not lines[Aspect.TIME_LIMIT]:
        lines[Aspect.TIME_LIMIT] = _find_limits(lines[Aspect.PROCESS])
    lines[Aspect.TIME_LIMIT].sort(key=_put_promise_first)
    lines[Aspect.PROCESS] = _drop_bare_heads(lines[Aspect.PROCESS])
    lines[Aspect.PHONE] = tidy_phones(lines[Aspect.PHONE])
    lines[Aspect.FEE], rules = render_fee(lines[Aspect.FEE])
    lines[Aspect.BASIS] = render_basis(lines[Aspect.BASIS]) + rules
    lines[Aspect.SCOPE] = render_scope(lines[Aspect.SCOPE])
    if windows := read_windows(lines[Aspect.PLACE]):
        lines[Aspect.PLACE] = [window.write() for window in windows]
    return {
        aspect: [
            tidy
            for line in drop_pasted(part)
            if (tidy := line.replace("\t", " ").strip())
        ]
        for aspect, part in lines.items()
    }


def _drop_bare_heads(lines: Sequence[str]) -> list[str]:
    """Drop 网上办理流程： where the next line is a head again, or none comes."""
    heads = [line.endswith("：") and line[:-1] in HEADS for line in lines]
    heads.append(True)
    return [
        line
        for place, line in enumerate(lines)
        if not (heads[place] and heads[place + 1])
    ]


def _find_limits(process: Sequence[str]) -> list[str]:
    """Return the sentences of the process that say how long it takes."""
    sentences = [each for line in process for each in _SENTENCE.findall(line)]
    return [strip_enumerator(each) for each in sentences if _LIMIT.search(each)]


def list_blank(guide: Guide) -> list[str]:
    """Return the labels under which nothing stands."""
    return [
        label for aspect, label in guide.labels.items() if not guide.lines.get(aspect)
    ]


def _put_promise_first(line: str) -> int:
    """Citizens mean the promised limit; the statutory one is the outer bound."""
    return int(line.startswith("法定"))


def _drop_empty(aspect: Aspect, lines: Sequence[str]) -> list[str]:
    """Drop labels without value, numbers alone on their line, and repetitions."""
    kept: list[str] = []
    for line in lines:
        is_number = line.isdigit() and aspect is not Aspect.VISITS
        is_repeated = line in kept and aspect in {Aspect.FEE, Aspect.TIME_LIMIT}
        label = line.rstrip("：")
        is_empty = label in DETAILS or (label != line and label in SPEAKING - HEADS)
        if not is_number and not is_repeated and not is_empty:
            kept.append(
                f"{line}次" if aspect is Aspect.VISITS and line.isdigit() else line
            )
    return kept


def _join_units(lines: Sequence[str]) -> list[str]:
    """Join a figure with the unit on the next line: "2" / "（工作日）"."""
    joined: list[str] = []
    for line in lines:
        if joined and (line.startswith(("（", "(")) or joined[-1].endswith("：")):
            joined[-1] += line
        else:
            joined.append(line)
    return [_BRACKETED_UNIT.sub(r"\1个\2", line) for line in joined]
