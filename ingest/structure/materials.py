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

#: Lines of the portal's dump: what follows the name of a material.
_DUMP_COUNT = re.compile(r"^(?P<what>原件|复印件)\s*[：:]\s*(?P<count>\d+)$")
_DUMP_NUMBER = re.compile(r"^\d{1,2}$")
_DUMP_HEADINGS = {
    "材料名称", "材料依据", "材料形式", "材料要求", "材料下载", "其他信息", "纸质", "电子化",
    "纸质/电子化", "必要", "空白表格", "示例样本", "无", "展开", "收起",
}  # fmt: skip
_DUMP_REMARK = re.compile(
    r"^(?P<what>填报须知|受理标准|备注|说明)\s*[：:]\s*(?P<text>.*)$"
)
_DUMP_LABEL = re.compile(r"^[\u4e00-\u9fff]{2,8}\s*[：:]")
_FREE = "该材料免提交"


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
    if any("\t" in line for line in lines):
        return _render_rows(lines)
    if sum(bool(_DUMP_COUNT.match(line)) for line in lines) >= 2:
        return [_write(n, each) for n, each in enumerate(_read_dump(lines), start=1)]
    return list(lines)


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
    return f"{number}. {material.name}{amounts}" + (f"（{notes}）" if notes else "")


def _read_count(text: str) -> int:
    match = _COUNT.match(text.strip())
    return int(match[1]) if match else 0


def _read_dump(lines: Sequence[str]) -> list[_Material]:
    """Read the portal's cells, one a line, each wrapped at ten characters or so.

    A row is: number, name, 原件：n, 复印件：n, form, 必要 or not, remarks.
    """
    materials: list[_Material] = []
    name: list[str] = []
    remark: list[str] | None = None
    for place, line in enumerate(lines):
        if _DUMP_NUMBER.match(line) and _comes_count(lines[place + 1 :]):
            name, remark = [], None
        elif match := _DUMP_COUNT.match(line):
            if match["what"] == "原件":
                materials.append(_Material("".join(name), match["count"]))
                name, remark = [], None
            elif materials:
                materials[-1].copy = match["count"]
        elif line == _FREE:
            name = [part for part in name if part != "已关联电子证照"]
            name.append("（可免提交）")
        elif line == "非必要" and materials:
            materials[-1].notes.append("非必要")
        elif match := _DUMP_REMARK.match(line):
            remark = [match["text"]]
            if materials and match["what"] != "说明":
                materials[-1].notes.append(match["text"])
        elif _DUMP_LABEL.match(line) or line in _DUMP_HEADINGS:
            remark = None
        elif remark is not None and materials and materials[-1].notes:
            materials[-1].notes[-1] += line
        else:
            name.append(line)
    return materials


def _comes_count(lines: Sequence[str]) -> bool:
    return any(_DUMP_COUNT.match(line) for line in lines[:14])
