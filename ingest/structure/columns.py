"""Finds the columns of sheets of questions, whatever they are called. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..types import Rows
from .vocabulary import load_groups

_BY_NAME = {
    name: key for key, names in load_groups("columns").items() for name in names
}

#: What sheets put around a column's name: 问题（必填）, 答案*, 类似问题1.
_DECORATION = re.compile(r"[（(【\[][^（）()【】\[\]]*[)）】\]]|[\s\d*：:＊#/、①-⑨]")

#: Longer cells are no names of columns.
_MAX_NAME = 12

#: Words by which a name of nobody's list tells its meaning, in order: 相似问法 is no
#: question, 答复单位 no answer.
_BY_WORD: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "",
        re.compile(
            r"(?:分类|类别|类型|编号|序号|状态|数量|次数|渠道|来源|人员|姓名|电话)$"
        ),
    ),
    (
        "",
        re.compile(
            r"(?:答复|回复|解答|回答|办结|提问|咨询|来信|受理)(?:日期|时间|人|期限)$"
        ),
    ),
    ("similar", re.compile(r"相似|类似|同义|扩展|近似|其他(?:问法|说法)|口语")),
    (
        "expires",
        re.compile(
            r"(?:失效|截止|到期|终止|结束|废止).{0,2}(?:日期|时间|日)$|有效期[至止]"
        ),
    ),
    (
        "effective",
        re.compile(
            r"(?:生效|施行|实施|起始|开始|执行).{0,2}(?:日期|时间|日)$|有效期[自起]"
        ),
    ),
    ("validity", re.compile(r"有效期|有效时间|有效期限|时效")),
    ("checked", re.compile(r"(?:更新|核对|修订|维护|审核|核验).{0,2}(?:日期|时间)$")),
    ("basis", re.compile(r"依据|政策文件|文件名称|政策来源|出处|法规")),
    ("region", re.compile(r"地区|区域|区县|县区|辖区|行政区|适用范围")),
    ("department", re.compile(r"(?:部门|单位|科室|处室|机构|委办局|主管局)$")),
    ("answer", re.compile(r"答案|答复|回复|回答|解答|解决方案|解决办法|口径|^答|话术")),
    (
        "question",
        re.compile(
            r"问题|提问|问法|问句|标准问|诉求|来信内容|咨询内容|群众问|^问|疑问"
        ),
    ),
)

_COUNTERS = {"序号", "编号", "号", "问题编号", "分类", "类别", "问题分类"}
_ASKS = re.compile(r"[？?]$|吗$|怎么|如何|多少|哪里|哪些|什么|几|能不能|是否|可以")

#: The row that names the columns is among the first ones.
_HEADING_ROWS = 15

#: Fewer rows without heading may be anything.
_MIN_BARE_ROWS = 3
_ASKING_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a sheet's rows begin, and column numbers by meaning."""

    #: Index of the first row with values.
    first: int

    places: Mapping[str, Sequence[int]]

    #: Whether the sheet names its columns; else their order and the marks told.
    is_named: bool = True


def name_column(cell: str) -> str:
    """Return what a column of this name holds; empty when nothing we know."""
    name = _DECORATION.sub("", cell).lower()
    if key := _BY_NAME.get(name):
        return key
    if not name or len(name) > _MAX_NAME:
        return ""
    return next((key for key, word in _BY_WORD if word.search(name)), "")


def find_columns(rows: Rows) -> Columns | None:
    """Return the columns; None when no row names both questions and answers.

    Names may stand in one row or, under a group's name, in the next.
    """
    for place, row in enumerate(rows[:_HEADING_ROWS]):
        below = rows[place + 1] if place + 1 < len(rows) else ()
        if _is_names(below) and _names_any(row):
            places = _read_names(_merge(row, below))
            if places is not None:
                return Columns(place + 2, places)
        places = _read_names(row)
        if places is not None:
            return Columns(place + 1, places)
    return _guess(rows)


def turn(rows: Rows) -> Rows:
    """Return rows whose names stand in the first column as rows below names."""
    names = [name_column(row[0]) if row else "" for row in rows[:_HEADING_ROWS]]
    is_turned = len(rows) <= _HEADING_ROWS and {"question", "answer"} <= set(names)
    if not is_turned or _read_names(rows[0]) is not None:
        return rows
    return tuple(zip(*_level(rows), strict=True))


def _level(rows: Rows) -> list[tuple[str, ...]]:
    longest = max(map(len, rows))
    return [(*row, *[""] * (longest - len(row))) for row in rows]


def _read_names(row: Sequence[str]) -> dict[str, list[int]] | None:
    places: dict[str, list[int]] = {}
    for number, cell in enumerate(row):
        if key := name_column(cell):
            places.setdefault(key, []).append(number)
    if "question" not in places or "answer" not in places:
        return None
    # 主题 beside 问题: the question is what is named so.
    asked = [n for n in places["question"] if re.search(r"问|来信内容|诉求", row[n])]
    places["question"] = (asked or places["question"])[:1]
    return places


def _is_names(row: Sequence[str]) -> bool:
    """Whether every cell of the row names a column: no question is among them."""
    cells = [cell for cell in row if cell]
    return bool(cells) and all(
        name_column(cell) or _DECORATION.sub("", cell) in _COUNTERS for cell in cells
    )


def _names_any(row: Sequence[str]) -> bool:
    return any(name_column(cell) in {"question", "answer"} for cell in row)


def _merge(row: Sequence[str], below: Sequence[str]) -> list[str]:
    """Take the narrower name where both rows have one."""
    pairs = zip(_pad(row, len(below)), _pad(below, len(row)), strict=True)
    return [under if name_column(under) else over for over, under in pairs]


def _pad(row: Sequence[str], length: int) -> list[str]:
    return [*row, *[""] * (length - len(row))]


def _guess(rows: Rows) -> Columns | None:
    """Read two columns without names when nearly all of the first are questions."""
    filled = [row for row in rows if any(row)]
    if len(filled) < _MIN_BARE_ROWS or any(len(row) < 2 for row in filled):
        return None
    number = 1 if all(row[0].isdigit() for row in filled) else 0
    if any(sum(map(bool, row[number:])) != 2 for row in filled):
        return None
    asking = sum(bool(_ASKS.search(row[number])) for row in filled)
    if asking < _ASKING_SHARE * len(filled) or any(
        len(row[number]) > 60 for row in filled
    ):
        return None
    places = {"question": [number], "answer": [number + 1]}
    return Columns(0, places, is_named=False)
