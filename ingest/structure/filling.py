"""Fills in what a document leaves open, and asks the editor for the rest. Pure.

What the document says stands; the editor's hints come next; what a file's name or an
address suggests is taken only together with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from knowledge import Aspect, EntryDraft, EntryKind

from ..places import find_cities, is_province, read_file_place, read_place
from ..types import StructureHints
from .materials import NAMELESS
from .phones import list_odd_numbers

#: GD02, 01: numbers by which folders are ordered.
_CODE = re.compile(r"^[A-Za-z]{0,4}\d{0,4}$")
_PARTS = re.compile(r"[_—－\s]+")
_TAIL = re.compile(
    r"(?:的)?(?:办事指南|服务指南|办理指南|办事须知|指南|办理流程|流程)$"
)
_STREET = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}?(?:市|区|县))*(?P<name>[\u4e00-\u9fff]{2,8}?(?:街道|镇|乡))"
)

#: What a citizen asks of any item; without it the answer is "不清楚".
_WANTED = (
    (Aspect.MATERIALS, "申请材料"),
    (Aspect.TIME_LIMIT, "承诺办结时限"),
    (Aspect.FEE, "是否收费"),
    (Aspect.PLACE, "办理地点"),
    (Aspect.PHONE, "咨询电话"),
)

#: Where a place named is one to go to, and not one that a rule speaks of.
_LOCAL = (Aspect.PLACE, Aspect.PHONE, Aspect.MATERIALS)

_BRACKETED = re.compile(r"[（(][^（）()]{1,8}(?:市|区|县|省|街道|镇)[)）]")
_MARKS = re.compile(r"[（）()、，。“”《》·\s]")

#: Characters of a file's name in words that a guide never uses: from here on it is
#: about something else.
_FOREIGN = 2

#: A shorter name says too little to be compared.
_MIN_ITEM = 4

#: Nobody says a title of more characters aloud.
_LONG_TITLE = 20


def fill_in(
    draft: EntryDraft, *, stem: str, hints: StructureHints, is_alone: bool
) -> tuple[EntryDraft, list[str]]:
    """Return the draft with what could be filled in, and what staff should look at.

    Args:
        draft: As the document has it.
        stem: File name without suffix.
        hints: What the editor says about the file.
        is_alone: Whether the file holds this entry only, so that its name is of it.
    """
    draft = replace(
        draft,
        department=draft.department or hints.department,
        aliases=tuple(dict.fromkeys([*draft.aliases, *_name_by_hints(draft, hints)])),
    )
    if draft.kind is not EntryKind.GUIDE:
        return replace(draft, region=draft.region or hints.region), []
    draft, doubts = _fill_region(draft, stem, hints)
    if is_alone:
        item = _read_item(stem)
        if doubt := _compare(item, draft):
            doubts.append(doubt)
        elif _is_fuller(item, draft.title):
            draft = replace(draft, aliases=(*draft.aliases, item))
    return draft, [*doubts, *_list_missing(draft)]


def _name_by_hints(draft: EntryDraft, hints: StructureHints) -> list[str]:
    verb = hints.verb.strip()
    named = [f"{verb}{draft.title}"] if verb and verb not in draft.title else []
    return [*hints.aliases, *named]


def _fill_region(
    draft: EntryDraft, stem: str, hints: StructureHints
) -> tuple[EntryDraft, list[str]]:
    region, doubts = draft.region, list[str]()
    cities = find_cities(_local_text(draft))
    in_name = read_file_place(stem)
    if not region:
        region = hints.region or read_place(draft.department)
    if not region and in_name:
        region = in_name
        doubts.append(f"没有写适用地区，从文件名看是“{region}”，请核对")
    if not region and len(cities) == 1:
        region = cities[0]
        doubts.append(f"没有写适用地区，从办理地点看是“{region}”，请核对")
    if not region:
        doubts.append(_ask_region(draft, cities))
    elif is_province(region) and cities and not hints.region:
        doubts.append(
            f"实施主体是“{draft.department}”，办理地点却在“{'、'.join(cities)}”，"
            "请核对适用地区"
        )
    elif others := [city for city in cities if _is_elsewhere(city, region)]:
        doubts.append(f"适用地区是“{region}”，文中却写了“{'、'.join(others)}”，请核对")
    if _is_elsewhere(in_name, region) and in_name not in cities:
        doubts.append(f"文件名写的是“{in_name}”，文中适用地区是“{region}”，请核对")
    return replace(draft, region=region), doubts


def _ask_region(draft: EntryDraft, cities: Sequence[str]) -> str:
    if cities:
        return f"没有写适用地区，文中出现“{'、'.join(cities)}”，请填写"
    street = _STREET.search(draft.department or _local_text(draft))
    if street:
        return f"没有写适用地区，只写了“{street['name']}”，请填写是哪个市、区"
    return "没有写适用地区，请填写"


def _is_elsewhere(city: str, region: str) -> bool:
    """Whether both are cities and not the same; of districts we do not know."""
    is_city = city.endswith("市") and region.endswith("市")
    # A county city such as 高州市 lies in another: only known cities are compared.
    return is_city and city != region and find_cities(region) == [region]


def _local_text(draft: EntryDraft) -> str:
    return "\n".join(each.text for each in draft.sections if each.aspect in _LOCAL)


def _read_item(stem: str) -> str:
    """Return the item that a file's name names, without code, place and ending."""
    parts = [part for part in _PARTS.split(stem) if not _CODE.match(part)]
    parts = [part for part in parts if not (len(parts) > 1 and read_place(part))]
    return _bare(_TAIL.sub("", _BRACKETED.sub("", parts[0]))) if parts else ""


def _compare(item: str, draft: EntryDraft) -> str:
    """Return a doubt when the file's name speaks of what the guide never does."""
    told = "".join(
        [draft.title, *draft.aliases, draft.audience]
        + [each.text for each in draft.sections if each.aspect is not Aspect.BASIS]
    )
    told = _MARKS.sub("", told)
    known = [first + second in told for first, second in pairwise(item)]
    # A character is known by the pair before it or the one it begins.
    foreign = sum(
        not (before or after)
        for before, after in zip([False, *known], [*known, False], strict=True)
    )
    is_part = _bare(draft.title) in item
    if len(item) < _MIN_ITEM or foreign < _FOREIGN or is_part:
        return ""
    return f"文件名是“{item}”，文中事项名称是“{draft.title}”，请核对是不是同一件事"


def _is_fuller(item: str, title: str) -> bool:
    """Whether the file's name says the title and more, or a long title in short."""
    bare = _bare(title)
    if _MIN_ITEM < len(item) < len(bare) and len(bare) > _LONG_TITLE:
        return item not in bare
    return bare in item and len(bare) + 1 < len(item) <= 2 * len(bare) + _MIN_ITEM


def _bare(text: str) -> str:
    return _MARKS.sub("", text)


def _list_missing(draft: EntryDraft) -> list[str]:
    has = {section.aspect for section in draft.sections}
    missing = [name for aspect, name in _WANTED if aspect not in has]
    doubts = [f"没有写{'、'.join(missing)}，请补上"] if missing else []
    doubts += [
        f"第{line.split('.', 1)[0]}项材料没有名称，请对照原文补上"
        for section in draft.sections
        if section.aspect is Aspect.MATERIALS
        for line in section.text.split("\n")
        if NAMELESS in line
    ]
    doubts += [
        f"电话“{number}”的位数不对，请核对"
        for section in draft.sections
        if section.aspect in {Aspect.PHONE, Aspect.PLACE}
        for number in list_odd_numbers(section.text)
    ]
    return list(dict.fromkeys(doubts))
