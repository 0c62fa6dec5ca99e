"""``wenzheng wechat``: the account's menu, and whether WeChat can be reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import Context, FailedError
from handlers.doctor import Finding

if TYPE_CHECKING:
    from handlers.config import WeChatSettings
    from handlers.settings_menu import MenuItem
    from handlers.wechat import WeChatClient

_MARKS = {"ok": "✔", "failed": "✘", "skipped": "–"}

#: What WeChat itself takes to show another menu.
_SEEN_SOON = "手机上 5 分钟内看到；退出公众号再进，可以马上看到。"


@click.group(help="公众号：检查能不能连上，查看和更新底部的菜单。")
def wechat() -> None:
    """Group the commands."""


@wechat.command(help="逐步检查公众号能不能用，不行的说怎么办；有 ✘ 时退出码为 1。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
@click.pass_context
def check(ctx: click.Context, context: Context, is_json: bool) -> None:
    """Examine the account step by step; what needs a step that failed is left out."""
    context.start_logging("critical")
    findings = list(_examine(context))
    if is_json:
        click.echo(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.state]} {finding.name}：{finding.detail}")
            if finding.advice:
                click.echo(f"    → {finding.advice}")
    if any(f.state == "failed" for f in findings):
        ctx.exit(1)


@wechat.group(help="底部的菜单，写在 config.yaml 的 wechat.menu。")
def menu() -> None:
    """Group the menu's commands."""


@menu.command(help="显示公众号现在的菜单，和 config.yaml 不同的地方。")
@click.pass_obj
def show(context: Context) -> None:
    """Print the account's menu and what a push would change."""
    from handlers.wechat.menus import diff_menus, list_buttons, render_menu

    with _open_client(context) as client:
        current = client.get_menu()
    buttons = list_buttons(current)
    for line in _to_lines(buttons) if buttons else ["公众号现在没有菜单。"]:
        click.echo(line)
    if not _find_settings(context).menu:
        return
    changes = diff_menus(current, render_menu(_find_settings(context)))
    click.echo("\n和 config.yaml 的不同：" if changes else "\n和 config.yaml 一致。")
    for change in changes:
        click.echo(f"  {change}")


@menu.command(help="把 config.yaml 的菜单推送到公众号；先列出要改什么，再问您。")
@click.option("--yes", is_flag=True, help="不问，直接推送。")
@click.pass_obj
def push(context: Context, yes: bool) -> None:
    """Push the configured menu and read it back."""
    from handlers.wechat.menus import diff_menus, render_menu

    with _open_client(context) as client:
        if not _find_settings(context).menu:
            raise FailedError("config.yaml 的 wechat.menu 里没有菜单")
        wanted = render_menu(_find_settings(context))
        changes = diff_menus(client.get_menu(), wanted)
        if not changes:
            click.echo("公众号的菜单已经和 config.yaml 一致，没有改动。")
            return
        for change in changes:
            click.echo(change)
        if not yes and not _confirm("要这样更新公众号的菜单吗？"):
            return
        client.create_menu(wanted)
        if diff_menus(client.get_menu(), wanted):
            raise FailedError(
                "推送了，但读回来的菜单不一样，请过一会儿运行 wenzheng wechat menu show"
            )
    click.echo(f"已更新。{_SEEN_SOON}")


@menu.command(help="删除公众号的菜单。")
@click.option("--yes", is_flag=True, help="不问，直接删除。")
@click.pass_obj
def delete(context: Context, yes: bool) -> None:
    """Take the menu away."""
    from handlers.wechat.menus import list_buttons

    with _open_client(context) as client:
        buttons = list_buttons(client.get_menu())
        if not buttons:
            click.echo("公众号现在没有菜单，没有改动。")
            return
        for line in _to_lines(buttons):
            click.echo(line)
        if not yes and not _confirm("要删除公众号的菜单吗？"):
            return
        client.delete_menu()
    click.echo(f"已删除。{_SEEN_SOON}")


@contextmanager
def _open_client(context: Context) -> Iterator[WeChatClient]:
    from handlers.wechat import WeChatClient

    context.start_logging("critical")
    settings = context.settings.wechat
    if advice := _find_missing(settings):
        raise FailedError(f"还没有接公众号：{advice}")
    # Its own token: a stable token is the same one for everybody who asks.
    client = WeChatClient(settings, None)
    try:
        yield client
    finally:
        client.close()


def _examine(context: Context) -> Iterator[Finding]:
    """Yield a finding for each step, ending with the first that others need."""
    from handlers.wechat import WeChatClient, WeChatError

    settings = _find_settings(context)
    if advice := _find_missing(settings):
        yield Finding("配置", "failed", "还没有接公众号", advice)
        return
    yield Finding("配置", "ok", f"{settings.app_id}，{_say_account(settings)}")
    client = WeChatClient(settings, None)
    try:
        for step in _STEPS:
            try:
                yield step.look(step.name, client, settings)
            except WeChatError as e:
                yield Finding(step.name, "failed", str(e), step.advice)
                if step.is_needed:
                    return
    finally:
        client.close()
    if keys := [item.reply for item in _list_items(settings) if item.reply]:
        yield _check_replies(context, keys)


