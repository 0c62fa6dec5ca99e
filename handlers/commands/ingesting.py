"""``ingest``: read files into the knowledge base and publish a release."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.checks import check_reports, describe_checks
from handlers.commands.drafting import put_as_drafts
from handlers.commands.progress import show_progress

if TYPE_CHECKING:
    from handlers.assembly import Parts
    from ingest import FileReport
    from knowledge import EntryDraft, ReleaseInfo

#: Counts of a save that the report adds up, with their Chinese names.
_COUNTED = {"added": "新增", "changed": "更新", "unchanged": "未变"}


@dataclass
class _Tally:
    """What came of all files, in entries and passages."""

    reports: list[FileReport] = field(default_factory=list)
    entries: int = 0
    passages: int = 0
    #: None on a dry run, which saves nothing.
    saved: dict[str, int] | None = None

    @property
    def refused(self) -> list[FileReport]:
        return [r for r in self.reports if r.status == "refused"]


@click.command(help="导入资料：一个文件或整个文件夹，完成后发布新的知识版本。")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不保存，不发布。")
@click.option("--json", "is_json", is_flag=True, help="每个文件输出一行 JSON。")
@click.option(
    "--as-drafts",
    "login",
    metavar="账号",
    help="不发布，作为这个账号的草稿，交给审核员审核。",
)
@click.option(
    "--overrule", default="", metavar="原因", help="考试没有通过也发布，写明原因。"
)
@click.pass_obj
def ingest(
    context: Context,
    path: Path,
    dry_run: bool,
    is_json: bool,
    login: str | None,
    overrule: str,
) -> None:
    """Import files and publish a release, or hand them to the reviewers."""
    from handlers.assembly import assemble

    context.start_logging("error")
    tally = _read(path, is_json=is_json)
    if not tally.reports:
        raise FailedError(f"{path} 里没有可以导入的文件。")
    is_lost = len(tally.refused) == len(tally.reports)
    told = (
        ""
        if dry_run or is_lost
        else _keep(assemble(context.settings), tally, login, overrule)
    )
    if not is_json:
        for line in describe(tally.reports, tally.entries, tally.passages, tally.saved):
            click.echo(line)
    if is_lost:
        raise FailedError("没有一个文件能导入，知识没有变化。")
    if told:
        click.echo(told, err=is_json)


def describe(
    reports: Sequence[FileReport],
    entries: int,
    passages: int,
    saved: dict[str, int] | None,
) -> list[str]:
    """Return the report on an import, line by line, Chinese.

    Args:
        reports: One per file, in order.
        entries: Entries understood in all of them.
        passages: Passages they were cut into.
        saved: Entries added, changed and unchanged; None when nothing was saved.
    """
    refused = [r for r in reports if r.status == "refused"]
    kept = len(reports) - len(refused)
    counts = [f"{_COUNTED[name]} {saved[name]}" for name in _COUNTED] if saved else []
    detail = f"（{'，'.join(counts)}）" if counts else ""
    head = "导入完成" if saved is not None else "检查完成，没有保存任何内容"
    lines = [
        f"{head}：共 {len(reports)} 个文件，收下 {kept} 个，拒收 {len(refused)} 个；"
        f"{entries} 个条目{detail}，{passages} 个片段。"
    ]
    if refused:
        lines += ["拒收的文件：", *(f"  {r.file}：{r.reason}" for r in refused)]
    rows = [(r.file, row) for r in reports for row in r.refused_rows]
    if rows:
        lines.append("没有采用的行：")
        lines += [f"  {file} {row.place}：{row.reason}" for file, row in rows]
    warnings = [(r.file, text) for r in reports for text in r.warnings]
    if warnings:
        lines += ["请留意：", *(f"  {file}：{text}" for file, text in warnings)]
    return lines + describe_checks(check_reports(reports))


def _read(path: Path, *, is_json: bool) -> _Tally:
    """Read every file; nothing is saved before all are read."""
    from ingest import SafeReader, count_files
    from knowledge import cut

    tally = _Tally()
    total = count_files(path)
    with show_progress("读取文件") as advance, SafeReader() as reader:
        advance(0, total)
        for number, reports in enumerate(reader.iter_path(path), start=1):
            for report in reports:
                cut_into = sum(len(cut(draft)) for draft in report.drafts)
                # The original is for showing; of all files at once it is much.
                tally.reports.append(replace(report, original=()))
                tally.entries += len(report.drafts)
                tally.passages += cut_into
                if is_json:
                    click.echo(_to_json(report, cut_into))
            advance(number, total)
    return tally


def _to_json(report: FileReport, passages: int) -> str:
    shown: dict[str, object] = {
        "file": report.file,
        "status": report.status,
        "reason": report.reason,
        "title": report.title,
        "passages": passages,
    }
    if report.refused_rows:
        shown["refused_rows"] = [
            {"place": row.place, "reason": row.reason} for row in report.refused_rows
        ]
    if report.warnings:
        shown["warnings"] = list(report.warnings)
    return json.dumps(shown, ensure_ascii=False)


def _keep(parts: Parts, tally: _Tally, login: str | None, overrule: str) -> str:
    """Publish what was read, or make it drafts; return what to tell of it, Chinese."""
    from bot import upgrade_database

    upgrade_database(parts.engine)
    drafts = [draft for report in tally.reports for draft in report.drafts]
    if login is not None:
        return put_as_drafts(parts, login, drafts)
    release = _publish(parts, tally, drafts, overrule)
    return f"已发布知识版本 {release.id}，共 {release.passages} 个片段。"


def _publish(
    parts: Parts, tally: _Tally, drafts: Sequence[EntryDraft], overrule: str
) -> ReleaseInfo:
    """Publish all that was read at once: half a folder is never answered from."""
    kept = [r.file for r in tally.reports if r.drafts]
    named = "、".join(kept[:3]) + (f"等 {len(kept)} 个文件" if len(kept) > 3 else "")
    with show_progress("建立索引") as advance:
        saved, info = parts.publisher.publish_drafts(
            drafts,
            reason=f"命令行导入：{named}",
            overrule=overrule,
            progress=advance,
        )
    tally.saved = {name: getattr(saved, name) for name in _COUNTED}
    return info
