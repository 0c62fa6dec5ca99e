"""``releases``: what was published, the way back, and publishing by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.progress import show_progress

if TYPE_CHECKING:
    from handlers.assembly import Parts
    from knowledge import PastRelease

#: Titles of one kind that a line names.
_NAMED = 3


@click.group(help="知识版本：列出、退回、发布到时间的修改。")
def releases() -> None:
    """Name the commands below."""


@releases.command("list", help="列出知识版本：何时、谁、为什么、改了什么。")
@click.option("--limit", default=10, show_default=True, help="最多列几个。")
@click.pass_obj
def list_all(context: Context, limit: int) -> None:
    """Print releases, newest first."""
    parts = _open(context)
    names = {o.id: o.login for o in parts.officers.list_officers()}
    for one in parts.releases.list(limit=limit):
        who = names.get(one.made_by or 0, "机器")
        click.echo(_describe(one, who))


@releases.command("rollback", help="退回到一个知识版本，马上生效。")
@click.argument("release_id")
@click.option("--reason", required=True, help="为什么退回，写进审计记录。")
@click.pass_obj
def roll_back(context: Context, release_id: str, reason: str) -> None:
    """Go back to a release."""
    from knowledge import ChangeError

    parts = _open(context)
    try:
        report = parts.releases.roll_back(release_id, None, reason)
    except ChangeError as e:
        raise FailedError(e.reason) from e
    returned = f"{len(report.returned)} 条修改退给了编辑" if report.returned else ""
    click.echo(f"已退回知识版本 {release_id}。{returned}")


@releases.command("publish", help="发布已通过审核、到了时间的修改。后台任务也会做。")
@click.option("--again", is_flag=True, help="没有修改也重建一次，换过编码模型后用。")
@click.pass_obj
def publish(context: Context, again: bool) -> None:
    """Publish what is due; the worker calls this, too."""
    parts = _open(context)
    with show_progress("建立索引") as advance:
        report = parts.publisher.publish_due(progress=advance)
        release = report.release
        if again and release is None:
            reason = "命令行重建"
            _, release = parts.publisher.publish_drafts(
                (), reason=reason, overrule=reason, progress=advance
            )
    for change_id, reason in report.stopped.items():
        click.echo(f"修改 {change_id} 没有发布：{reason}")
    named = f"知识版本 {release.id}" if release else "没有新的知识版本"
    click.echo(f"发布了 {len(report.published)} 条修改，{named}。")


def _describe(one: PastRelease, who: str) -> str:
    mark = "*" if one.is_current else " "
    at = f"{one.created_at.astimezone():%Y-%m-%d %H:%M}"
    size = f"{one.entries} 条 {one.passages} 段"
    parts = [f"{mark} {one.id}", at, who, size, one.reason]
    for label, titles in (
        ("新增", one.added),
        ("修改", one.changed),
        ("撤下", one.withdrawn),
    ):
        if titles:
            more = f"等 {len(titles)} 条" if len(titles) > _NAMED else ""
            parts.append(f"{label}：{'、'.join(titles[:_NAMED])}{more}")
    return "\t".join(parts)


def _open(context: Context) -> Parts:
    from bot import upgrade_database
    from handlers.assembly import assemble

    context.start_logging("error")
    parts = assemble(context.settings)
    upgrade_database(parts.engine)
    return parts
