"""Tells guides from policies, and parts several guides in one document. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import Aspect

from ..types import Block, BlockKind
from . import marks
from .articles import find_first_article
from .cases import find_cases
from .dump import mend
from .fees import order_fees
from .guide_lines import Guide, parse_guide
from .labels import Field, find_slot
from .steps import order_steps

#: Aspects with text that make a document a guide: two, if they are these.
_TELLING = {Aspect.MATERIALS, Aspect.PROCESS, Aspect.CONDITIONS}
_MIN_ASPECTS = 2

#: So many different labels are not in a rule above its first article.
_MIN_LABELS = 5
_LABEL = 16

#: A 文号 in the first lines makes it an official document.
_HEAD = 8


def find_guides(blocks: Sequence[Block]) -> list[Guide]:
    """Return the guides in a document; none when it is a policy."""
    if _is_official(blocks):
        return []
    blocks = mend(blocks)
    if cases := find_cases(blocks):
        return cases
    parts = [parse_guide(part) for part in _split(order_fees(order_steps(blocks)))]
    guides = [guide for guide in parts if _is_guide(guide)]
    return guides if guides and len(guides) * 2 >= len(parts) else []


def _is_official(blocks: Sequence[Block]) -> bool:
    if any(marks.read_doc_number(block.text) for block in blocks[:_HEAD]):
        return True
    first = find_first_article(blocks)
    return first is not None and not _is_form(blocks[:first])


def _is_form(blocks: Sequence[Block]) -> bool:
    """Whether labels of a guide stand here: articles below them are its basis."""
    slots = {find_slot(block.text) for block in blocks if len(block.text) <= _LABEL}
    return len(slots - {None}) >= _MIN_LABELS


def _is_guide(guide: Guide) -> bool:
    aspects = {slot for slot in guide.lines if isinstance(slot, Aspect)}
    return len(aspects) >= _MIN_ASPECTS and bool(aspects & _TELLING)


def _split(blocks: Sequence[Block]) -> list[Sequence[Block]]:
    """Cut before each further item: its 事项名称, or a first-level heading."""
    named = [place for place, block in enumerate(blocks) if _names_item(block)]
    titles = [place for place, block in enumerate(blocks) if block.level == 1]
    if len(named) > 1:
        cuts = [max((t for t in titles if t < place), default=place) for place in named]
        cuts = sorted(set(cuts if len(set(cuts)) == len(named) else named))
    elif len(titles) > 1 and all(_has_aspects(blocks, titles)):
        cuts = titles
    else:
        return [blocks]
    ends = [*cuts[1:], len(blocks)]
    return [
        blocks[first:last] for first, last in zip([0, *cuts[1:]], ends, strict=True)
    ]


def _names_item(block: Block) -> bool:
    if block.kind is BlockKind.TABLE:
        return any(find_slot(row[0]) is Field.TITLE for row in block.rows)
    label, colon, _ = block.text.partition("：")
    return find_slot(label if colon else block.text) is Field.TITLE


def _has_aspects(blocks: Sequence[Block], starts: Sequence[int]) -> list[bool]:
    ends = [*starts[1:], len(blocks)]
    return [
        _is_guide(parse_guide(blocks[first:last]))
        for first, last in zip(starts, ends, strict=True)
    ]
