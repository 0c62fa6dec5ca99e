"""Understands a policy: title, 文号, issuer, dates, articles, annexes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from knowledge import EntryDraft, EntryKind, Section, Source

from ..dates import find_date, find_dates, is_date_line
from ..regions import find_region
from ..text import close_gaps
from ..types import Align, Block, BlockKind
from . import marks
from .articles import ArticleCutter, find_first_article
from .facts import Fact
from .header import (
    Header,
    is_body_name,
    is_title,
    name_issuers,
    read_header,
    tidy_title,
)
from .outline import cut_outline
from .repeals import find_superseded
from .validity import Validity, find_validity, read_span

#: Lines under a text that say nothing to a citizen.
_CLOSING = re.compile(
    r"^[（(](?:此件|本文|附件|信息公开|联系人).{0,30}[)）]$|^(?:总理|主席|省长|市长|委员长)\s"
    r"|^(?:抄送|印发|主题词|发送|分送|校对)[：:]|.{2,30}办公[室厅]\s*\d{4}年.{1,6}日印发$"
)
_MAX_SIGNATURE = 60

#: File names that say nothing.
_NAMELESS = re.compile(
    r"^(?:新建|文档|附件|扫描|未命名|正文|无标题|[\x00-\x7f]+$|.{0,3}$)"
)

#: What these issue applies to the whole country, whichever place it speaks of.
_NATIONAL = re.compile(r"^(?:国务院|全国|中共中央|中华人民共和国|最高人民|国家|中国)")

#: 中华人民共和国…法 names no issuer; the bracket under it does.
_PASSED_BY = re.compile(
    r"(?P<body>[\u4e00-\u9fff]*?(?:常务委员会|代表大会))第[\u4e00-\u9fff\d]+次会议"
)
_SESSION = re.compile(r"^.*日|第[一二三四五六七八九十\d]+届")
_TITLE_ISSUER = re.compile(
    r"^(?P<issuer>[\u4e00-\u9fff、]{2,40}?)(?:关于|转发|印发|对.{4,60}的答复)"
)


def read_policy(
    blocks: Sequence[Block],
    facts: Mapping[Fact, str],
    *,
    source: Source,
    fallback_title: str,
) -> EntryDraft:
    """Return the draft of a policy.

    Args:
        blocks: The document without its table of facts.
        facts: What the document declares about itself; goes before the text.
        source: Where it was read from.
        fallback_title: Title if the document names none, from the file's name.
    """
    header = read_header(blocks)
    body = blocks[header.body :]
    issued_on = _find_issued(facts, header, body)
    title = _choose_title(facts, header, fallback_title)
    issuer = _find_issuer(facts, header, body, title)
    texts = [block.text for block in body if block.text]
    first_day = min(_list_passed(header), default=issued_on)
    validity = _merge(_declared(facts), find_validity(texts, first_day))
    number = facts.get(Fact.NUMBER, "")
    numbers = marks.find_doc_numbers(number) or [header.doc_number]
    replaces = marks.find_doc_numbers(facts.get(Fact.REPLACES, ""))
    superseded = dict.fromkeys([*replaces, *find_superseded([title, *texts])])
    return EntryDraft(
        kind=EntryKind.POLICY,
        title=title,
        sections=tuple(_cut(body, title, issuer)),
        source=source,
        department=issuer,
        region=facts.get(Fact.REGION, "") or _find_region(issuer, title),
        doc_number=numbers[0],
        issued_on=issued_on,
        effective_on=validity.effective_on,
        expires_on=validity.expires_on,
        supersedes=tuple(
            name for name in superseded if name not in (numbers[0], title)
        ),
    )


def _choose_title(facts: Mapping[Fact, str], header: Header, fallback: str) -> str:
    declared = tidy_title(facts.get(Fact.TITLE, ""))
    if len(declared) >= 4:
        return declared
    if is_title(header.title) or (header.title and _NAMELESS.match(fallback)):
        return header.title
    return tidy_title(fallback)


def _find_issuer(
    facts: Mapping[Fact, str], header: Header, body: Sequence[Block], title: str
) -> str:
    if declared := facts.get(Fact.ISSUER, ""):
        return close_gaps(declared)
    if header.issuer:
        return header.issuer
    for remark in header.remarks:
        bodies = [
            _SESSION.sub("", match["body"]) for match in _PASSED_BY.finditer(remark)
        ]
        if bodies:
            return bodies[-1]
    for line, after in pairwise(body):
        if is_date_line(close_gaps(after.text)) and is_body_name(line.text):
            return name_issuers(line.text)
    match = _TITLE_ISSUER.match(title)
    return match["issuer"] if match and is_body_name(match["issuer"]) else ""


def _find_region(issuer: str, title: str) -> str:
    return "" if _NATIONAL.match(issuer) else find_region(issuer, title)


def _find_issued(
    facts: Mapping[Fact, str], header: Header, body: Sequence[Block]
) -> date | None:
    for fact in (Fact.ISSUED, Fact.PUBLISHED):
        if found := find_date(facts.get(fact, "")):
            return found
    if passed := _list_passed(header):
        return max(passed)
    for block in body:
        if len(block.text) < _MAX_SIGNATURE and _is_signature_date(block):
            return find_date(close_gaps(block.text))
    return None


def _list_passed(header: Header) -> list[date]:
    """Return the days a law was passed and amended on, from the bracket under it."""
    return [day for remark in header.remarks for day in find_dates(remark)]


def _is_signature_date(block: Block) -> bool:
    text = close_gaps(block.text)
    is_last = block.align is Align.RIGHT and text.endswith("日")
    return is_date_line(text) or (is_last and find_date(text) is not None)


def _declared(facts: Mapping[Fact, str]) -> Validity:
    span = read_span(facts.get(Fact.VALIDITY, ""))
    return Validity(
        find_date(facts.get(Fact.EFFECTIVE, "")) or span.effective_on,
        find_date(facts.get(Fact.EXPIRES, "")) or span.expires_on,
    )


def _merge(first: Validity, second: Validity) -> Validity:
    return Validity(
        first.effective_on or second.effective_on,
        first.expires_on or second.expires_on,
    )


def _cut(body: Sequence[Block], title: str, issuer: str) -> Iterable[Section]:
    """Cut the text before the articles, the articles, and each annex."""
    kept = [block for block in body if not _is_closing(block, title, issuer)]
    start = find_first_article(kept)
    annexes = [
        place
        for place, block in enumerate(kept)
        if marks.is_annex(block.text) and (start is None or place > start)
    ]
    end = annexes[0] if annexes else len(kept)
    if start is None:
        yield from cut_outline(kept[:end])
    else:
        yield from cut_outline(kept[:start], default="导语")
        yield from ArticleCutter().cut(kept[start:end])
    for first, last in zip(annexes, [*annexes[1:], len(kept)], strict=False):
        yield from _cut_annex(kept[first:last])


def _cut_annex(blocks: Sequence[Block]) -> list[Section]:
    """Cut one annex; the short line under its mark is its name."""
    mark = close_gaps(blocks[0].text).replace(" ", "").rstrip("：:")
    rest = list(blocks[1:])
    name = ""
    while rest and rest[0].kind is not BlockKind.TABLE and not name.endswith("》"):
        line = rest[0]
        if len(line.text) > 40 or line.text.endswith(("。", "；", "：")):
            break
        if name and line.align is not Align.CENTRE:
            break
        name += rest.pop(0).text
    prefix = f"{mark} {name}".strip()
    start = find_first_article(rest)
    if start is None:
        return cut_outline(rest, prefix=prefix) or [Section("附件", prefix)]
    sections = [
        *cut_outline(rest[:start], prefix=prefix),
        *ArticleCutter().cut(rest[start:]),
    ]
    return [
        section
        if section.heading.startswith(prefix)
        else Section(f"{prefix} {section.heading}", section.text, None, section.locator)
        for section in sections
    ]


def _is_closing(block: Block, title: str, issuer: str) -> bool:
    """Whether a line is a signature, a date, or the title once more."""
    text = close_gaps(block.text)
    if block.kind is BlockKind.TABLE or not text:
        return False
    if (
        is_date_line(text)
        or _CLOSING.match(text)
        or text in {title, issuer, issuer.replace("、", "")}
    ):
        return True
    is_short = len(text) < _MAX_SIGNATURE
    return is_short and block.align is Align.RIGHT and not text.endswith(("。", "："))
