"""Mends what narrow columns, page ends and copying broke in plain text. Pure.

Knows nothing of aspects: it takes lines and gives fewer, whole ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ..text import ENUMERATOR
from ..types import Align, Block, BlockKind
from .labels import find_slot, opens_in_text

#: What printing a page leaves: page numbers, addresses, names of pictures.
_FURNITURE = re.compile(
    r"^(?:第\s*\d+\s*页(?:[，,/ ]*共\s*\d+\s*页)?|\d{1,3}\s*/\s*\d{1,3}"
    r"|[-—]\s*\d{1,3}\s*[-—]"
    r"|https?://\S+\s+\d+/\d+|[\w.-]+\.(?:png|jpe?g|gif|svg|bmp|ico))$",
    re.IGNORECASE,
)

#: A line this long that does not end a sentence may go on in the next.
_LONG = 25

#: Of the usual width of such lines, from here on a line counts as full.
_FULL = 0.9

#: Lines up to this length come twice by design: cells, row numbers, labels.
_MIN_REPEATED = 6

_STOPS = tuple("。；：！？;:!?")
_CLOSERS = tuple("，。；、,;）)】》”’%")
_OPENERS = ("，", "、", "（", "《", "“", "〔", "-", "/")
_URL = re.compile(r"(?:https?://|www\.)[\x21-\x7e]*$")
_URL_REST = re.compile(r"^(?=.*[A-Za-z/=])[\x21-\x7e]{1,60}$")
_PHONE = re.compile(r"(?<!\d)(?:(?P<area>0\d{2,3})[-－)）])?(?P<local>\d{5,7})$")
_PHONE_REST = re.compile(r"^(?P<rest>\d{1,3})(?=$|[、，,/；;（(])")
_AREA = re.compile(r"(?<!\d)0\d{2,3}[-－]$")
_SERIAL = re.compile(r"[〕\]】]\d+$")
_MONEY_REST = re.compile(r"^\d{1,5}(?:\.\d+)?(?:万?元|/)")
_SENTENCE = re.compile(r"[^。；！？]+[。；！？]?")
_INLINE = re.compile(r"(?<=[。；])\s*(?P<label>[\u4e00-\u9fff]{3,10})[：:]")
_LABELLED = re.compile(r"^[^：:，。；]{2,16}[：:]")
_SHORT_LABEL = re.compile(r"^[\u4e00-\u9fff]{1,6}[：:]\S")

#: A number has seven or eight figures, a mobile phone eleven.
_LOCAL_LENGTHS = {7, 8}

#: Labels are not longer.
_MAX_LABEL = 16


def mend(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with broken lines joined and repeated ones dropped.

    Tables and marked headings come back as they are.
    """
    lines = _split_inline(_drop_repeats(blocks))
    full = _measure(lines)
    mended: list[Block] = []
    # The line as it stood, and not what was joined before it, says how full it was.
    for before, block in zip([None, *lines], lines, strict=False):
        if before is not None and _may_join(before, block, full):
            mended[-1] = replace(mended[-1], text=mended[-1].text + block.text)
        else:
            mended.append(block)
    return [
        block
        if block.kind is BlockKind.TABLE
        else replace(block, text=undouble(block.text))
        for block in mended
    ]


def undouble(text: str) -> str:
    """Drop a sentence that stands twice in a row, as copied pages have it."""
    sentences = _SENTENCE.findall(text)
    kept = [
        sentence
        for before, sentence in pairwise(["", *sentences])
        if len(sentence) < _MIN_REPEATED or not _is_again(sentence, before)
    ]
    if len(kept) == len(sentences):
        half = len(text) // 2
        is_double = len(text) >= 2 * _MIN_REPEATED and text[:half] == text[half:]
        return text[:half] if is_double else text
    return "".join(kept)


def _is_again(sentence: str, before: str) -> bool:
    """Whether it is the sentence before; that one may have had a number in front."""
    own, other = sentence.strip(), before.strip()
    return own == other or (len(own) > 2 * _MIN_REPEATED and other.endswith(own))


