"""The bureaus that tickets go to, as the sheet the service centre keeps."""

from .sheet import render_sheet
from .text import Record

HEADERS = ("名称", "部门名称", "主题词")


def render_bureau_sheet(departments: list[Record]) -> bytes:
    """Return one workbook, a row a bureau."""
    rows = [
        [bureau["short"], bureau["name"], "、".join(bureau["topics"])]
        for bureau in departments
    ]
    return render_sheet("部门", HEADERS, rows)
