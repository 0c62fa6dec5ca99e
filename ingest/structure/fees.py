"""Says what an item costs, out of labels and of tables gone flat. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..types import Block, BlockKind
from .labels import find_slot

#: Heads of the columns of a portal's table of fees.
_HEADS = {
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
    "收费项目类型",
    "是否允许减免",
    "是否可减免",
    "允许减免依据",
    "减免依据",
    "是否允许网上缴费",
    "是否网上支付",
    "计费单位",
    "计费说明",
    "收费对象",
    "收费单位",
    "备注",
}

#: So many heads in a row are those of a table.
_MIN_HEADS = 3

_SUM = re.compile(r"\d+(?:\.\d+)?\s*万?元")
_NO_FEE = re.compile(r"^(?:否|无|不收费|不收取(?:任何)?费用|免费|不涉及收费)[。；]?$")
_ASKED = re.compile(r"^是否收费：(?P<value>.*)$")
_STANDARD = re.compile(r"^收费标准：(?P<value>.*)$")
_BASIS = re.compile(r"^(?:收费依据|减免依据|允许减免依据)：(?P<value>.*)$")

#: Ends of cells, and how cells never begin.
_OPEN = re.compile(r"[（《“〔、，-]$|[（《〔][^）》〕]*$")
_REST = re.compile(r"^(?:[号）》”，。、；元]|\d+号)")


def order_fees(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with the rows of a flat table of fees as lines."""
    start = _find_heads(blocks)
    if start is None:
        return list(blocks)
    end = start
    while end < len(blocks) and blocks[end].text in _HEADS:
        end += 1
    after = end
    while after < len(blocks) and _is_cell(blocks[after]):
        after += 1
    heads = [block.text for block in blocks[start:end]]
    lines = _read_rows(heads, [block.text for block in blocks[end:after]])
    rows = [Block(BlockKind.TEXT, line) for line in lines]
    # The head above the table may have been one of its columns alone.
    label = Block(BlockKind.TEXT, "收费项目信息")
    return [*blocks[:start], label, *rows, *blocks[after:]]


def _find_heads(blocks: Sequence[Block]) -> int | None:
    for place in range(len(blocks) - _MIN_HEADS):
        if all(b.text in _HEADS for b in blocks[place : place + _MIN_HEADS]):
            return place
    return None


def _is_cell(block: Block) -> bool:
    is_text = block.kind is BlockKind.TEXT
    return is_text and (find_slot(block.text) is None or block.text in _HEADS)


def _read_rows(heads: Sequence[str], texts: Sequence[str]) -> list[str]:
    cells: list[str] = []
    for text in texts:
        if cells and (_OPEN.search(cells[-1]) or _REST.match(text)):
            cells[-1] += text
        elif not cells and text.isdigit():
            continue
        else:
            cells.append(text)
    if cells and len(cells) % len(heads) == 0:
        lines: list[str] = []
        for first in range(0, len(cells), len(heads)):
            row = dict(zip(heads, cells[first : first + len(heads)], strict=True))
            lines += _write(row)
        return lines
    # A column broke a cell: what is charged is what stands before a sum.
    return [
        cell if place == 0 or _SUM.search(before) else f"{before}：{cell}"
        for place, (before, cell) in enumerate(zip(["", *cells], cells, strict=False))
        if _SUM.search(cell)
    ]


def _write(row: dict[str, str]) -> list[str]:
    name = row.get("收费项目名称") or row.get("收费项目") or row.get("项目名称") or ""
    price, basis = row.get("收费标准", ""), row.get("收费依据", "")
    line = f"{name}：{price}" if name and price else name or price
    if "是" in (row.get("是否允许减免"), row.get("是否可减免")):
        line += "（可以减免）"
    lines = [line] if line else []
    return [*lines, f"收费依据：{basis}"] if basis not in {"", "无"} else lines


def render_fee(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what it costs, and the rules that say so, which are the basis."""
    said: list[str] = []
    basis: list[str] = []
    is_free = False
    for line in lines:
        if match := _BASIS.match(line):
            basis.append(match["value"])
        elif match := _ASKED.match(line):
            is_free = is_free or bool(_NO_FEE.match(match["value"]))
        elif (match := _STANDARD.match(line)) and not match["value"].startswith("（"):
            said.append(match["value"])
        else:
            said.append(line)
    if is_free and all(_NO_FEE.match(line) for line in said):
        said = ["不收费"]
    if not said:
        return list(lines), []
    return list(dict.fromkeys(said)), [line for line in basis if line not in {"", "无"}]
