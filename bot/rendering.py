"""An answer as plain text, for WeChat, the outbox and the command line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .replies import get_wording
from .types import Answer, AnswerStatus, Block, BlockKind, Citation

#: Every bot reply says who speaks; system lines do not speak for the bot.
MARK = "（智能应答）"

_UNMARKED = frozenset({AnswerStatus.SILENT_OFFICER, AnswerStatus.SILENT_EVENT})

#: Numbering that a document's own lines bring along.
_NUMBERED = re.compile(
    r"^\s*(?:\d{1,2}[.、．)）]|[（(][一二三四五六七八九十\d]{1,3}[)）])"
)


def render_plain(answer: Answer) -> str:
    """Return the answer as text: conclusion, lists, choices, source, mark.

    Empty for silence. Lines end without spaces; the mark is the last line.
    """
    if not answer.blocks:
        return ""
    parts = [render_blocks(answer.blocks)]
    if answer.options:
        parts.append("\n".join(_options(answer)))
    parts += [render_citation(citation) for citation in answer.citations]
    if answer.status not in _UNMARKED:
        parts.append(MARK)
    return "\n".join(part for part in parts if part)


def render_blocks(blocks: Sequence[Block]) -> str:
    """Return blocks as text: what an answer says, without source and mark."""
    return "\n".join("\n".join(_lines(block)) for block in blocks)


def render_citation(citation: Citation) -> str:
    """Return the source as one or two lines: what, who, until when, whom to ask."""
    name = citation.name
    if citation.doc_number:
        name += f"（{citation.doc_number}）"
    facts = [name, citation.locator, citation.department, citation.region]
    lines = ["依据：" + "，".join(_without_repeats(facts))]
    dates = [text for text in (citation.validity, citation.checked) if text]
    if dates:
        lines.append("，".join(dates))
    if citation.phone:
        lines.append(f"电话：{citation.phone}")
    return "\n".join(lines)


def _lines(block: Block) -> Iterator[str]:
    match block.kind:
        case BlockKind.HEADING:
            yield from (f"【{line}】" for line in block.lines)
        case BlockKind.LIST:
            yield from (
                line if _NUMBERED.match(line) else f"· {line}" for line in block.lines
            )
        case BlockKind.STEPS:
            for number, line in enumerate(block.lines, start=1):
                yield line if _NUMBERED.match(line) else f"{number}. {line}"
        case BlockKind.NOTICE:
            yield from (f"提示：{line}" for line in block.lines)
        case _:
            yield from block.lines


def _options(answer: Answer) -> Iterator[str]:
    for number, option in enumerate(answer.options, start=1):
        yield f"{number}. {option.label}"
    yield get_wording("choose")


def _without_repeats(facts: list[str]) -> list[str]:
    kept: list[str] = []
    for fact in facts:
        if fact and not any(fact in other for other in kept):
            kept.append(fact)
    return kept
