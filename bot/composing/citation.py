"""The source of an answer as a citizen reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from knowledge import Aspect, EntryKind, Passage

from ..types import Citation

#: A number that can be dialled, with what stands before it in the guide.
_PHONE = re.compile(r"(?:0\d{2,3}[-—– ]?)?\d{7,8}(?!\d)|(?<!\d)1\d{4}(?!\d)")


def cite(passage: Passage, entry: Sequence[Passage]) -> Citation:
    """Return the citation of a passage.

    Args:
        passage: What was quoted.
        entry: All passages of its entry; a guide's phone number is among them.
    """
    is_policy = passage.kind is EntryKind.POLICY
    return Citation(
        title=passage.title,
        department=passage.department,
        region=passage.region,
        doc_number=passage.doc_number,
        url=passage.source_url,
        locator=passage.locator if is_policy else "",
        validity=_validity(passage.valid_from, passage.valid_until),
        checked=f"{_day(passage.checked_on)}核对" if passage.checked_on else "",
        phone=find_phone(entry),
        entry_id=passage.entry_id,
        passage_id=passage.id,
        source_file=passage.source_file,
        kind=passage.kind,
    )


def find_phone(entry: Sequence[Passage]) -> str:
    """Find the number to ask at, in a guide's own words; empty when it names none."""
    texts = [p.text for p in entry if p.aspect is Aspect.PHONE]
    for text in texts:
        enquiry = re.search(r"咨询[^0-9]{0,8}([^；;\n。]+)", text)
        found = _PHONE.search(enquiry.group(1) if enquiry else text)
        if found or (found := _PHONE.search(text)):
            return found.group()
    return ""


def _validity(first: date | None, last: date | None) -> str:
    parts = []
    if first is not None:
        parts.append(f"{_day(first)}起施行")
    if last is not None:
        parts.append(f"有效期至{_day(last)}")
    return "，".join(parts)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
