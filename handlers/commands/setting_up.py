"""``migrate``, ``keygen``, ``setup-link``: what is done once, or after an upgrade."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from handlers.cli import Context

if TYPE_CHECKING:
    from handlers.assembly import Parts

#: Minutes that a set-up link works.
LINK_MINUTES = 30

#: As in ``bot.Role``, which would load too much for a list of commands.
ROLES = (
    "administrator",
    "agent",
    "team_lead",
    "editor",
    "reviewer",
    "supervisor",
    "auditor",
)


@click.command(help="把数据库结构升级到当前版本（没有就建立）。")
@click.pass_obj
def migrate(context: Context) -> None:
    """Bring the database up to date."""
    from handlers.config import hide_password

    context.start_logging("warning")
    _migrate(context)
    click.echo(f"数据库已是最新：{hide_password(context.settings.database.url)}")


@click.command(
    hidden=True,
    help="供 serve 调用：升级数据库；还没有工作人员时给出一次性口令（JSON）。",
)
@click.pass_obj
def prepare(context: Context) -> None:
    """Migrate, and make a set-up token if nobody can log in yet."""
    context.start_logging()
    parts = _migrate(context)
    parts.bureaus.ensure_default(context.settings.office.name)
    found = {}
    if not parts.officers.has_officers():
        found["setup_token"] = parts.officers.make_setup_token(
            valid_minutes=LINK_MINUTES
        )
    click.echo(json.dumps(found))


@click.command("setup-link", help="给出一个新的一次性链接，用来建立工作人员账号。")
@click.option(
    "--role",
    type=click.Choice(ROLES),
    default="administrator",
    help="新账号的角色，见 docs/operations.md；坐席是 agent。",
)
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def setup_link(context: Context, role: str, is_json: bool) -> None:
    """Make a one-time link for a new account."""
    from handlers.serve import base_url

    context.start_logging("warning")
    parts = _migrate(context)
    token = parts.officers.make_setup_token(role, valid_minutes=LINK_MINUTES)
    url = f"{base_url(context.settings)}/console/setup/{token}"
    if is_json:
        click.echo(json.dumps({"url": url, "role": role, "minutes": LINK_MINUTES}))
        return
    click.echo(f"{LINK_MINUTES} 分钟内有效，只能用一次：\n{url}")


@click.command(help="生成密钥，写进 config.yaml 旁边的 .env（已有的绝不覆盖）。")
@click.option("--print", "is_print", is_flag=True, help="只显示，不写文件。")
@click.pass_obj
def keygen(context: Context, is_print: bool) -> None:
    """Make the secret key; never overwrite one."""
    line = f"WENZHENG_SECRET_KEY={secrets.token_urlsafe(32)}\n"
    if is_print:
        click.echo(line, nl=False)
        return
    settings = context.settings
    if settings.secret_key:
        click.echo("已有密钥，没有改动。")
        return
    path = settings.root / ".env"
    _append_privately(path, line)
    click.echo(f"密钥已写入 {path}。请和数据库一起备份：丢了它，加密的数据就读不出来。")


def _migrate(context: Context) -> Parts:
    from bot import upgrade_database
    from handlers.assembly import assemble

    parts = assemble(context.settings)
    upgrade_database(parts.engine)
    return parts


def _append_privately(path: Path, line: str) -> None:
    """Add a line to a file that only its owner may read, keeping what is there."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        path.chmod(0o600)
        text = file.read()
        file.write(("" if not text or text.endswith("\n") else "\n") + line)
        file.flush()
        os.fsync(file.fileno())
