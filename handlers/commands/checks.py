"""``check``: what is wrong with files before they come in, or with what is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError
from handlers.commands.progress import show_progress

if TYPE_CHECKING:
    from datetime import date

    from handlers.assembly import Parts
    from ingest import CheckResult, FileReport, KnownEntries

#: Results of one gravity that a report shows; --json has all.
_MOST_SHOWN = 40


@click.command(
    help="检查资料：一个文件或文件夹（收进来之前），或者 --all 检查已发布的全部知识。"
)
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--all", "is_all", is_flag=True, help="检查已发布的全部知识。")
@click.option("--json", "is_json", is_flag=True, help="每个结果输出一行 JSON。")
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="文件.xlsx",
    help="把没有采用的行写进一个表格，改好后可以再导入。",
)
@click.pass_obj
def check(
    context: Context,
    path: Path | None,
    is_all: bool,
    is_json: bool,
    refused: Path | None,
) -> None:
    """Check files against what is published, or all that is published."""
    from handlers.assembly import assemble
    from ingest import Severity, count_by_severity, run_checks, sweep

    if (path is None) is not is_all:
        raise click.UsageError("请给出一个文件或文件夹，或者写 --all。")
    context.start_logging("error")
    parts = assemble(context.settings)
    known = load_known(parts)
    today = find_today(parts.clock())
    if path is None:
        results = sweep(known, today)
    else:
        reports = _read(path)
        drafts = [draft for report in reports for draft in report.drafts]
        results = run_checks(drafts, known, today=today)
        if refused is not None:
            _write_refused(reports, refused, is_json=is_json)
    for line in _to_json(results) if is_json else describe_checks(results):
        click.echo(line)
    if blocks := count_by_severity(results)[Severity.BLOCK]:
        raise FailedError(f"有 {blocks} 处必须先处理。")


def load_known(parts: Parts) -> KnownEntries:
    """Return what is published, as the checks take it; nothing on a new machine."""
    from bot import upgrade_database
    from ingest import KnownEntries, KnownEntry
    from knowledge import read_published_drafts

    upgrade_database(parts.engine)
    found = read_published_drafts(parts.engine)
    return KnownEntries(KnownEntry(id_, draft) for id_, draft in found)


def check_reports(reports: Iterable[FileReport]) -> list[CheckResult]:
    """Check the drafts of some files with each other, before anything is saved."""
    from ingest import KnownEntries, run_checks

    drafts = [draft for report in reports for draft in report.drafts]
    return run_checks(drafts, KnownEntries(), today=find_today(datetime.now(UTC)))


def find_today(now: datetime) -> date:
    """Return the Beijing date."""
    from bot import BEIJING

    return now.astimezone(BEIJING).date()


def describe_checks(results: Sequence[CheckResult]) -> list[str]:
    """Return the results line by line, the gravest first, Chinese."""
    from ingest import count_by_severity

    if not results:
        return ["检查：没有发现问题。"]
    counted = count_by_severity(results)
    told = "，".join(f"{s.label} {n} 处" for s, n in counted.items() if n)
    lines = [f"检查：{told}。"]
    for severity, number in counted.items():
        chosen = [result for result in results if result.severity is severity]
        lines += map(_describe, chosen[:_MOST_SHOWN])
        if number > _MOST_SHOWN:
            lines.append(f"  …… {severity.label}另有 {number - _MOST_SHOWN} 处")
    return lines


def _describe(result: CheckResult) -> str:
    where = f"{result.entry.file} {result.place}".strip()
    mending = f"（可以：{result.mending.label}）" if result.mending else ""
    return (
        f"  [{result.severity.label}] {result.kind.label} "
        f"《{result.entry.title}》{where}：{result.reason}{mending}"
    )


def _read(path: Path) -> list[FileReport]:
    from ingest import count_files, read_path

    reports = []
    total = count_files(path)
    with show_progress("读取文件") as advance:
        for report in read_path(path):
            reports.append(report)
            advance(len(reports), total)
    if not reports:
        raise FailedError(f"{path} 里没有可以检查的文件。")
    return reports


def _write_refused(reports: Sequence[FileReport], file: Path, *, is_json: bool) -> None:
    from ingest import make_refused_workbook

    rows = sum(len(report.refused_rows) for report in reports)
    if not rows:
        click.echo("没有拒收的行，没有写表格。", err=is_json)
        return
    file.write_bytes(make_refused_workbook(reports))
    click.echo(f"{rows} 行没有采用，已写进 {file}。", err=is_json)


def _to_json(results: Iterable[CheckResult]) -> Iterable[str]:
    for result in results:
        yield json.dumps({**asdict(result), "key": result.key}, ensure_ascii=False)
