"""``halls``: load the service halls from a sheet, and list them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError

if TYPE_CHECKING:
    from bot import Hall, HallStore

#: Field of a hall to what its column may be called; the first is what we call it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "大厅名称", "大厅", "办事大厅", "单位名称", "中心名称"),
    "region": ("区县", "所在区县", "地区", "区域", "所属区县", "行政区"),
    "address": ("地址", "详细地址", "办公地址", "所在地址"),
    "phone": ("电话", "联系电话", "咨询电话", "电话号码"),
    "hours": ("办公时间", "时间", "工作时间", "上班时间", "开放时间", "服务时间"),
    "latitude": ("纬度", "lat", "latitude"),
    "longitude": ("经度", "lon", "lng", "longitude"),
}

#: Without these columns there is no hall to send anybody to.
NEEDED = ("name", "address", "latitude", "longitude")

#: Rows looked through for the headers: a title often stands above them.
_HEADER_ROWS = 5

#: Faults shown at once; the others come to light when these are mended.
_MAX_FAULTS = 20

_REMARK = re.compile(r"[（(].*?[）)]|[\s*：:]")


@dataclass(frozen=True)
class _Header:
    """Where the columns stand."""

    #: Index of its row.
    at: int
    #: Field to the index of its column.
    columns: Mapping[str, int]
    #: Headers that mean nothing to us.
    unused: tuple[str, ...]


class SheetError(Exception):
    """The sheet cannot be taken over; ``faults`` says where and why, Chinese."""

    def __init__(self, faults: Sequence[str], /) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@click.group(help="办事大厅：导入和查看，市民发来位置时告诉他最近的几处。")
def halls() -> None:
    """Group the commands on service halls."""


@halls.command("import", help="用 .xlsx 或 .csv 里的办事大厅换掉现有的全部。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_halls(context: Context, file: Path) -> None:
    """Replace all halls by those of a sheet, or change nothing."""
    from ingest import IngestError, read_table

    context.start_logging("error")
    try:
        found, unused = read_halls(read_table(file))
    except IngestError as e:
        raise FailedError(f"{file.name}：{e.reason}") from e
    except SheetError as e:
        faults = "\n".join(f"  {fault}" for fault in e.faults)
        raise FailedError(f"{file.name} 没有导入，一处也没有改动：\n{faults}") from e
    _open_store(context).replace_all(found)
    click.echo(f"已导入 {len(found)} 处办事大厅，原来的已全部换掉。")
    if unused:
        click.echo(f"没有用到的列：{'、'.join(unused)}")


@halls.command("list", help="列出已导入的办事大厅。")
@click.pass_obj
def list_halls(context: Context) -> None:
    """Print the halls, one a line."""
    context.start_logging("error")
    found = _open_store(context).list()
    if not found:
        click.echo("还没有办事大厅。导入：wenzheng halls import 文件.xlsx")
    for hall in found:
        where = f"{hall.latitude:.6f},{hall.longitude:.6f}"
        facts = (hall.region, hall.name, hall.address, hall.hours, hall.phone, where)
        click.echo("  ".join(filter(None, facts)))


def read_halls(rows: Sequence[Sequence[str]]) -> tuple[list[Hall], tuple[str, ...]]:
    """Return the halls of a sheet, and the headers that were not used.

    Args:
        rows: Cells from the first row of the sheet.

    Raises:
        SheetError: If columns are missing or a row is wrong; names all of it.
    """
    from bot import HallFieldError, check_hall

    header = _find_header(rows)
    found: dict[str, Hall] = {}
    faults = []
    for number, cells in _iter_rows(rows, header):
        try:
            hall = check_hall(cells)
        except HallFieldError as e:
            faults.append(
                f"第 {number} 行“{_title(rows, header, e.field)}”：{e.reason}"
            )
            continue
        if hall.name in found:
            title = _title(rows, header, "name")
            faults.append(f"第 {number} 行“{title}”：“{hall.name}”前面已经有了")
        found.setdefault(hall.name, hall)
    if not faults and not found:
        faults.append("表头下面没有内容")
    if faults:
        rest = len(faults) - _MAX_FAULTS
        more = [f"还有 {rest} 处没有列出"] if rest > 0 else []
        raise SheetError([*faults[:_MAX_FAULTS], *more])
    return list(found.values()), header.unused


def _find_header(rows: Sequence[Sequence[str]]) -> _Header:
    """Find the row that names the columns.

    Raises:
        SheetError: If none of the first rows does, or a column stands there twice.
    """
    best = max(
        range(min(len(rows), _HEADER_ROWS)), key=lambda at: len(_match(rows[at]))
    )
    matched = _match(rows[best])
    missing = [COLUMNS[field][0] for field in NEEDED if field not in matched.values()]
    if missing:
        names = "、".join(f"“{name}”" for name in missing)
        raise SheetError([f"第 {best + 1} 行表头：缺少{names}列"])
    fields = list(matched.values())
    doubled = [
        rows[best][index] for index, field in matched.items() if fields.count(field) > 1
    ]
    if doubled:
        names = "、".join(f"“{name}”" for name in doubled)
        raise SheetError([f"第 {best + 1} 行表头：{names}是同一项，请只留一列"])
    unused = [cell for at, cell in enumerate(rows[best]) if cell and at not in matched]
    columns = {field: index for index, field in matched.items()}
    return _Header(best, columns, tuple(unused))


def _match(row: Sequence[str]) -> dict[int, str]:
    """Return index to field for the cells that name a column."""
    names = {name: field for field, group in COLUMNS.items() for name in group}
    bare = (_REMARK.sub("", cell).lower() for cell in row)
    return {index: names[name] for index, name in enumerate(bare) if name in names}


def _iter_rows(
    rows: Sequence[Sequence[str]], header: _Header
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield row number and fields of the rows that hold something."""
    for at, row in enumerate(rows[header.at + 1 :], start=header.at + 2):
        fields = {
            field: row[index] if index < len(row) else ""
            for field, index in header.columns.items()
        }
        if any(fields.values()):
            yield at, fields


def _title(rows: Sequence[Sequence[str]], header: _Header, field: str) -> str:
    """Return what the sheet calls a column."""
    return rows[header.at][header.columns[field]]


def _open_store(context: Context) -> HallStore:
    from bot import HallStore, upgrade_database
    from handlers.assembly import assemble

    engine = assemble(context.settings).engine
    upgrade_database(engine)
    return HallStore(engine)
