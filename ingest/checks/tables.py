"""Finds tables that lost their shape on the way: rows, headings, cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .known import Setting, Subject
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Severity,
    make_place,
)

#: What a spreadsheet shows where a figure should be.
_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|#{5,}")

#: A heading that a program made up because there was none.
_NAMELESS = re.compile(
    r"(?:^|；)(?:Unnamed:? ?\d*|列\d{1,2}|Column\d{1,2}|未命名\d*)：", re.M
)

#: Rows in a row that make a table.
_MIN_ROWS = 3

#: A piece of a word on a line of its own: the cell was too narrow.
_PIECE = re.compile(
    r"^[\u4e00-\u9fff\d]{1,2}[。，；、）)]?$|^[\u4e00-\u9fff]{1,2}[。；]|^[，。；、）”]"
)
_CUT_FIGURE = re.compile(r"^\d{1,3}(?:[元%天日个号]|年(?!\d{1,2}月))")
_LINE_END = re.compile(r"[。；：！？;:）)”\d]$")
_LISTED = re.compile(r"^\s*(?:[（(]?[\d一二三四五六七八九十]+[)）.、．]|[-•●①-⑳])")


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def check_tables(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield tables whose cells cannot be told apart any more."""
    for place, section in enumerate(subject.draft.sections):
        text = section.text
        for match in _ERROR.finditer(text):
            yield _make(
                subject, place, match.span(), f"表格里的“{match[0]}”是出错的公式。"
            )
        if nameless := _NAMELESS.search(text):
            yield _make(subject, place, nameless.span(), "表格有一列没有表头。")
        lines = _split(text)
        for sign in ("\t", "|"):
            yield from _check_grid(subject, place, lines, sign)
        yield from _check_bare_rows(subject, place, lines)
        yield from _check_pieces(subject, place, lines)


def _split(text: str) -> list[_Line]:
    lines, start = [], 0
    for raw in text.split("\n"):
        lines.append(_Line(raw, start))
        start += len(raw) + 1
    return lines


def _check_grid(
    subject: Subject, place: int, lines: Sequence[_Line], sign: str
) -> Iterator[CheckResult]:
    """Check runs of lines whose cells are parted by tabs or bars."""
    for run in _iter_runs(lines, lambda line: sign in line.text.strip("|\t ")):
        rows = [line.text.strip("|").split(sign) for line in run]
        rows = [row for row in rows if not set("".join(row)) <= set("-: ")]
        if len(rows) < _MIN_ROWS:
            continue
        widths = Counter(map(len, rows))
        usual, _ = widths.most_common(1)[0]
        span = (run[0].start, run[-1].end)
        odd = [number for number, row in enumerate(rows, 1) if len(row) != usual]
        if odd:
            yield _make(
                subject,
                place,
                span,
                f"表格第{odd[0]}行有 {len(rows[odd[0] - 1])} 格，其他行有 {usual} 格。",
            )
            continue
        empty = [
            column
            for column in range(usual)
            if not any(row[column].strip() for row in rows[1:])
        ]
        if empty:
            kept = "\n".join(
                sign.join(c for at, c in enumerate(row) if at not in empty)
                for row in rows
            )
            words = "\n".join(line.text for line in run)
            yield _make(
                subject,
                place,
                span,
                f"表格第{empty[0] + 1}列是空的。",
                _replace(place, span[0], words, kept, "去掉空列"),
            )


def _check_bare_rows(
    subject: Subject, place: int, lines: Sequence[_Line]
) -> Iterator[CheckResult]:
    """Find rows of bare values: nobody can tell what a cell means."""
    for run in _iter_runs(lines, _is_bare):
        cells = [len(line.text.split()) for line in run]
        if len(run) >= _MIN_ROWS and len(set(cells)) <= 2:
            yield _make(
                subject,
                place,
                (run[0].start, run[-1].end),
                "表格没有表头，看不出每一格是什么。请补上每格的名称。",
            )


def _is_bare(line: _Line) -> bool:
    cells = line.text.split()
    return (
        len(cells) >= 3
        and "\t" not in line.text
        and not re.search(r"[。；：:，,“《|]", line.text)
        and not _LISTED.match(line.text)
        and all(len(cell) <= 20 for cell in cells)
        and any(re.search(r"\d", cell) for cell in cells)
    )


def _check_pieces(
    subject: Subject, place: int, lines: Sequence[_Line]
) -> Iterator[CheckResult]:
    """Find words cut in two by a narrow cell, and offer to join them."""
    # A short line that comes again is the value of a cell: 定量, 定性.
    again = Counter(line.text.strip() for line in lines)
    cut = [
        (before, piece)
        for before, piece in pairwise(lines)
        if again[piece.text.strip()] == 1 and _is_cut(before, piece)
    ]
    if not cut:
        return
    before, piece = cut[0]
    tail = before.text[-8:]
    start = before.end - len(tail)
    more = f"这一段共有 {len(cut)} 处。" if len(cut) > 1 else ""
    yield _make(
        subject,
        place,
        (start, piece.end),
        f"“{tail}”和“{piece.text[:8]}”像是连着的，被换行切断了。{more}",
        _replace(
            place,
            start,
            f"{tail}\n{piece.text}",
            tail.rstrip() + piece.text.lstrip(),
            "接成一行",
        ),
    )


def _is_cut(before: _Line, piece: _Line) -> bool:
    """Whether a line goes on with the word that the line before broke off."""
    head, text = before.text.strip(), piece.text.strip()
    if len(head) < 4 or not text or _LISTED.match(piece.text):
        return False
    if _CUT_FIGURE.match(text) and re.search(r"(?<![A-Za-z])\d$", head):
        return True
    if not _PIECE.match(text):
        return False
    return text[0] in "，。；、）”" or not _LINE_END.search(head)


def _iter_runs(
    lines: Sequence[_Line], fits: Callable[[_Line], bool]
) -> Iterator[list[_Line]]:
    run: list[_Line] = []
    for line in lines:
        if fits(line):
            run.append(line)
            continue
        if len(run) >= _MIN_ROWS:
            yield run
        run = []
    if len(run) >= _MIN_ROWS:
        yield run


def _replace(place: int, start: int, text: str, value: str, label: str) -> Mending:
    parameters: dict[str, str | int] = {
        "section": place,
        "start": start,
        "text": text,
        "value": value,
    }
    return Mending(MendingKind.REPLACE, parameters, label)


def _make(
    subject: Subject,
    place: int,
    span: tuple[int, int],
    reason: str,
    mending: Mending | None = None,
) -> CheckResult:
    return CheckResult(
        kind=CheckKind.BROKEN_TABLE,
        severity=Severity.WARN,
        entry=subject.ref,
        place=make_place(subject.draft, place, *span),
        reason=reason,
        mending=mending,
    )
