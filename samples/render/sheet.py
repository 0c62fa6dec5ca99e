"""Excel sheets with a header row; what they say is the callers' business."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .archive import freeze_archive

#: Width of a column in characters, by the longest line in it, within these.
_WIDTHS = (8, 48)


def render_sheet(name: str, headers: Sequence[str], rows: list[list[str]]) -> bytes:
    """Return a workbook of one sheet: bold frozen headers, wrapped cells."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = name
    for row in [list(headers), *rows]:
        sheet.append([value or None for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, values in enumerate(zip(headers, *rows, strict=True), start=1):
        longest = max(len(line) for value in values for line in value.split("\n"))
        width = min(max(2 * longest, _WIDTHS[0]), _WIDTHS[1])
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    buffer = BytesIO()
    workbook.save(buffer)
    return freeze_archive(buffer.getvalue())
