"""Renders the parts of a portal's dump that are tables gone flat. Pure.

通办范围, 设定依据 and 收费 come one cell a line; each becomes a sentence a citizen
can read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_REACH = re.compile(r"^(?:跨省|跨境|省内|全省|全市|全国|市内|区内|跨市|同城|全域)通办$")
_WAY = re.compile(
    r"^(?:全程网办|异地代收代办|代收代办|多地联办|就近办理|窗口通办|自助通办)$"
)
_REACH_HEADS = {"通办类型", "通办区域", "通办形式", "通办方式", "通办范围"}

_LAW = re.compile(
    r"^(?P<label>法律法规名称|依据文号|条款号|颁布机关|实施日期|条款内容)：?(?P<value>.*)$"
)

_FEE_HEADS = (
    "收费项目名称",
    "收费项目",
    "项目名称",
    "收费标准",
    "收费依据",
    "收费主体",
    "收费方式",
    "收费环节",
    "收费性质",
    "收费类型",
    "是否允许减免",
    "允许减免依据",
    "是否允许网上缴费",
    "是否网上支付",
    "减免依据",
    "计费单位",
    "备注",
    "收费信息",
    "收费对象",
    "收费单位",
)
_SUM = re.compile(r"\d+(?:\.\d+)?\s*万?元")
_NO_FEE = re.compile(r"^(?:否|无|不收费|不收取(?:任何)?费用|免费|不涉及收费)[。；]?$")
_ASKED = re.compile(r"^是否收费：(?P<value>.*)$")
_STANDARD = re.compile(r"^收费标准：(?P<value>.*)$")
_FEE_BASIS = re.compile(
    r"^(?:收费依据|减免依据|允许减免依据|收费依据文件)：(?P<value>.*)$"
)

#: Header cells in a row, from which on they are those of a flat table.
_MIN_HEADS = 3


def render_scope(lines: Sequence[str]) -> list[str]:
    """Return one line a kind of reach: "跨省通办：全部境内地区（全程网办）"."""
    if not any(_REACH.match(line) for line in lines):
        return list(lines)
    rendered: list[str] = []
    for line in lines:
        if line in _REACH_HEADS:
            continue
        if _REACH.match(line) or not rendered:
            rendered.append(line)
        elif _WAY.match(line):
            rendered[-1] += f"（{line}）"
        else:
            glue = "" if "：" in rendered[-1] else "："
            rendered[-1] += f"{glue}{line}"
    return rendered


def render_basis(lines: Sequence[str]) -> list[str]:
    """Return one line a rule: "《名称》（文号）第几条：内容"; other lines stay."""
    if not any(
        line.startswith(("依据文号", "条款号", "法律法规名称")) for line in lines
    ):
        return list(lines)
    rules: list[dict[str, str]] = []
    label = "法律法规名称"
    for line in lines:
        match = _LAW.match(line)
        value = line
        if match:
            label, value = match["label"], match["value"]
        is_new = not rules or (match and label == "法律法规名称")
        if is_new or (match and label in rules[-1] and label != "条款内容"):
            rules.append({})
        rules[-1][label] = rules[-1].get(label, "") + value
    return list(dict.fromkeys(filter(None, map(_write_rule, rules))))


def _write_rule(rule: dict[str, str]) -> str:
    name = rule.get("法律法规名称", "").strip("《》")
    number = rule.get("依据文号", "")
    head = f"《{name}》" if name else ""
    head += f"（{number}）" if number and number != name else ""
    head += rule.get("条款号", "")
    text = rule.get("条款内容", "")
    return f"{head}：{text}" if head and text else head or text


def render_fee(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what it costs, and the rules that say so, which are the basis."""
    lines = _unflatten(lines)
    said: list[str] = []
    basis: list[str] = []
    is_free = False
    for line in lines:
        if match := _FEE_BASIS.match(line):
            basis.append(match["value"])
        elif match := _ASKED.match(line):
            is_free = is_free or bool(_NO_FEE.match(match["value"]))
        elif (match := _STANDARD.match(line)) and not match["value"].startswith("（"):
            said.append(match["value"])
        else:
            said.append(line)
    if is_free and all(_NO_FEE.match(line) for line in said):
        said = ["不收费"]
    if not lines or not said:
        return list(lines), []
    return list(dict.fromkeys(said)), [line for line in basis if line not in {"", "无"}]


def _unflatten(lines: Sequence[str]) -> list[str]:
    """Name the cells of a fee table that came one a line, its heads first."""
    bare = [line.rstrip("：") for line in lines]
    start = next(
        (
            n
            for n in range(len(bare))
            if all(cell in _FEE_HEADS for cell in bare[n : n + _MIN_HEADS])
            and len(bare) >= n + _MIN_HEADS
        ),
        None,
    )
    if start is None:
        return list(lines)
    end = start
    while end < len(bare) and bare[end] in _FEE_HEADS:
        end += 1
    heads, cells = bare[start:end], _join_cells(bare[end:])
    rendered = list(lines[:start])
    rows = [cells[n : n + len(heads)] for n in range(0, len(cells), len(heads))]
    if cells and all(len(row) == len(heads) for row in rows):
        for row in rows:
            rendered += _write_fee(dict(zip(heads, row, strict=True)))
        return rendered
    # A column broke a cell: what holds a sum, and what stands before it, is left.
    return rendered + [cell for cell in cells if _SUM.search(cell)]


def _join_cells(cells: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for cell in cells:
        if joined and (joined[-1].count("（") > joined[-1].count("）")):
            joined[-1] += cell
        elif not (cell.isdigit() and len(cell) == 1):
            joined.append(cell)
    return joined


def _write_fee(row: dict[str, str]) -> list[str]:
    name = row.get("收费项目名称") or row.get("收费项目") or row.get("项目名称") or ""
    price = row.get("收费标准", "")
    basis = row.get("收费依据", "")
    lines = [f"{name}：{price}" if name and price else name or price]
    reduced = row.get("是否允许减免", "")
    if reduced == "是":
        lines[0] += "（可以减免）"
    if basis and basis != "无":
        lines.append(f"收费依据：{basis}")
    return [line for line in lines if line]
