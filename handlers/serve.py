"""``wenzheng serve``: starts, watches and stops the processes of one machine.

Stays light: it imports nothing of Flask, SQLAlchemy or the knowledge base, because
it lives as long as they do (20 MB against their 150).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from handlers.children import run_as_child
from handlers.config import Settings
from handlers.supervisor import Child, Say, Supervisor, Wake
from handlers.valkey import ValkeyUnavailableError, start_valkey

#: Opening the index and the encoder takes about 1 s; a slow disk may need more.
READY_WITHIN_S = 60.0

#: Tells the web process which inherited descriptor listens.
LISTEN_FD = "WENZHENG_LISTEN_FD"


#: Tells the web process which inherited pipe to wait at before it answers.
GATE_FD = "WENZHENG_GATE_FD"


class ServeError(Exception):
    """It cannot start; the message says why and what to do, Chinese."""


def serve(settings: Settings, environ: Mapping[str, str], *, say: Say) -> None:
    """Run web and worker until a signal asks to stop.

    Args:
        settings: As loaded.
        environ: For the children, who load their settings anew.
        say: Prints one line for the person at the terminal.

    Raises:
        ServeError: If something needed is missing, the address is taken, another
            one runs already, or a part does not come up.
    """
    check_ready(settings)
    with ExitStack() as stack:
        stack.enter_context(_hold_lock(settings))
        listener = stack.enter_context(open_listener(settings))
        gate, opener = _make_gate(stack)
        env = {**environ, LISTEN_FD: str(listener.fileno()), GATE_FD: str(gate)}
        if settings.file is not None:
            env["WENZHENG_CONFIG"] = str(settings.file)
        wake = Wake()
        wake.install(stack)
        supervisor = wake.on_stop = Supervisor(env, say)
        stack.callback(supervisor.stop)
        _start_redis(settings, supervisor)
        web = Child("网页服务", _command("web"), (listener.fileno(), gate))
        supervisor.add(web)
        # Meanwhile: the web process opens the knowledge base and waits at the gate.
        prepared = _prepare(supervisor.env)
        opener.close()
        _wait_until_ready(settings, supervisor, web)
        supervisor.add(Child("后台任务", _command("worker")))
        for line in welcome(settings, prepared.get("setup_token", "")):
            say(line)
        while not supervisor.stops:
            wake.wait(0.5)
            supervisor.look_after()
        say("正在停止……")
    say("已停止。")


def check_ready(settings: Settings) -> None:
    """Find out what would fail later, while it can still be said plainly.

    Raises:
        ServeError: If the secret key or the first release is missing.
    """
    if not settings.secret_key:
        raise ServeError("还没有密钥。请先运行：wenzheng keygen")
    if not (Path(settings.knowledge.folder) / "current").is_file():
        raise ServeError(
            "还没有知识可以回答。请先导入资料：wenzheng ingest 文件夹"
            "（示范城市：wenzheng ingest samples/city）"
        )


def open_listener(settings: Settings) -> socket.socket:
    """Take the address; it stays ours while the web process is restarted.

    Raises:
        ServeError: If it is taken or does not exist on this machine.
    """
    host, port = settings.web.host, settings.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as e:
        listener.close()
        raise ServeError(
            f"地址 {host}:{port} 用不了（{os.strerror(e.errno or 0)}）。"
            "可能别的程序占着这个端口：请停掉它，或者在 config.yaml 里改 web.port。"
        ) from e
    listener.listen(512)
    return listener


def welcome(settings: Settings, setup_token: str) -> list[str]:
    """Return the lines that say where everything is; the link works once."""
    base = base_url(settings)
    lines = [
        f"问政已启动：{settings.office.name}",
        f"  问政网页    {base}/chat",
        f"  坐席工作台  {base}/console",
        f"  微信回调    {base}/wechat"
        + ("" if settings.wechat.is_on else "（未配置微信）"),
    ]
    if setup_token:
        lines += [
            "还没有工作人员账号。请用这个链接建立第一个（30 分钟内有效，只能用一次）：",
            f"  {base}/console/setup/{setup_token}",
        ]
    return [*lines, "按 Ctrl-C 停止。"]


def base_url(settings: Settings) -> str:
    """Return where people reach us: the public address, or this machine's."""
    web = settings.web
    host = "127.0.0.1" if web.host in {"0.0.0.0", "::"} else web.host  # noqa: S104
    if ":" in host:
        host = f"[{host}]"
    return web.public_url.rstrip("/") or f"http://{host}:{web.port}"


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "handlers", *words]


def _hold_lock(settings: Settings) -> IO[str]:
    """Keep a second one away; the lock ends with this process, however it ends.

    Raises:
        ServeError: If another one holds it, or the folder cannot be written.
    """
    path = settings.run_folder / "serve.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a+", encoding="utf-8")
    except OSError as e:
        raise ServeError(f"{path.parent} 不能写入：{e.strerror}") from e
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise ServeError(
            f"问政已经在运行（进程号 {holder}）。要重新启动，请先在它的窗口按 Ctrl-C，"
            f"或者运行：kill {holder}"
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _make_gate(stack: ExitStack) -> tuple[int, IO[bytes]]:
    """Make a pipe whose reader sees its end once the database is ready."""
    reader, writer = os.pipe()
    stack.callback(os.close, reader)
    return reader, stack.enter_context(os.fdopen(writer, "wb"))


def wait_at_gate(environ: Mapping[str, str]) -> None:
    """Return when the supervisor has migrated the database, or at once without one."""
    if GATE_FD in environ:
        os.read(int(environ[GATE_FD]), 1)


def _start_redis(settings: Settings, supervisor: Supervisor) -> None:
    """Start the embedded Valkey if none is configured, and tell the children."""
    if settings.redis.url:
        return
    try:
        valkey = start_valkey(settings.run_folder)
    except (ValkeyUnavailableError, OSError) as e:
        # Redis is a doorbell: without it pages poll, and nothing is lost.
        supervisor.say(f"注意：{e}。问政照常回答，只是坐席页面要手动刷新。")
        return
    supervisor.env["WENZHENG_REDIS_URL"] = valkey.url
    if valkey.process is not None:
        supervisor.adopt("内置缓存", valkey.process)


def _prepare(env: Mapping[str, str]) -> dict[str, str]:
    """Migrate the database in a process of its own, which ends and frees its memory.

    Raises:
        ServeError: If that fails; its own message is on the terminal already.
    """
    child = run_as_child(_command("prepare"), env=env, stdout=subprocess.PIPE)
    said, _ = child.communicate()
    if child.returncode:
        raise ServeError("数据库没有准备好，原因见上。检查办法：wenzheng doctor")
    found: dict[str, str] = json.loads(said)
    return found


def _wait_until_ready(settings: Settings, supervisor: Supervisor, web: Child) -> None:
    """Wait until the web process answers.

    Raises:
        ServeError: If it dies first or takes too long.
    """
    deadline = time.monotonic() + READY_WITHIN_S
    while not is_healthy(settings.web.host, settings.web.port, timeout_s=1.0):
        if supervisor.stops:
            return
        if not web.is_running:
            raise ServeError("网页服务没有起来，原因见上。检查办法：wenzheng doctor")
        if time.monotonic() > deadline:
            raise ServeError(f"网页服务 {READY_WITHIN_S:g} 秒内没有起来。")
        time.sleep(0.05)


def is_healthy(host: str, port: int, *, timeout_s: float) -> bool:
    """Whether ``/healthz`` answers 200; plain sockets, to import nothing."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as client:
            client.sendall(request.encode())
            return client.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
