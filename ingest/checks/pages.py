"""Finds text that a program could not read: signs in place of words, empty pages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from knowledge import normalise

from .known import Setting, Subject
from .types import CheckKind, CheckResult, Place, Severity, make_place

#: What stands where a character was lost: signs, private use, PDF's numbers, and
#: what UTF-8 looks like read as GBK or as Latin-1.
_LOST = re.compile(
    "[\ufffd\u25a1\ue000-\uf8ff\x00-\x08\x0e-\x1f]|\\(cid:\\d+\\)|锟斤拷|烫烫烫|屯屯屯"
    "|[ÃÂ][\x80-\xbf]|[åæçèé][\x80-\xff]{2}|&#\\d{2,5};"
)

#: Characters that are words, in one script or another.
_WORD = re.compile(r"[\u3400-\u9fff\w]")

#: The 3,755 characters of everyday text. Source: GB 2312, level 1.
_COMMON = frozenset(
    bytes((high, low)).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF if high < 0xD7 else 0xFA)
)
_HAN = re.compile(r"[\u3400-\u9fff]")

#: A text read in a wrong encoding (鏀垮姟 for 政务) is mostly of other characters.
_MIN_RARE, _MOST_RARE = 4, 0.3

#: A few lost signs can be repaired by hand; one in twelve is another file.
_MIN_LOST = 3
_MOST_LOST = 0.08

#: Words of a page under which it was probably a picture; others must be full.
_MIN_PAGE, _FULL_PAGE = 12, 200


def check_pages(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield sections and pages that cannot be read."""
    for place, section in enumerate(subject.draft.sections):
        if rare := _count_garbled(section.text):
            yield CheckResult(
                kind=CheckKind.UNREADABLE,
                severity=Severity.BLOCK,
                entry=subject.ref,
                place=make_place(subject.draft, place, 0, min(40, len(section.text))),
                reason=f"有 {rare} 个生僻字，像是编码读错了。请换一份原文件。",
            )
            continue
        lost = [*_LOST.finditer(section.text)]
        signs = sum(len(match[0]) for match in lost)
        total = max(1, len(section.text))
        if not lost or (len(lost) < _MIN_LOST and signs / total < _MOST_LOST):
            continue
        is_lost = signs / total >= _MOST_LOST
        first = min(lost, key=lambda match: match.start())
        yield CheckResult(
            kind=CheckKind.UNREADABLE,
            severity=Severity.BLOCK if is_lost else Severity.WARN,
            entry=subject.ref,
            place=make_place(subject.draft, place, *first.span()),
            reason=f"有 {signs} 个字符无法辨认。请换一份原文件，或照原文补上。",
        )
    yield from _check_empty_pages(subject)


def _count_garbled(text: str) -> int:
    """Return how many rare characters a text has, if it is made of them; else 0."""
    rare = sum(char not in _COMMON for char in text if "\u3400" <= char <= "\u9fff")
    if rare < _MIN_RARE:
        return 0
    # Traditional characters are no mistake.
    han = _HAN.findall(normalise(text))
    rare = sum(char not in _COMMON for char in han)
    return rare if rare >= _MIN_RARE and rare >= _MOST_RARE * len(han) else 0


def _check_empty_pages(subject: Subject) -> Iterator[CheckResult]:
    words: defaultdict[str, int] = defaultdict(int)
    for section in subject.draft.sections:
        if re.fullmatch(r"第\d+页", section.locator):
            words[section.locator] += len(_WORD.findall(section.text))
    if max(words.values(), default=0) < _FULL_PAGE:
        return
    last = max(words, key=lambda name: int(name[1:-1]))
    for page, number in words.items():
        if number < _MIN_PAGE and page != last:
            yield CheckResult(
                kind=CheckKind.UNREADABLE,
                severity=Severity.WARN,
                entry=subject.ref,
                place=Place(locator=page),
                reason=f"{page}只读出 {number} 个字，可能是图片。请核对原文。",
            )
