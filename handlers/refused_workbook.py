"""Rows that stayed out, as a workbook to be corrected and sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from handlers.entry_workbook import name_sheet, write_row
from handlers.import_report import Refused, Report, report_from_json
from knowledge import ImportFile

_PLACE = re.compile(r"^(?P<sheet>.*?)第(?P<row>\d+)行$")

#: Column that says why; a sheet that comes back may still have it.
REASON_COLUMN = "没有收的原因"

#: The row that names the columns is among the first ones.
_HEADING_ROWS = 10


@dataclass(frozen=True, slots=True)
class _Found:
    head: Sequence[str]
    row: Sequence[str]
    reason: str


def make_refused_workbook(files: Sequence[ImportFile]) -> bytes:
    """Return the refused rows under their own headings, a sheet for each heading.

    What has no row, such as a file that could not be read, stands on a last sheet.
    """
    sheets: dict[tuple[str, ...], list[_Found]] = {}
    others: list[tuple[str, str, str]] = []
    for file in files:
        report = report_from_json(file.report)
        if file.reason:
            others.append((file.name, "整个文件", file.reason))
        for refused in report.refused:
            found = _find_row(report, refused)
            if found is None:
                others.append((file.name, refused.place, refused.reason))
            else:
                sheets.setdefault(tuple(found.head), []).append(found)
    return _write(sheets, others)


def _write(
    sheets: Mapping[tuple[str, ...], Sequence[_Found]],
    others: Sequence[tuple[str, str, str]],
) -> bytes:
    book, used = Workbook(), set[str]()
    book.remove(book.worksheets[0])
    for head, rows in sheets.items():
        sheet = book.create_sheet(name_sheet("要改的行", used))
        write_row(sheet, 1, [*head, REASON_COLUMN], is_bold=True)
        for line, each in enumerate(rows, start=2):
            cells = [*each.row, *[""] * (len(head) - len(each.row))][: len(head)]
            write_row(sheet, line, [*cells, each.reason])
    if others or not sheets:
        sheet = book.create_sheet(name_sheet("其他没有收的", used))
        write_row(sheet, 1, ["文件", "位置", REASON_COLUMN], is_bold=True)
        for line, row in enumerate(others, start=2):
            write_row(sheet, line, row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _find_row(report: Report, refused: Refused) -> _Found | None:
    match = _PLACE.match(refused.place)
    if match is None:
        return None
    number = int(match["row"])
    for name, rows in _tables(report.original):
        if match["sheet"] in ("", name) and number <= len(rows):
            head = next((r for r in rows[:_HEADING_ROWS] if sum(map(bool, r)) > 1), [])
            if head and rows[number - 1] is not head:
                return _Found(head, rows[number - 1], refused.reason)
    return None


def _tables(
    blocks: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, list[list[str]]]]:
    name = ""
    for block in blocks:
        if block.get("rows"):
            yield name, block["rows"]
        elif block.get("kind") == "heading":
            name = str(block.get("text", ""))
