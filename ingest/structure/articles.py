"""Cuts a text along its articles, each under the chapters it stands in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge import Section

from ..dates import read_number
from ..text import close_gaps
from ..types import Block, BlockKind
from . import marks
from .tables import render_table

#: Numbers an article may skip: repealed ones are left out of some editions.
_MAX_SKIP = 5


@dataclass(slots=True)
class _Article:
    name: str
    path: str
    locator: str
    lines: list[str] = field(default_factory=list)


def find_first_article(blocks: Sequence[Block]) -> int | None:
    """Return where articles, or the chapters and contents above them, begin.

    None when the text has fewer than two articles in order.
    """
    articles = [place for place, block in enumerate(blocks) if _number(block) == 1]
    if not articles or not any(_number(block) == 2 for block in blocks[articles[0] :]):
        return None
    start = articles[0]
    for place, block in enumerate(blocks[:start]):
        if marks.CONTENTS.match(block.text) or marks.match_chapter(block.text):
            return place
    return start


class ArticleCutter:
    """Reads blocks in order; each article becomes one section."""

    def __init__(self) -> None:
        self._path: dict[int, str] = {}
        self._articles: list[_Article] = []
        self._last = 0
        self._contents: set[str] | None = None

    def cut(self, blocks: Sequence[Block]) -> list[Section]:
        """Return one section an article; text before the first has its own."""
        for block in blocks:
            if not self._skip_contents(block) and not self._take_chapter(block):
                self._take_text(block)
        return [
            Section(
                " ".join(part for part in (article.path, article.name) if part),
                "\n".join(article.lines),
                locator=article.locator or article.name,
            )
            for article in self._articles
            if article.lines
        ]

    def _skip_contents(self, block: Block) -> bool:
        """Skip a table of contents: it ends where its first line comes again."""
        if marks.CONTENTS.match(block.text):
            self._contents = set()
            return True
        if self._contents is None:
            return False
        line = close_gaps(marks.strip_leaders(block.text)).replace(" ", "")
        if line in self._contents or not marks.match_chapter(block.text):
            is_next = line in self._contents or _number(block) == 1
            # A line of contents may be wrapped: it is skipped with the others.
            if is_next:
                self._contents = None
            return not is_next
        self._contents.add(line)
        return True

    def _take_chapter(self, block: Block) -> bool:
        match = marks.match_chapter(block.text)
        if match is None or block.kind is BlockKind.TABLE:
            return False
        depth = marks.LEVELS[match["level"]]
        for deeper in [each for each in self._path if each >= depth]:
            del self._path[deeper]
        self._path[depth] = marks.name_chapter(match)
        return True

    def _take_text(self, block: Block) -> None:
        number = self._read_next(block)
        if number is not None:
            match = marks.ARTICLE.match(block.text)
            assert match is not None
            name = block.text[: match.start("rest")].replace(" ", "")
            rest = match["rest"].strip()
            path = " ".join(self._path[depth] for depth in sorted(self._path))
            self._articles.append(_Article(name, path, block.locator))
            self._articles[-1].lines.append(f"{name} {rest}".strip())
            self._last = number
        elif self._articles:
            text = block.text or render_table(block.rows)
            self._articles[-1].lines.append(text)

    def _read_next(self, block: Block) -> int | None:
        """Return the article's number if it follows the last one.

        "第十五条 的规定" at the start of a wrapped line is a reference.
        """
        number = _number(block)
        if number is None:
            return None
        match = marks.ARTICLE.match(block.text)
        if match is not None and match["sub"]:
            return number if number in {self._last, self._last + 1} else None
        is_next = self._last < number <= self._last + _MAX_SKIP or not self._articles
        return number if is_next else None


def _number(block: Block) -> int | None:
    if block.kind is BlockKind.TABLE:
        return None
    match = marks.match_article(block.text)
    if match is None:
        return None
    try:
        return read_number(match["number"])
    except (KeyError, ValueError):
        return None
