"""The marks by which Chinese official documents are ordered. Pure."""

from __future__ import annotations

import re

from ..text import close_gaps

_NUMBER = r"[一二三四五六七八九十百千零〇\d]+"

#: 第七条, 第一百三十三条之一, with what follows.
ARTICLE = re.compile(
    rf"^第\s*(?P<number>{_NUMBER})\s*条(?P<sub>之[一二三四五六七八九十]+)?(?P<rest>.*)$",
    re.DOTALL,
)

#: What follows "第七条" where it is a reference and not the head of an article.
_REFERENCE = re.compile(
    r"^(?:[，。；、,;）)》]|第[一二三四五六七八九十]+[款项]|规定|所|的|和|至|及|与|或|中|以)"
)

_PARTED = re.compile(r"^ (?!第|[，。；、])")

#: 第二章 申请与受理: level, number and name.
CHAPTER = re.compile(
    rf"^第\s*{_NUMBER}\s*(?P<level>分编|编|章|节)\s*(?P<name>.{{0,40}})$"
)

#: Depth of a chapter mark.
LEVELS = {"编": 0, "分编": 1, "章": 2, "节": 3}

CONTENTS = re.compile(r"^目\s*[录次]$")

#: 附件, 附件1:, 附表二 on a line of its own, perhaps with a short name.
ANNEX = re.compile(r"^附\s*[件表录]\s*[一二三四五六七八九十\d]*\s*[:：]?$")
ANNEX_NAMED = re.compile(
    r"^附\s*[件表录]\s*[一二三四五六七八九十\d]+\s*[:：]?\s*[^：:。；]{2,40}$"
)

#: 附件：1. …, the list of annexes under a text.
ANNEX_LIST = re.compile(r"^附\s*件\s*[:：]\s*\S")

#: 一、 and （一）.
FIRST = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]\s*(?P<rest>.*)$", re.DOTALL)
SECOND = re.compile(
    r"^[（(][一二三四五六七八九十]{1,3}[)）]\s*(?P<rest>.*)$", re.DOTALL
)

_DOT_LEADERS = re.compile(r"[.．…·\s]{2,}\d+$|\t\d+$")

#: 云民〔2026〕12号 in any brackets.
_DOC_NUMBER = (
    r"(?P<office>[\u4e00-\u9fff]{1,14})\s*[〔\[（(【﹝［]\s*(?P<year>(?:19|20)\d{2})\s*"
    r"[〕\]）)】﹞］]\s*(?P<kind>第)?\s*(?P<serial>\d{1,5})\s*号"
)
DOC_NUMBER = re.compile(_DOC_NUMBER)
_ORDER_NUMBER = re.compile(
    r"^(?:20\d{2}\s*年\s*)?第\s*(\d{1,4}|[一二三四五六七八九十百]+)\s*号$"
)

#: 国发 is the shortest.
_MIN_OFFICE = 2

#: Words that run into a 文号 in a sentence and are no part of it.
_OFFICE_LEADS = re.compile(
    r"^.*(?:按照|依照|根据|以及|关于|通知|办法|规定|意见|文件|废止|的|和|及|与|《|》|为|号)"
)


def match_article(text: str) -> re.Match[str] | None:
    """Return the match when the line opens an article and is no reference."""
    match = ARTICLE.match(text)
    if match is None:
        return None
    # "第一条 以…" after a blank is an opening, "第一条规定的…" is none.
    rest = match["rest"]
    is_parted = not rest or bool(_PARTED.match(rest))
    return match if is_parted or not _REFERENCE.match(rest) else None


def match_chapter(text: str) -> re.Match[str] | None:
    """Return the match when the line is the head of a part, chapter or section."""
    match = CHAPTER.match(strip_leaders(text))
    if match is None or match["name"].endswith(("。", "；", "，", "：")):
        return None
    return match


def name_chapter(match: re.Match[str]) -> str:
    """Return the head of a chapter with one blank in it: 第一章 总则."""
    mark = match.string[: match.start("name")].replace(" ", "")
    name = close_gaps(match["name"]).replace(" ", "")
    return f"{mark} {name}".strip()


def strip_leaders(text: str) -> str:
    """Drop the dots and page number that a table of contents puts behind a line."""
    return _DOT_LEADERS.sub("", text)


def is_annex(text: str) -> bool:
    """Whether an annex begins with this line."""
    return bool(ANNEX.match(text) or ANNEX_NAMED.match(text))


def find_doc_numbers(text: str) -> list[str]:
    """Return the 文号 in a text, with brackets made 〔〕."""
    return [_write(match) for match in DOC_NUMBER.finditer(text)]


def read_doc_number(line: str) -> str:
    """Return the 文号 a line consists of, brackets aside; empty when it does not."""
    line = line.strip(" （）()")
    match = DOC_NUMBER.fullmatch(line)
    if match:
        return _write(match)
    return line.replace(" ", "") if _ORDER_NUMBER.match(line) else ""


def _write(match: re.Match[str]) -> str:
    office = _OFFICE_LEADS.sub("", match["office"]) or match["office"]
    if len(office) > _MIN_OFFICE:
        office = office.removeprefix("原")
    return f"{office}〔{match['year']}〕{match['kind'] or ''}{match['serial']}号"
