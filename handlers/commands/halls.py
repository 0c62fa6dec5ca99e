"""``halls``: load the service halls from a sheet, and list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.sheets import Plan, RowError, SheetError, read_sheet

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

_PLAN = Plan(COLUMNS, NEEDED, key="name")


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

    def check(fields: Mapping[str, str]) -> Hall:
        try:
            return check_hall(fields)
        except HallFieldError as e:
            raise RowError({e.field: e.reason}) from e

    return read_sheet(rows, _PLAN, check)


def _open_store(context: Context) -> HallStore:
    from bot import HallStore, upgrade_database
    from handlers.assembly import assemble

    engine = assemble(context.settings).engine
    upgrade_database(engine)
    return HallStore(engine)
