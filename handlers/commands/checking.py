"""``doctor`` and ``check-config``: what is set, what works, and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from handlers.cli import Context
from handlers.config import ConfigError, describe

_MARKS = {"ok": "✔", "failed": "✘", "skipped": "–"}


@click.command("check-config", help="显示正在生效的配置（密钥只显示有没有）。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def check_config(context: Context, is_json: bool) -> None:
    """Print the effective settings."""
    from handlers.office_calendar import open_calendar

    shown = describe(context.settings)
    # Said here, where the file is being changed, and not at the next start.
    open_calendar(context.settings)
    if is_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for line in _to_lines(shown):
        click.echo(line)


@click.command(help="逐项检查能不能正常工作，不行的说怎么办；有 ✘ 时退出码为 1。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
@click.pass_context
def doctor(ctx: click.Context, context: Context, is_json: bool) -> None:
    """Examine everything and say what to do."""
    from handlers.doctor import Finding, examine

    context.start_logging("critical")
    try:
        settings = context.settings
    except ConfigError as e:
        findings = [Finding("配置", "failed", f"{at}：{why}") for at, why in e.problems]
    else:
        findings = list(examine(settings))
    if is_json:
        click.echo(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.state]} {finding.name}：{finding.detail}")
            if finding.advice:
                click.echo(f"    → {finding.advice}")
    if any(f.state == "failed" for f in findings):
        ctx.exit(1)


def _to_lines(values: dict[str, Any], indent: str = "") -> list[str]:
    lines = []
    for key, value in values.items():
        if isinstance(value, dict) and value:
            lines += [f"{indent}{key}:", *_to_lines(value, indent + "  ")]
        elif isinstance(value, list) and value:
            lines.append(f"{indent}{key}:")
            for item in value:
                first, *rest = _to_lines(item, indent + "    ")
                lines += [f"{indent}  - {first.strip()}", *rest]
        else:
            lines.append(f"{indent}{key}: {_show(value)}")
    return lines


def _show(value: object) -> str:
    if value is None:
        return "（内置值）"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):  # an empty one: others have lines
        return "（空）"
    return str(value) or "（空）"