def _check_replies(context: Context, keys: list[str]) -> Finding:
    """Look whether staff have written what the menu's buttons say."""
    from bot import ReplySource
    from handlers.assembly import assemble
    from handlers.doctor import examine_one

    name = "自动回复"
    if examine_one("数据库", context.settings).state != "ok":
        return Finding(name, "skipped", "数据库还没有建立或用不了", "wenzheng doctor")
    parts = assemble(context.settings)
    find = parts.quick_replies.find
    missing = [key for key in keys if find(ReplySource.MENU, key) is None]
    parts.engine.dispose()
    if missing:
        detail = f"菜单用到的还没有写：{'、'.join(missing)}"
        return Finding(name, "failed", detail, "在工作台“自动回复”里写上，来源选菜单")
    return Finding(name, "ok", f"菜单用到的 {len(keys)} 条都写好了")


def _list_items(settings: WeChatSettings) -> list[MenuItem]:
    return [item for button in settings.menu for item in (button, *button.items)]


def _check_token(name: str, client: WeChatClient, _: WeChatSettings) -> Finding:
    client.check_token()
    return Finding(name, "ok", "微信给了凭据，AppID、AppSecret 和 IP 白名单都对")


def _check_push(name: str, client: WeChatClient, _: WeChatSettings) -> Finding:
    ips = client.get_callback_ips()
    if not ips:
        return Finding(name, "failed", "微信没有给出推送服务器的地址", "过一会儿再试")
    more = f"等 {len(ips)} 个" if len(ips) > 3 else ""
    return Finding(name, "ok", f"微信从这些地址推送：{'、'.join(ips[:3])}{more}")


def _check_menu(name: str, client: WeChatClient, settings: WeChatSettings) -> Finding:
    from handlers.wechat.menus import diff_menus, render_menu

    current = client.get_menu()
    if not settings.menu:
        return Finding(name, "skipped", "config.yaml 里没有菜单，由公众平台管")
    changes = diff_menus(current, render_menu(settings))
    if changes:
        detail = f"公众号的菜单和 config.yaml 有 {len(changes)} 处不同"
        return Finding(name, "failed", detail, "运行：wenzheng wechat menu push")
    return Finding(name, "ok", "公众号的菜单和 config.yaml 一致")


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing that is tried with WeChat."""

    name: str
    look: Callable[[str, WeChatClient, WeChatSettings], Finding]

    #: What to do when WeChat refuses, besides what its error says.
    advice: str

    #: Whether the steps behind cannot work without it.
    is_needed: bool = False


_STEPS = (
    _Step(
        "访问凭据",
        _check_token,
        "公众平台 → 设置与开发 → 基本配置：核对 AppID、AppSecret、IP 白名单",
        is_needed=True,
    ),
    _Step(
        "推送地址",
        _check_push,
        "公众平台 → 设置与开发 → 接口权限：看“获取微信服务器 IP 地址”",
    ),
    _Step("菜单", _check_menu, "公众平台 → 设置与开发 → 接口权限：看“自定义菜单”"),
)


def _find_missing(settings: WeChatSettings) -> str:
    """Say what must be filled in before WeChat can be called; empty = nothing."""
    if not settings.app_id:
        return "在 config.yaml 的 wechat.app_id 填上开发者 ID（AppID）"
    needed = {
        "WENZHENG_WECHAT_TOKEN": settings.token,
        "WENZHENG_WECHAT_SECRET": settings.secret,
    }
    if settings.mode != "plain":
        needed["WENZHENG_WECHAT_AES_KEY"] = settings.aes_key
    missing = [name for name, value in needed.items() if not value]
    return f"在 .env 里写上 {'、'.join(missing)}" if missing else ""


def _say_account(settings: WeChatSettings) -> str:
    return "已认证" if settings.is_verified else "没有认证，不能主动发消息"


def _confirm(question: str) -> bool:
    """Ask; whoever says no, or cannot be asked, is told that nothing was changed."""
    try:
        is_sure = click.confirm(question)
    except click.Abort:
        click.echo("")
        is_sure = False
    if not is_sure:
        click.echo("没有改动。")
    return is_sure


def _find_settings(context: Context) -> WeChatSettings:
    """Return the settings with the menu that the console has set, if it has."""
    from handlers.assembly import assemble
    from handlers.office_menu import with_office_menu

    settings = context.settings
    url = settings.database.url
    if url.startswith("sqlite:///") and not Path(url[len("sqlite:///") :]).is_file():
        return settings.wechat  # opening it would make an empty file
    parts = assemble(settings)
    try:
        return with_office_menu(settings.wechat, parts.office_texts.look())
    finally:
        parts.engine.dispose()


def _to_lines(buttons: list[Mapping[str, Any]], indent: str = "") -> Iterator[str]:
    from handlers.wechat.menus import describe_button

    for button in buttons:
        yield f"{indent}{button.get('name', '')}：{describe_button(button)}"
        yield from _to_lines(button.get("sub_button") or [], indent + "  ")
