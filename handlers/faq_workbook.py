"""Workbooks for the knowledge side: drafts as the FAQ sheet that ingest reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot import Draft, LabelledQuestion
from handlers.console.wording import to_day

#: Columns as ``ingest/structure/labels.yaml`` knows them; 依据 is for people.
FAQ_COLUMNS = ("问题", "答案", "部门", "更新日期", "依据")

EXAM_COLUMNS = ("question", "expected", "source")

_WIDE = {"问题": 40, "答案": 70, "question": 60, "expected": 28}
_USUAL_WIDTH = 18


def make_faq_workbook(drafts: Iterable[Draft]) -> bytes:
    """Return drafts as a workbook that ``wenzheng ingest`` reads row by row."""
    rows = [
        (
            draft.form.question,
            draft.form.answer,
            draft.bureau_name,
            to_day(draft.changed_at),
            draft.form.basis,
        )
        for draft in drafts
    ]
    return _make("常见问题", FAQ_COLUMNS, rows)


def make_exam_workbook(questions: Iterable[LabelledQuestion]) -> bytes:
    """Return exam questions as a workbook."""
    rows = [(each.question, each.expected, str(each.source)) for each in questions]
    return _make("exam", EXAM_COLUMNS, rows)


def make_exam_lines(questions: Iterable[LabelledQuestion]) -> bytes:
    """Return exam questions as JSON, one a line, UTF-8."""
    lines = (
        json.dumps(
            {"question": q.question, "expected": q.expected, "source": q.source},
            ensure_ascii=False,
        )
        for q in questions
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _make(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover - a new workbook has one
        sheet = book.create_sheet()
    sheet.title = name
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE.get(column, _USUAL_WIDTH)
    for line, row in enumerate([columns, *rows], start=1):
        for number, text in enumerate(row, start=1):
            _write(sheet.cell(line, number), text, is_bold=line == 1)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _write(cell: Any, text: str, *, is_bold: bool) -> None:
    """Write text that stays text, whatever it begins with.

    The type is set, not guessed; the prefix mark is what a typed apostrophe leaves,
    so that editing the cell makes no formula of it, and readers see the bare text.
    """
    cell.value = "".join(c for c in text if c in "\n\t" or c >= " ")
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.font = Font(bold=is_bold)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
