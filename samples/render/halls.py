"""Service halls as the sheet the city's service centre keeps."""

from .sheet import render_sheet
from .text import Record

HEADERS = ("名称", "区县", "地址", "电话", "办公时间", "纬度", "经度")


def render_hall_sheet(halls: list[Record]) -> bytes:
    """Return one workbook, a row a hall; degrees in GCJ-02."""
    return render_sheet("办事大厅", HEADERS, [_make_row(hall) for hall in halls])


def _make_row(hall: Record) -> list[str]:
    return [
        hall["name"],
        hall["region"],
        hall["address"],
        hall["phone"],
        hall["hours"],
        f"{hall['lat']:.4f}",
        f"{hall['lon']:.4f}",
    ]
