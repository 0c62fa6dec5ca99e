"""``bureaus``: load the bureaus that tickets go to from a sheet, and list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.sheets import Plan, RowError, SheetError, read_sheet

if TYPE_CHECKING:
    from bot import Bureau, BureauStore

#: Field of a bureau to what its column may be called; the first is what we call it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("名称", "部门", "部门简称", "科室"),
    "departments": ("部门名称", "全称", "单位名称", "单位全称"),
    "regions": ("区县", "地区", "行政区"),
    "topics": ("主题词", "关键词", "事项"),
}

_PLAN = Plan(COLUMNS, needed=("name",), key="name")


@click.group(help="部门：导入和查看，市民转人工时按部门分派。")
def bureaus() -> None:
    """Group the commands on bureaus."""


@bureaus.command("import", help="按 .xlsx 或 .csv 新增部门；名称相同的改成表里的。")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_bureaus(context: Context, file: Path) -> None:
    """Add the bureaus of a sheet or change those of the same name, or do nothing."""
    from ingest import IngestError, read_table

    context.start_logging("error")
    try:
        found, unused = read_bureaus(read_table(file))
    except IngestError as e:
        raise FailedError(f"{file.name}：{e.reason}") from e
    except SheetError as e:
        faults = "\n".join(f"  {fault}" for fault in e.faults)
        raise FailedError(f"{file.name} 没有导入，一处也没有改动：\n{faults}") from e
    added = _open_store(context).merge(found)
    changed = len(found) - added
    click.echo(f"已导入 {len(found)} 个部门：新增 {added} 个，更新 {changed} 个。")
    if unused:
        click.echo(f"没有用到的列：{'、'.join(unused)}")


@bureaus.command("list", help="列出部门和它管的事。")
@click.pass_obj
def list_bureaus(context: Context) -> None:
    """Print the bureaus, one a line."""
    context.start_logging("error")
    found = _open_store(context).list()
    if not found:
        click.echo("还没有部门。导入：wenzheng bureaus import 文件.xlsx")
    for bureau in found:
        notes = [
            "其他部门都不管的归它" if bureau.is_default else "",
            "" if bureau.is_active else "已停用",
        ]
        facts = (*bureau.departments, *bureau.regions, *bureau.topics, *notes)
        click.echo("  ".join(filter(None, (bureau.name, *facts))))


def read_bureaus(
    rows: Sequence[Sequence[str]],
) -> tuple[list[Bureau], tuple[str, ...]]:
    """Return the bureaus of a sheet, and the headers that were not used.

    Args:
        rows: Cells from the first row of the sheet.

    Raises:
        SheetError: If columns are missing or a row is wrong; names all of it.
    """
    from bot import BureauFormError, check_bureau

    def check(fields: Mapping[str, str]) -> Bureau:
        try:
            return check_bureau(fields)
        except BureauFormError as e:
            raise RowError(e.faults) from e

    return read_sheet(rows, _PLAN, check)


def _open_store(context: Context) -> BureauStore:
    from bot import upgrade_database
    from handlers.assembly import assemble

    parts = assemble(context.settings)
    upgrade_database(parts.engine)
    return parts.bureaus
