"""Where to go: the halls of a guide, each once, the citizen's own first. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..replies import get_wording
from ..types import Block, BlockKind
from .text import lines_of, unnumbered

#: What a phone screen shows of halls without scrolling for long.
_MAX_CHARS = 420

#: Halls on a card.
CARD_HALLS = 3

_HOURS = re.compile(
    r"办公时间[:：]\s*((?:[^；;（）()]|（[^）]*）)+?(?:；周[^；]*)*)(?=；|）$|$)"
)
_TIME = re.compile(r"\d{1,2}[:：]\d{2}|上午|下午")


def has_hours(text: str) -> bool:
    """Tell whether halls bring their own hours."""
    return _TIME.search(text) is not None


def list_halls(text: str, region: str | None = None) -> tuple[Block, ...]:
    """Return the halls as a list: those of a region alone when it has any.

    Hours that all share are said once, below.
    """
    lines = [unnumbered(line) for line in lines_of(text)]
    if region:
        short = region[:-1] if len(region) > 2 else region
        own = [line for line in lines if re.split(r"[（(]", line)[0].startswith(short)]
        lines = own or lines
    lines, hours = _without_shared_hours(lines)
    kept = _fitting(lines)
    kind = BlockKind.LIST if len(kept) > 1 else BlockKind.TEXT
    blocks = [Block(kind, tuple(kept))]
    if hours:
        blocks.append(Block(BlockKind.TEXT, (f"办公时间：{hours}",)))
    if len(kept) < len(lines):
        blocks.append(Block(BlockKind.NOTICE, (get_wording("more_halls"),)))
    return tuple(blocks)


def card_halls(text: str) -> list[str]:
    """Return the names of the first halls, without what stands in brackets."""
    lines = [unnumbered(line) for line in lines_of(text)]
    names = [re.split(r"[（(]地址", line)[0] for line in lines[:CARD_HALLS]]
    if len(lines) > CARD_HALLS:
        names.append(get_wording("card_halls"))
    return names


def _fitting(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if kept and sum(map(len, kept)) + len(line) > _MAX_CHARS:
            break
        kept.append(line)
    return kept


def _without_shared_hours(lines: Sequence[str]) -> tuple[list[str], str]:
    hours = [m.group(1) if (m := _HOURS.search(line)) else "" for line in lines]
    if len(lines) < 2 or len(set(hours)) != 1 or not hours[0]:
        return list(lines), ""
    bare = [re.sub(rf"办公时间[:：]\s*{re.escape(hours[0])}；?", "", x) for x in lines]
    return bare, hours[0]
