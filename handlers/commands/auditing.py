"""``audit``: whether the audit trail was altered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError

if TYPE_CHECKING:
    from bot import AuditVerdict
    from handlers.assembly import Parts


@click.group(help="审计记录：核验有没有被改过；查清以后重新封存。")
def audit() -> None:
    """Name the commands below."""


@audit.command("verify", help="从头核验全部审计记录；被改过的指出是哪一条，退出码 1。")
@click.option("--expect", default="", help="以前抄下来的封条，如 150-3fa9…。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def verify(context: Context, expect: str, is_json: bool) -> None:
    """Look through the trail; exit code 1 if anything does not fit."""
    from bot import NotedHeadError
    from handlers.wording_breaks import describe_break, describe_verdict

    parts = _open(context)
    try:
        verdict = parts.audit_trail.verify(expect=expect)
    except NotedHeadError as e:
        raise FailedError("封条写得不对，应当像 150-3fa9…，连前面的数字一起") from e
    if is_json:
        click.echo(json.dumps(_to_json(verdict), ensure_ascii=False))
    else:
        click.echo(describe_verdict(verdict))
        for one in verdict.breaks:
            click.echo(f"✘ {describe_break(one)}")
        if verdict.sealed_up_to:
            click.echo(
                f"第 1 到 {verdict.sealed_up_to} 条是封存以前写的，只保证此后没改。"
            )
        if verdict.head:
            click.echo(
                f"封条：{verdict.head}（抄到这台机器以外，以后用 --expect 核对）"
            )
    if not verdict.is_whole:
        raise click.exceptions.Exit(1)


@audit.command("seal", help="把现有记录原样重新封存：换密钥以后，或者查清改动以后。")
@click.option("--because", required=True, help="为什么，会写进审计记录。")
@click.pass_obj
def seal(context: Context, because: str) -> None:
    """Chain everything anew; what was found before stays on record."""
    from handlers.wording_breaks import describe_verdict

    if not because.strip():
        raise FailedError("请写明为什么重新封存")
    parts = _open(context)
    before = parts.audit_trail.seal_anew(because.strip())
    click.echo(f"封存前：{describe_verdict(before)}封条 {before.head}")
    click.echo(f"已重新封存，封条：{parts.audit_trail.check().head}")


def _to_json(verdict: AuditVerdict) -> dict[str, object]:
    return {
        "is_whole": verdict.is_whole,
        "count": verdict.count,
        "head": verdict.head,
        "is_keyed": verdict.is_keyed,
        "sealed_up_to": verdict.sealed_up_to,
        "breaks": [
            {"kind": str(one.kind), "row": one.row_id, "count": one.count}
            for one in verdict.breaks
        ],
    }


def _open(context: Context) -> Parts:
    from bot import upgrade_database
    from handlers.assembly import assemble

    context.start_logging("warning")
    parts = assemble(context.settings)
    upgrade_database(parts.engine)
    return parts
