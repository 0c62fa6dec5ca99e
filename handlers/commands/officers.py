"""``officers``: accounts, from the server, also when nobody can log in any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from handlers.cli import Context, FailedError

if TYPE_CHECKING:
    from handlers.assembly import Parts


@click.group(help="工作人员账号：列出、解锁、重设密码、启用。管理员都登录不了时用。")
def officers() -> None:
    """Name the commands below."""


@officers.command("list", help="列出全部账号。")
@click.pass_obj
def list_all(context: Context) -> None:
    """Print everybody: login, name, role, state."""
    parts = _open(context)
    for officer in parts.officers.list_officers():
        if not officer.is_active:
            state = "已停用"
        elif parts.officer_care.is_locked(officer.id):
            state = "已锁定"
        else:
            state = "使用中"
        bureau = officer.bureau_name or "全单位"
        click.echo(
            f"{officer.login}\t{officer.name}\t{officer.role.label}\t{bureau}\t{state}"
        )


@officers.command("unlock", help="解除账号锁定，马上可以再试。")
@click.argument("login")
@click.pass_obj
def unlock(context: Context, login: str) -> None:
    """Let an account try again at once."""
    parts = _open(context)
    parts.officer_care.unlock(_find(parts, login), changed_by=None)
    click.echo(f"{login} 已解锁。有人还在乱试的话，请改用 reset-link。")


@officers.command("reset-link", help="给出重设密码的一次性链接；锁定和动态码一并取消。")
@click.argument("login")
@click.pass_obj
def reset_link(context: Context, login: str) -> None:
    """Make a one-time link that lets its owner in, locked or not."""
    from bot import LINK_MINUTES, AccountOffError
    from handlers.serve import base_url

    parts = _open(context)
    try:
        token = parts.officers.make_reset_token(_find(parts, login), made_by=None)
    except AccountOffError as e:
        raise FailedError(f"{login} 已停用，请先运行 officers enable {login}") from e
    url = f"{base_url(context.settings)}/console/setup/{token}"
    click.echo(f"{LINK_MINUTES} 分钟内有效，只能用一次，请交给本人：\n{url}")


@officers.command("enable", help="启用停用的账号。")
@click.argument("login")
@click.pass_obj
def enable(context: Context, login: str) -> None:
    """Switch an account on again."""
    parts = _open(context)
    parts.officers.set_active(_find(parts, login), is_active=True, changed_by=None)
    click.echo(f"{login} 已启用。")


def _find(parts: Parts, login: str) -> int:
    from bot import OfficerNotFoundError

    try:
        return parts.officer_care.find_id(login.strip())
    except OfficerNotFoundError as e:
        raise FailedError(f"没有登录名是 {login} 的账号") from e


def _open(context: Context) -> Parts:
    from bot import upgrade_database
    from handlers.assembly import assemble

    context.start_logging("warning")
    parts = assemble(context.settings)
    upgrade_database(parts.engine)
    return parts
