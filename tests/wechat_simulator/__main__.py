"""``make simulate``: a simulated WeChat, a phone in the browser, and a running 问政."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx

from .account import Account
from .api import FakeApi
from .loopback import serve
from .office import Office, OfficeError
from .page import Page
from .phone import connect
from .push import Pusher
from .views import make_blueprint
from .world import World

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "simulate"


def read_arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.wechat_simulator",
        description="在本机模拟微信：浏览器里一部手机，对着一个真正运行的问政。",
    )
    parser.add_argument(
        "--unverified", action="store_true", help="公众号没有认证，不能主动发消息"
    )
    parser.add_argument(
        "--mode",
        choices=("plain", "compat", "safe"),
        default="safe",
        help="消息加解密方式，默认 safe",
    )
    parser.add_argument(
        "--latency", type=float, default=0.0, help="微信接口每次多等几秒"
    )
    parser.add_argument("--port", type=int, default=8090, help="手机网页的端口")
    parser.add_argument("--app-port", type=int, default=8081, help="问政的端口")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="设置和数据库放在哪里"
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="从哪里取 config.yaml 和 data/releases"
    )
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Run until Ctrl-C; returns the exit code."""
    chosen = read_arguments(words)
    # A service manager's stop is like a person's.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            _start(chosen, stack)
            while True:
                signal.pause()
    except KeyboardInterrupt:
        _say("已停止。")
        return 0
    except (OfficeError, OSError) as e:
        _say(f"没有启动：{e}")
        return 1


def _start(chosen: argparse.Namespace, stack: ExitStack) -> None:
    account = Account()
    world = World(account, is_verified=not chosen.unverified)
    api = FakeApi(account, world=world)
    api.faults.latency_s = chosen.latency
    base = f"http://127.0.0.1:{chosen.app_port}"
    pusher = Pusher(f"{base}/wechat", account, mode=chosen.mode, query_openid="")
    stack.callback(pusher.close)
    connect(world, pusher)
    page = Page(api, pusher, console_url=f"{base}/console")
    api.app.register_blueprint(make_blueprint(page))
    api.url = stack.enter_context(serve(api.app, port=chosen.port))

    office = Office(chosen.folder, chosen.root)
    office.write_settings(
        account,
        api_base=api.url,
        port=chosen.app_port,
        mode=chosen.mode,
        is_verified=world.is_verified,
    )
    _say("正在启动问政……")
    office.prepare()
    stack.enter_context(office.serving())
    _check_address(pusher)
    _push_menu(office)
    _welcome(api.url, base, office)
    stack.callback(_say, "正在停止……")


def _check_address(pusher: Pusher) -> None:
    """Do what 公众平台 does when the address is entered there.

    Raises:
        OfficeError: If 问政 does not echo.
    """
    try:
        echo = pusher.verify("simulated-echo").text
    except httpx.HTTPError as e:
        raise OfficeError(f"回调地址没有应答（{type(e).__name__}）") from e
    if echo != "simulated-echo":
        raise OfficeError("回调地址没有通过校验")


def _push_menu(office: Office) -> None:
    """Give the phone the menu of config.yaml, if there is one."""
    try:
        office.run("wechat", "menu", "push", "--yes")
    except OfficeError as e:
        _say(f"没有菜单：{e}")


def _welcome(phone: str, base: str, office: Office) -> None:
    _say("模拟微信已启动，只在本机。")
    _say(f"  手机        {phone}")
    _say(f"  坐席工作台  {base}/console")
    if office.setup_link:
        _say(
            "第一次使用，请先用这个链接建立工作人员账号（30 分钟内有效，只能用一次）："
        )
        _say(f"  {office.setup_link}")
    _say(f"问政的日志在 {office.log}")
    _say("按 Ctrl-C 全部停止。")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
