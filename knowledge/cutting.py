"""Cut a draft into passages of searchable size. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict

from .text import normalise
from .types import EntryDraft, EntryKind, Passage, Section

#: An article fits nearly always; beyond this a citizen no longer reads.
MAX_PASSAGE_CHARS = 700

_PARAGRAPH_END = re.compile(r"(?<=[。；！？])\s*|\n+")


def entry_id(draft: EntryDraft) -> str:
    """Identify the entry a draft is about, whatever file it came in.

    The same kind, title, region and 文号 are the same entry; reading its file again
    makes a new revision, not a second entry.
    """
    return identify(draft.kind, draft.title, draft.region, draft.doc_number)


def identify(kind: EntryKind, title: str, region: str, doc_number: str) -> str:
    """Return the id of a new entry that is called so."""
    return _digest("\x1f".join((kind, normalise(title), region, doc_number)))


def draft_digest(draft: EntryDraft) -> str:
    """SHA-256 over all that a reader could see change, hex."""
    body = asdict(draft)
    body["source"] = {"file": draft.source.file, "url": draft.source.url}
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def cut(draft: EntryDraft, owner: str = "") -> list[Passage]:
    """Cut a draft into passages, in order.

    A section that fits is one passage. A longer one is cut at the ends of
    paragraphs and sentences, each piece keeping the section's heading.

    Args:
        draft: What to cut.
        owner: The entry that it is an edition of, which keeps its id under a new
            title; empty = the one that the draft names itself.

    Returns:
        Passages with ordinals from 0; no two with one id.
    """
    owner = owner or entry_id(draft)
    passages: dict[str, Passage] = {}
    for section in draft.sections:
        for text in _pieces(section.text):
            passage = _passage(draft, owner, section, text, len(passages))
            passages.setdefault(passage.id, passage)
    return list(passages.values())


def _pieces(text: str) -> Iterator[str]:
    text = text.strip()
    if len(text) <= MAX_PASSAGE_CHARS:
        if text:
            yield text
        return
    held = ""
    for piece in _units(text):
        if held and len(held) + len(piece) > MAX_PASSAGE_CHARS:
            yield held.strip()
            held = ""
        held += piece
    if held.strip():
        yield held.strip()


def _units(text: str) -> Iterator[str]:
    """Sentences with what separates them, none longer than a passage."""
    start = 0
    for match in _PARAGRAPH_END.finditer(text):
        if match.end() > start:
            yield from _hard(text[start : match.end()])
            start = match.end()
    if start < len(text):
        yield from _hard(text[start:])


def _hard(unit: str) -> Iterator[str]:
    for i in range(0, len(unit), MAX_PASSAGE_CHARS):
        yield unit[i : i + MAX_PASSAGE_CHARS]


def _passage(
    draft: EntryDraft, owner: str, section: Section, text: str, ordinal: int
) -> Passage:
    is_faq = draft.kind is EntryKind.FAQ
    return Passage(
        id=_digest("\x1f".join((owner, section.heading, text))),
        entry_id=owner,
        kind=draft.kind,
        title=draft.title,
        heading="" if is_faq else section.heading,
        text=text,
        aspect=section.aspect,
        region=draft.region,
        department=draft.department,
        doc_number=draft.doc_number,
        aliases=draft.aliases,
        source_file=draft.source.file,
        source_url=draft.source.url,
        locator=section.locator,
        valid_from=draft.effective_on,
        valid_until=draft.expires_on,
        checked_on=draft.checked_on,
        ordinal=ordinal,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
