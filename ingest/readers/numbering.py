"""Writes out the numbers that Word draws in front of numbered paragraphs.

In a rule typed with automatic numbering "第一条" is nowhere in the text: it has
to be counted the way Word counts.
"""

from __future__ import annotations

import re
from collections import defaultdict

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml.etree import _Element

_VAL = qn("w:val")
_NS = {"w": qn("w:p")[1:].partition("}")[0]}
_DIGITS = "〇一二三四五六七八九"

#: Word's names of the formats that count in Chinese characters.
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "japaneseCounting",
    "taiwaneseCountingThousand",
    "ideographDigital",
}

#: Parents of a style further up are not asked.
_MAX_PARENTS = 12

_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}


class Numbering:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, document: WordDocument) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._abstract: dict[str, str] = {}
        self._styles = {
            style.get(qn("w:styleId"), ""): style
            for style in document.styles.element.iterfind("w:style", _NS)
        }
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in root.iterfind("w:abstractNum", _NS):
            self._read_levels(abstract)
        for num in root.iterfind("w:num", _NS):
            target = num.find("w:abstractNumId", _NS)
            if target is not None:
                self._abstract[num.get(qn("w:numId"), "")] = target.get(_VAL, "")

    def label(self, paragraph: _Element) -> str:
        """Return the number in front of a paragraph; empty when it has none."""
        num_id = paragraph.find("w:pPr/w:numPr/w:numId", _NS)
        ilvl = paragraph.find("w:pPr/w:numPr/w:ilvl", _NS)
        level = int(ilvl.get(_VAL, "0")) if ilvl is not None else 0
        if num_id is not None:
            number = num_id.get(_VAL, "")
        else:
            number, level = self._ask_style(paragraph)
        abstract = self._abstract.get(number)
        if abstract is None:
            return ""
        if (abstract, level) not in self._levels:
            return ""
        return self._count(abstract, level)

    def _ask_style(self, paragraph: _Element) -> tuple[str, int]:
        """Return the list and level that the paragraph's style names."""
        style = paragraph.find("w:pPr/w:pStyle", _NS)
        name = "" if style is None else style.get(_VAL, "")
        for _ in range(_MAX_PARENTS):
            element = self._styles.get(name)
            if element is None:
                break
            num_id = element.find("w:pPr/w:numPr/w:numId", _NS)
            if num_id is not None:
                ilvl = element.find("w:pPr/w:numPr/w:ilvl", _NS)
                level = 0 if ilvl is None else int(ilvl.get(_VAL, "0"))
                return num_id.get(_VAL, ""), level
            parent = element.find("w:basedOn", _NS)
            name = "" if parent is None else parent.get(_VAL, "")
        return "", 0

    def _count(self, abstract: str, level: int) -> str:
        format_, template, start = self._levels[abstract, level]
        counts = self._counts[abstract]
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        if format_ in {"bullet", "none"}:
            return ""

        def write(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            name, _, first = self._levels.get((abstract, at), ("decimal", "", 1))
            return write_number(counts.get(at, first), name)

        return re.sub(r"%(\d)", write, template) + " "

    def _read_levels(self, abstract: _Element) -> None:
        id_ = abstract.get(qn("w:abstractNumId"), "")
        for level in abstract.iterfind("w:lvl", _NS):
            values = {}
            for name, default in (
                ("numFmt", "decimal"),
                ("lvlText", ""),
                ("start", "1"),
            ):
                found = level.find(f"w:{name}", _NS)
                values[name] = default if found is None else found.get(_VAL, default)
            start = int(values["start"]) if values["start"].isdigit() else 1
            key = id_, int(level.get(qn("w:ilvl"), "0"))
            self._levels[key] = values["numFmt"], values["lvlText"], start


def write_number(number: int, format_: str) -> str:
    """Return a number the way Word writes the named format."""
    if format_ in _CHINESE:
        return write_chinese(number)
    if format_ in _CIRCLED and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if format_ in {"lowerLetter", "upperLetter"} and 1 <= number <= 26:
        return chr((97 if format_ == "lowerLetter" else 65) + number - 1)
    return str(number)


def write_chinese(number: int) -> str:
    """Return a number from 1 to 9999 in Chinese characters: 21 → 二十一."""
    text, is_gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            text += ("零" if is_gap and text else "") + _DIGITS[digit] + unit
        is_gap = not digit
    return text[1:] if text.startswith("一十") else text
