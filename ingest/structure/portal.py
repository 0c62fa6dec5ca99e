"""Renders the parts of a portal's dump that are tables gone flat. Pure.

通办范围 and 设定依据 come one cell a line; each becomes a sentence a citizen can read.
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
