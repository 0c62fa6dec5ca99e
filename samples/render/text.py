"""Chinese dates, lists and places as offices write them; pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any

#: A source record, as PyYAML gives it.
Record = dict[str, Any]


def write_date(day: date | None) -> str:
    """Write 2026-01-05 as 2026年1月5日; ``None`` becomes the empty text."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


def write_iso(day: date | None) -> str:
    """Write a date as tables hold it, 2026-01-05; ``None`` becomes empty."""
    return "" if day is None else day.isoformat()


def number_lines(lines: Iterable[str]) -> str:
    """Put 1. 2. 3. before the lines, one a line; a single line stays bare."""
    kept = list(lines)
    if len(kept) == 1:
        return kept[0]
    return "\n".join(f"{n}. {line}" for n, line in enumerate(kept, start=1))


def write_place(place: Record) -> str:
    """Write a window on one line: name, address, hours, phone."""
    return (
        f"{place['name']}（地址：{place['address']}；"
        f"办公时间：{place['hours']}；电话：{place['phone']}）"
    )


def write_material(material: Record) -> str:
    """Write a material on one line, as sheets without a table do."""
    copies = f"原件：{material['original']}，复印件：{material['copy']}"
    text = f"{material['name']}（{copies}）"
    return f"{text}；备注：{material['note']}" if material["note"] else text


def join_aliases(aliases: Iterable[str]) -> str:
    """Join everyday names; guides without one print 无."""
    return "、".join(aliases) or "无"
