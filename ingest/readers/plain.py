"""Reads .txt and .md: a line is a paragraph, as offices save them."""

from __future__ import annotations

import re

import yaml

from ..charset import decode
from ..text import clean_line, clean_lines
from ..types import Block, BlockKind, Document

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_RULE = re.compile(r"^\s*(?:[-*_]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_QUOTE = re.compile(r"^\s*>\s?")
_BULLET = re.compile(r"^\s*[-*+]\s+")


def read_text(data: bytes) -> Document:
    """Read plain text.

    Raises:
        BrokenFileError: If no encoding fits.
    """
    lines = clean_lines(decode(data)).splitlines()
    blocks = (Block(BlockKind.TEXT, line) for line in lines)
    return Document(blocks=tuple(blocks))


def read_markdown(data: bytes) -> Document:
    """Read Markdown: front matter, ``#`` headings, tables, paragraphs.

    Raises:
        BrokenFileError: If no encoding fits.
    """
    text = decode(data).replace("\r\n", "\n")
    facts: dict[str, str] = {}
    if match := _FRONT_MATTER.match(text):
        facts = _read_front_matter(match[1])
        text = text[match.end() :]
    blocks: list[Block] = []
    table: list[tuple[str, ...]] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            if not _TABLE_RULE.match(line):
                table.append(_split_row(line))
            continue
        if table:
            blocks.append(Block(BlockKind.TABLE, rows=tuple(table)))
            table = []
        if (block := _read_line(line)) is not None:
            blocks.append(block)
    return Document(blocks=tuple(blocks), facts=facts)


def _read_line(line: str) -> Block | None:
    if _RULE.match(line):
        return None
    if match := _HEADING.match(line):
        text = _read_inline(match[2])
        return Block(BlockKind.HEADING, text, level=len(match[1])) if text else None
    text = _read_inline(_BULLET.sub("", _QUOTE.sub("", line)))
    return Block(BlockKind.TEXT, text) if text else None


def _split_row(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    cells = re.split(r"(?<!\\)\|", inner)
    return tuple(
        clean_lines(_BREAK.sub("\n", _unmark(cell.replace("\\|", "|"))))
        for cell in cells
    )


def _read_inline(text: str) -> str:
    return clean_line(_BREAK.sub(" ", _unmark(text)))


def _unmark(text: str) -> str:
    return _LINK.sub(r"\1", _EMPHASIS.sub(r"\2", text))


def _read_front_matter(text: str) -> dict[str, str]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        str(key): "、".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in content.items()
        if value is not None
    }