def width(text: str) -> int:
    """Return how wide a line is printed: Chinese characters count two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _is_line(block: Block) -> bool:
    return block.kind is BlockKind.TEXT and block.align is Align.LEFT


def _drop_repeats(blocks: Sequence[Block]) -> list[Block]:
    """Drop furniture, and the last line of a page that opens the next one too."""
    kept: list[Block] = []
    for block in blocks:
        if _is_line(block):
            if _FURNITURE.match(block.text):
                continue
            is_again = bool(kept) and kept[-1].text == block.text
            if is_again and len(block.text) >= _MIN_REPEATED:
                continue
        kept.append(block)
    return kept


def _split_inline(blocks: Sequence[Block]) -> list[Block]:
    """Part a line in which labels follow one another, such as 办理程序 and 受理机关."""
    parted: list[Block] = []
    for block in blocks:
        cuts = [
            match.start("label")
            for match in _INLINE.finditer(block.text)
            if _is_label(match["label"])
        ]
        if not cuts or not _is_line(block) or not _opens(block.text):
            parted.append(block)
            continue
        for start, end in pairwise([0, *cuts, len(block.text)]):
            parted.append(replace(block, text=block.text[start:end].strip()))
    return parted


def _is_label(text: str) -> bool:
    return find_slot(text) is not None and opens_in_text(text)


def _opens(text: str) -> bool:
    match = _LABELLED.match(text)
    return match is not None and find_slot(match[0][:-1]) is not None


def _measure(blocks: Sequence[Block]) -> float:
    """Return the width from which on a line without stop counts as full."""
    widths = [
        width(block.text)
        for block in blocks
        if _is_line(block)
        and len(block.text) >= _LONG
        and not block.text.endswith(_STOPS)
    ]
    return median(widths) * _FULL if widths else float("inf")


def _may_join(last: Block, block: Block, full: float) -> bool:
    if not (_is_line(last) and _is_line(block)) or last.locator != block.locator:
        return False
    line, text = last.text, block.text
    if _completes_label(line, text):
        return True
    if find_slot(line) is not None or find_slot(text) is not None or text == "：":
        return False
    if _begins_inside(line, text) or _is_cut_figure(line, text):
        return True
    return not _begins_anew(text) and _goes_on(line, text, full)


def _completes_label(line: str, text: str) -> bool:
    """Whether two lines are one label: 是否进驻政 / 务大厅."""
    is_short = len(line) + len(text) <= _MAX_LABEL and len(text) > 1
    return (
        is_short
        and line.isalpha()
        and find_slot(line) is None
        and find_slot(text) is None
        and find_slot(line + text) is not None
    )


def _begins_inside(line: str, text: str) -> bool:
    return text.startswith(_CLOSERS) and bool(line)


def _begins_anew(text: str) -> bool:
    if ENUMERATOR.match(text) or text.isdigit():
        return True
    match = _LABELLED.match(text)
    if match is None:
        return False
    return bool(_SHORT_LABEL.match(text)) or find_slot(match[0][:-1]) is not None


def _goes_on(line: str, text: str, full: float) -> bool:
    if _URL.search(line) and _URL_REST.match(text):
        return True
    if line.endswith(_OPENERS) and len(line) > _MIN_REPEATED:
        return True
    # A closing bracket ends an item of a list as often as it ends a line.
    if line.endswith((*_STOPS, "）", ")")) or len(line) < _LONG:
        return False
    return width(line) >= full


def _is_cut_figure(line: str, text: str) -> bool:
    """Whether a column cut a phone number or a sum: 343723 / 94, 55 / 0元."""
    if match := _PHONE.search(line):
        rest = _PHONE_REST.match(text)
        joined = len(match["local"]) + (len(rest["rest"]) if rest else 0)
        return rest is not None and joined in _LOCAL_LENGTHS
    if _URL.search(line) and _URL_REST.match(text):
        return True
    if _AREA.search(line) and text[:1].isdigit():
        return True
    if _SERIAL.search(line) and text.startswith("号"):
        return True
    return line[-1:].isdigit() and bool(_MONEY_REST.match(text)) and len(line) < _LONG
