"""Understands questions and answers: sheets, tables, and 问：/答： in text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge import EntryDraft, EntryKind, Section, Source

from ..dates import find_date
from ..text import clean_line
from ..types import Block, BlockKind, RefusedRow, Rows, Understanding
from .columns import find_columns, turn
from .validity import read_span

_SPLIT = re.compile(r"[\n；;|]+")

_UNNAMED = "表格没有表头，按“第一列问题、第二列答案”读入，请核对"

#: What templates leave for people to overwrite.
_PLACEHOLDER = re.compile(r"^(?:请填写|请输入|示例[:：]|此处填写)")

_QUESTION = re.compile(
    r"^(?:\d+[.、．]?\s*)?(?:问题?|[Qq])\s*\d*\s*[：:．.]\s*(?P<text>.+)$"
)
_ANSWER = re.compile(r"^(?:答案?|[Aa]|解答|答复)\s*\d*\s*[：:．.]\s*(?P<text>.*)$")


def read_faq_rows(
    rows: Rows, *, source: Source, sheet: str = ""
) -> Understanding | None:
    """Return one draft a row; None when the rows are no questions and answers.

    Args:
        rows: With the heading row; the first is row 1 of the sheet.
        source: Where they were read from.
        sheet: Name put before row numbers when a workbook has several sheets.
    """
    rows = turn(rows)
    columns = find_columns(rows)
    if columns is None:
        return None
    names = rows[columns.first - 1] if columns.is_named else ()
    drafts: list[EntryDraft] = []
    refused: list[RefusedRow] = []
    for number, row in enumerate(rows[columns.first :], start=columns.first + 1):
        if not any(row):
            continue
        values = {key: _get(row, places) for key, places in columns.places.items()}
        place = f"{sheet}第{number}行"
        if reason := _refuse(values):
            refused.append(RefusedRow(place, reason, row, names))
        else:
            drafts.append(_make_draft(values, source=source, locator=place))
    doubts = () if columns.is_named else (_UNNAMED,)
    return Understanding(tuple(drafts), tuple(refused), doubts)


def read_faq_text(blocks: Sequence[Block], *, source: Source) -> Understanding | None:
    """Return the questions and answers of a text; None when it has under two."""
    pairs: list[tuple[str, list[str], str]] = []
    is_answer = False
    for block in blocks:
        if block.kind is BlockKind.TABLE:
            continue
        if match := _QUESTION.match(block.text):
            pairs.append((match["text"], [], block.locator))
            is_answer = False
        elif pairs and (match := _ANSWER.match(block.text)):
            pairs[-1][1].append(match["text"])
            is_answer = True
        elif pairs and is_answer and not block.level:
            pairs[-1][1].append(block.text)
    drafts: list[EntryDraft] = []
    refused: list[RefusedRow] = []
    for number, (question, lines, locator) in enumerate(pairs, start=1):
        values = {"question": question, "answer": "\n".join(filter(None, lines))}
        place = locator or f"第{number}问"
        if reason := _refuse(values):
            cells = (values["question"], values["answer"])
            refused.append(RefusedRow(place, reason, cells, ("问题", "答案")))
        else:
            drafts.append(_make_draft(values, source=source, locator=place))
    return Understanding(tuple(drafts), tuple(refused)) if len(drafts) > 1 else None


def _get(row: Sequence[str], places: Sequence[int]) -> str:
    return "\n".join(row[place] for place in places if place < len(row) and row[place])


def _refuse(values: Mapping[str, str]) -> str:
    question, answer = values.get("question", ""), values.get("answer", "")
    if _PLACEHOLDER.match(question) or _PLACEHOLDER.match(answer):
        return "模板里的示例，没有填写"
    if not question and not answer:
        return "没有问题，也没有答案"
    if not question:
        return "没有问题"
    return "" if answer else "没有答案"


def _make_draft(
    values: Mapping[str, str], *, source: Source, locator: str
) -> EntryDraft:
    question = clean_line(values["question"])
    answer = values["answer"]
    if (basis := values.get("basis", "")) and basis not in answer:
        answer = f"{answer}\n依据：{clean_line(basis)}"
    span = read_span(values.get("validity", ""))
    similar = map(clean_line, _SPLIT.split(values.get("similar", "")))
    return EntryDraft(
        kind=EntryKind.FAQ,
        title=question,
        sections=(Section(question, answer, locator=locator),),
        source=source,
        department=clean_line(values.get("department", "")),
        region=clean_line(values.get("region", "")),
        aliases=tuple(
            dict.fromkeys(each for each in similar if each not in {"", question})
        ),
        effective_on=find_date(values.get("effective", "")) or span.effective_on,
        expires_on=find_date(values.get("expires", "")) or span.expires_on,
        checked_on=find_date(values.get("checked", "")),
    )
