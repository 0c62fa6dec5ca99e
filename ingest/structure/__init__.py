"""Document to drafts: what kind it is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from knowledge import EntryDraft, EntryKind, Source

from ..errors import NoKnowledgeError, NoTextError
from ..types import (
    NO_HINTS,
    Block,
    BlockKind,
    Document,
    RefusedRow,
    StructureHints,
    Understanding,
)
from .contradictions import find_contradictions
from .copied import find_copied_notes
from .facts import collect_facts
from .faq import read_faq_rows, read_faq_text
from .filling import fill_in
from .guide import list_blank, make_guide_draft
from .guide_sheet import read_guide_rows
from .kinds import find_guides
from .labels import find_slot
from .policy import read_policy

#: A document with fewer characters says nothing.
_MIN_CHARS = 12


def understand(
    document: Document,
    *,
    source: Source,
    stem: str,
    hints: StructureHints = NO_HINTS,
) -> Understanding:
    """Return the drafts in a document, and what staff should look at.

    Args:
        document: What a reader made of the file.
        source: Where it was read from.
        stem: File name without suffix, tidied: the title if there is no other.
        hints: What the editor says about the file, for what it leaves open.

    Raises:
        NoTextError: If there is no text in it.
        NoKnowledgeError: If a workbook has no sheet that we understand.
    """
    found = _read(document, source, stem)
    name = PurePath(source.file).stem or stem
    is_alone = len(found.drafts) == 1 and not document.sheets
    filled = [
        fill_in(draft, stem=name, hints=hints, is_alone=is_alone)
        for draft in found.drafts
    ]
    guides = [draft for draft, _ in filled if draft.kind is EntryKind.GUIDE]
    return replace(
        found,
        drafts=tuple(draft for draft, _ in filled),
        warnings=(*found.warnings, *_gather(filled)),
        contradictions=(
            *found.contradictions,
            *(each for draft in guides for each in find_contradictions(draft)),
            *find_copied_notes(guides),
        ),
    )


def _gather(filled: Sequence[tuple[EntryDraft, list[str]]]) -> list[str]:
    """Say once what is so of several entries in a file."""
    titles: dict[str, list[str]] = {}
    for draft, doubts in filled:
        for doubt in doubts:
            titles.setdefault(doubt, []).append(draft.title)
    if len(filled) == 1:
        return list(titles)
    return [
        f"{len(named)}个条目{doubt}" if len(named) > 1 else f"“{named[0]}”{doubt}"
        for doubt, named in titles.items()
    ]


def _read(document: Document, source: Source, stem: str) -> Understanding:
    if document.sheets:
        return _read_workbook(document, source)
    if sum(_count_chars(block) for block in document.blocks) < _MIN_CHARS:
        raise NoTextError("文件里没有文字")
    faqs = _read_faqs(document.blocks, source)
    if faqs is not None:
        return faqs
    if guides := find_guides(_lay_out(document)):
        drafts = [
            make_guide_draft(guide, source=source, fallback_title=stem)
            for guide in guides
        ]
        blank = [
            f"“{label}”一栏是空的" for guide in guides for label in list_blank(guide)
        ]
        return Understanding(tuple(drafts), warnings=(*document.warnings, *blank))
    facts, blocks = collect_facts(document)
    draft = read_policy(blocks, facts, source=source, fallback_title=stem)
    if not draft.sections:
        raise NoTextError("只有标题，没有正文")
    return Understanding((draft,), warnings=document.warnings)


def _lay_out(document: Document) -> list[Block]:
    """Put what the front matter declares on top, as rows of a form."""
    form = tuple(
        (label, value) for label, value in document.facts.items() if find_slot(label)
    )
    top = [Block(BlockKind.TABLE, rows=form)] if form else []
    return [*top, *document.blocks]


def _count_chars(block: Block) -> int:
    return len(block.text) + sum(len(cell) for row in block.rows for cell in row)


def _read_workbook(document: Document, source: Source) -> Understanding:
    sheets = [sheet for sheet in document.sheets if sheet.rows]
    if not sheets:
        raise NoTextError("空表格，里面没有内容")
    drafts: list[EntryDraft] = []
    refused: list[RefusedRow] = []
    warnings: list[str] = []
    for sheet in sheets:
        prefix = f"{sheet.name} " if len(sheets) > 1 else ""
        found = read_faq_rows(sheet.rows, source=source, sheet=prefix)
        found = found or read_guide_rows(sheet.rows, source=source, sheet=prefix)
        if found is None:
            warnings.append(f"工作表“{sheet.name}”不是问答表，也不是办事指南表，未读入")
            continue
        drafts += found.drafts
        refused += found.refused_rows
    if not drafts and not refused:
        raise NoKnowledgeError(
            "表格里没有“问题”和“答案”两列，也没有“事项名称”和办理内容各列"
        )
    return Understanding(tuple(drafts), tuple(refused), tuple(warnings))


def _read_faqs(blocks: Sequence[Block], source: Source) -> Understanding | None:
    """Read a table of questions and answers, or a text that is mostly such."""
    for block in blocks:
        if block.kind is BlockKind.TABLE:
            found = read_faq_rows(block.rows, source=source)
            if found is not None and found.drafts:
                return found
    found = read_faq_text(blocks, source=source)
    if found is None:
        return None
    sections = [section for draft in found.drafts for section in draft.sections]
    answered = sum(len(section.heading + section.text) for section in sections)
    total = sum(_count_chars(block) for block in blocks)
    return found if answered * 2 > total else None
