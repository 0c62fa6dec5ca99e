"""Finds the rules that a text puts out of force. Pure.

"…同时废止" names them before the verb, "决定废止…" behind it, "予以废止：" below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..text import ENUMERATOR
from .marks import find_doc_numbers

_ENDS = re.compile(
    r"(?:同时|即行|相应|一并|予以|自行|随之|停止)?"
    r"(?:废止|停止执行|不再执行|停止施行|停止使用|失效|作废)"
)

#: 不再废止, 尚未废止的: what stays in force.
_STAYS = re.compile(r"(?:未|不|尚未|没有|不再)(?:被|予以)?$")

#: What follows the verb where names come behind it.
_BEHIND = re.compile(
    r"^(?:了|原|以下|下列|如下|由[^《]{2,20}(?:印发|发布|制定)的|的(?:文件|规范性文件)?(?:有|为|是)?"
    r"|[\d\u4e00-\u9fff]{0,16}(?:年|月|日)[^《，。；]{0,12})?\s*[：:]?\s*(?:\d+[.、])?(?:《|[：:]|[\u4e00-\u9fff]{2,10}[〔\[]\d{4})"
)
_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
_TITLE = re.compile(
    r"《(?P<title>[^《》]+(?:《[^《》]+》[^《》]*)*)》"
    r"(?P<number>[（(][^（）()]{4,40}[)）])?"
)

#: A repeal of one article leaves the document in force.
_PARTIAL = re.compile(
    r"^(?:中|中的)?(?:的)?第[一二三四五六七八九十百\d]+(?:条|款|项|章|部分)|^(?:中|的)(?:有关|相关|部分)"
)

#: The rule that allows the repeal, and what the sentence does beside it.
_GROUNDS = re.compile(r"(?:根据|依照|依据|按照|为(?:贯彻|落实))[^，,]*[，,]")
_ANOTHER_DEED = re.compile(r"[，,](?:并?(?:修改|修订|保留|公布|印发|宣布|继续)|对)")

#: 下列规范性文件予以废止：
_LIST_HEAD = re.compile(
    r"(?:废止|失效|停止执行)[^。；]{0,30}[：:]\s*$|(?:下列|以下|如下)[^。；]*(?:废止|失效)[。：:]?\s*$"
)


def find_superseded(lines: Iterable[str]) -> tuple[str, ...]:
    """Return 文号, or titles where no 文号 stands, that the text puts out of force."""
    found: dict[str, None] = {}
    is_list = False
    for line in lines:
        is_item = bool(ENUMERATOR.match(line) or line.startswith("《"))
        if is_list and is_item and not _ENDS.search(line):
            found |= dict.fromkeys(_list_named(line))
            continue
        is_list = False
        for sentence in _SENTENCE.findall(line):
            if is_list and not _ENDS.search(sentence):
                found |= dict.fromkeys(_list_named(sentence))
                continue
            found |= dict.fromkeys(_read_sentence(sentence))
            is_list = is_list or _opens_list(sentence)
    return tuple(found)


def _opens_list(sentence: str) -> bool:
    match = _find_verb(sentence)
    if match is None:
        return False
    is_head = _LIST_HEAD.search(sentence) is not None
    return is_head or sentence[match.end() :].startswith(("：", ":"))


def _find_verb(sentence: str) -> re.Match[str] | None:
    for match in _ENDS.finditer(sentence):
        if not _STAYS.search(sentence[: match.start()]):
            return match
    return None


def _read_sentence(sentence: str) -> list[str]:
    match = _find_verb(sentence)
    if match is None:
        return []
    behind = sentence[match.end() :]
    if _BEHIND.match(behind):
        other = _ANOTHER_DEED.search(behind)
        return _list_named(behind[: other.start()] if other else behind)
    return _list_named(_GROUNDS.sub("", sentence[: match.start()]))


def _list_named(clause: str) -> list[str]:
    names = []
    rest = clause
    for match in _TITLE.finditer(clause):
        after = clause[match.end() :]
        numbers = find_doc_numbers(match["number"] or "")
        rest = rest.replace(match[0], "", 1)
        if not _PARTIAL.match(after):
            names += numbers or [match["title"]]
    return names + find_doc_numbers(rest)
