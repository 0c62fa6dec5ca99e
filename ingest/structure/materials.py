"""Renders lists of materials: "1. 身份证：原件1份，复印件1份（备注）". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..text import strip_enumerator

_NAMES = ("材料名称", "名称", "申请材料", "材料", "所需材料", "申请材料名称")
_ORIGINALS = ("原件", "原件份数", "原件数", "原件数量", "正本")
_COPIES = ("复印件", "复印件份数", "复印件数", "复印件数量", "副本")
_NUMBERS = ("序号", "编号", "号")

_COUNT = re.compile(r"^(?:原件|复印件)?\s*[：:]?\s*(\d+)\s*(?:份|张)?$")

_WRITTEN = re.compile(
    r"^(?P<number>\d+)[.、]\s*(?P<name>.+?)[（(]原件[：:]?\s*(?P<original>\d+)份?[，,、]\s*"
    r"复印件[：:]?\s*(?P<copy>\d+)份?[)）](?:；备注[：:](?P<note>.*))?$"
)

#: Lines of the portal's dump: what follows the name of a material.
_DUMP_COUNT = re.compile(r"^(?P<what>原件|复印件)\s*[：:]\s*(?P<count>\d+)$")
_DUMP_NUMBER = re.compile(r"^\d{1,2}$")
_DUMP_HEADINGS = {
    "材料名称", "材料依据", "材料形式", "材料要求", "材料下载", "其他信息",
    "纸质", "电子化", "纸质/电子化", "必要", "空白表格", "示例样本", "无", "展开",
    "收起",
}  # fmt: skip
_DUMP_REMARK = re.compile(
    r"^(?P<what>填报须知|受理标准|备注|说明)\s*[：:]\s*(?P<text>.*)$"
)
_DUMP_LABEL = re.compile(r"^[\u4e00-\u9fff]{2,8}\s*[：:]")
_FREE = "该材料免提交"
_LENIENT = {"支持容缺处理", "可容缺", "容缺受理", "支持容缺受理"}
_SOURCE = re.compile(
    r"^(?:来源渠道|材料来源)\s*[：:]\s*(?P<from>[^，,；;]*)[，,；;]?(?P<more>.*)$"
)

#: Where everybody would look for a paper anyway.
_PLAIN_SOURCES = {"", "申请人自备", "政府部门核发", "自备", "其他"}

#: The column 材料依据 runs into the name.
_RULE = re.compile(
    r"(?<=[^与和及、按据照])《[^》]{4,40}》(?:（[^）]*）)?第[一二三四五六七八九十百\d]+条.{0,20}$"
)

#: What stands in a list where the name of a paper was lost.
NAMELESS = "（原文没有名称）"
_LINKED = "已关联电子证照"

#: A name wrapped into more lines than this has not been seen.
_MAX_NAME_LINES = 14


@dataclass(slots=True)
class _Material:
    name: str
    original: str = ""
    copy: str = ""
    notes: list[str] = field(default_factory=list)


def render_materials(lines: Sequence[str]) -> list[str]:
    """Return one numbered line a material.

    Args:
        lines: Table rows with tabs between cells, or lines of text; text that is
            already a numbered list comes back as it is.
    """
    lines = [_WRITTEN.sub(_rewrite, line) for line in lines]
    if any("\t" in line for line in lines):
        return _render_rows(lines)
    if sum(bool(_DUMP_COUNT.match(line)) for line in lines) >= 2:
        return [
            _write(n, each) for n, each in enumerate(_DumpReader(lines).read(), start=1)
        ]
    return list(lines)


def _rewrite(match: re.Match[str]) -> str:
    """Spell a row that a sheet has in one cell like the others."""
    note = match["note"]
    material = _Material(
        match["name"], match["original"], match["copy"], [note] if note else []
    )
    return _write(int(match["number"]), material)


def _render_rows(lines: Sequence[str]) -> list[str]:
    rendered: list[str] = []
    headings: list[str] = []
    number = 0
    for line in lines:
        cells = line.split("\t")
        if len(cells) == 1:
            rendered.append(line)
        elif _is_heading(cells):
            headings = [cell.replace(" ", "") for cell in cells]
        else:
            number += 1
            rendered.append(_write(number, _read_row(cells, headings)))
    return rendered


def _is_heading(cells: Sequence[str]) -> bool:
    return any(cell.replace(" ", "") in _NAMES for cell in cells)


def _read_row(cells: Sequence[str], headings: Sequence[str]) -> _Material:
    if not headings:
        filled = [cell for cell in cells if cell and not _DUMP_NUMBER.match(cell)]
        return _Material(filled[0] if filled else "", notes=list(filled[1:]))
    material = _Material("")
    for heading, cell in zip(headings, cells, strict=False):
        if heading in _NAMES and not material.name:
            material.name = strip_enumerator(cell)
        elif heading in _ORIGINALS:
            material.original = cell
        elif heading in _COPIES:
            material.copy = cell
        elif heading not in _NUMBERS and cell not in {"", "无", "必要"}:
            material.notes.append(cell)
    return material


def _write(number: int, material: _Material) -> str:
    counts = [
        f"{what}{count}份"
        for what, text in (("原件", material.original), ("复印件", material.copy))
        if (count := _read_count(text)) > 0
    ]
    if not counts and material.original and material.copy:
        counts = ["不用交纸质件"]
    amounts = f"：{'，'.join(counts)}" if counts else ""
    notes = "；".join(note.strip("。；") for note in material.notes if note)
    name = _RULE.sub("", material.name).rstrip("；;，。：") or NAMELESS
    return f"{number}. {name}{amounts}" + (f"（{notes}）" if notes else "")


def _read_count(text: str) -> int:
    match = _COUNT.match(text.strip())
    return int(match[1]) if match else 0


class _DumpReader:
    """Reads the portal's cells, one a line, each wrapped at ten characters or so.

    A row is: number, name, 原件：n, 复印件：n, form, 必要 or not, remarks.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._materials: list[_Material] = []
        self._name: list[str] = []
        self._has_remark = False

    def read(self) -> list[_Material]:
        """Return the materials in order."""
        for place, line in enumerate(self._lines):
            following = self._lines[place + 1 : place + 1 + _MAX_NAME_LINES]
            if _DUMP_NUMBER.match(line) and any(map(_DUMP_COUNT.match, following)):
                self._name, self._has_remark = [], False
            elif match := _DUMP_COUNT.match(line):
                self._count(match["what"], match["count"])
            elif match := _DUMP_REMARK.match(line):
                self._remark(match["what"], match["text"])
            elif match := _SOURCE.match(line):
                self._source(match["from"].strip(), match["more"].strip())
            else:
                self._take(line)
        return self._materials

    def _count(self, what: str, count: str) -> None:
        if what == "原件":
            self._materials.append(_Material("".join(self._name), count))
            self._name, self._has_remark = [], False
        elif self._materials:
            self._materials[-1].copy = count

    def _remark(self, what: str, text: str) -> None:
        # 说明 stands once, under the whole list.
        self._has_remark = bool(self._materials) and what != "说明"
        if self._has_remark:
            self._materials[-1].notes.append(text)

    def _source(self, source: str, more: str) -> None:
        self._has_remark = False
        if self._materials:
            told = "" if source in _PLAIN_SOURCES else source
            self._materials[-1].notes += [part for part in (told, more) if part]

    def _take(self, line: str) -> None:
        if line in _LENIENT and self._materials:
            self._materials[-1].notes.append("可以后补")
        elif line == _FREE:
            self._name = [part for part in self._name if part != _LINKED]
            self._name.append("（可免提交）")
        elif line == "非必要" and self._materials:
            self._materials[-1].notes.append(line)
        elif _DUMP_LABEL.match(line) or line in _DUMP_HEADINGS:
            self._has_remark = False
        elif self._has_remark:
            self._materials[-1].notes[-1] += line
        else:
            self._name.append(line)
