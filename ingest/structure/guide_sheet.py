"""Understands a sheet with one service guide a row. Pure."""

from __future__ import annotations

from knowledge import Aspect, EntryDraft, Source

from ..refused import without_refusals
from ..types import Block, BlockKind, RefusedRow, Rows, Understanding
from .guide import make_guide_draft
from .guide_lines import parse_guide
from .labels import Field, Slot, find_slot

#: The row that names the columns is among the first ones.
_HEADING_ROWS = 10

#: Columns of aspects that make a sheet one of guides.
_MIN_ASPECTS = 2


def read_guide_rows(
    rows: Rows, *, source: Source, sheet: str = ""
) -> Understanding | None:
    """Return one draft a row; None when the rows are no guides.

    Args:
        rows: With the heading row; the first is row 1 of the sheet.
        source: Where they were read from.
        sheet: Name put before row numbers when a workbook has several sheets.
    """
    heading = _find_heading(rows)
    if heading is None:
        return None
    head = rows[heading]
    names = without_refusals(head)
    drafts: list[EntryDraft] = []
    refused: list[RefusedRow] = []
    for number, row in enumerate(rows[heading + 1 :], start=heading + 2):
        if not any(row):
            continue
        place = f"{sheet}第{number}行"
        # A sheet row is a two-column form turned on its side.
        form = tuple(
            (name, cell)
            for name, cell in zip(names, row, strict=False)
            if name and cell
        )
        guide = parse_guide([Block(BlockKind.TABLE, rows=form)]) if form else None
        if guide is None or not guide.get(Field.TITLE):
            refused.append(RefusedRow(place, "没有事项名称", row, head))
        elif not guide.count_aspects():
            refused.append(
                RefusedRow(place, "只有事项名称，没有办理内容", row, rows[heading])
            )
        else:
            drafts.append(
                make_guide_draft(guide, source=source, fallback_title="", locator=place)
            )
    return Understanding(tuple(drafts), tuple(refused))


def _find_heading(rows: Rows) -> int | None:
    for place, row in enumerate(rows[:_HEADING_ROWS]):
        slots: list[Slot | None] = [find_slot(cell) for cell in row]
        aspects = {slot for slot in slots if isinstance(slot, Aspect)}
        if Field.TITLE in slots and len(aspects) >= _MIN_ASPECTS:
            return place
    return None
