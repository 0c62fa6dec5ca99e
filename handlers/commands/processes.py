"""``serve``, ``web`` and ``worker``: the processes of the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from handlers.cli import Context
from handlers.config import RedisSettings, Settings

if TYPE_CHECKING:
    from flask import Flask


@click.command(help="启动问政：网页、后台任务和内置缓存一起，Ctrl-C 全部停止。")
@click.pass_obj
def serve(context: Context) -> None:
    """Run everything in one go."""
    from handlers.serve import serve as run

    context.start_logging()
    run(context.settings, context.environ, say=click.echo)


@click.command(help="只启动网页服务（含微信回调和坐席工作台）。")
@click.pass_obj
def web(context: Context) -> None:
    """Run the web process alone."""
    from handlers.gunicorn_app import run_web
    from handlers.serve import LISTEN_FD, check_ready, open_listener

    context.start_logging()
    settings = context.settings
    check_ready(settings)
    if LISTEN_FD not in context.environ:
        # Tried before gunicorn does, whose own message is five lines of English.
        open_listener(settings).close()
    with _redis_beside(settings) as settings:
        run_web(settings, context.environ, lambda: _make_app(settings, context.environ))


@click.command(help="只启动后台任务（发送微信消息、补答漏掉的问题）。")
@click.pass_obj
def worker(context: Context) -> None:
    """Run the worker alone."""
    from handlers.assembly import assemble
    from handlers.worker import run_worker

    context.start_logging()
    with _redis_beside(context.settings) as settings:
        run_worker(assemble(settings))


@contextmanager
def _redis_beside(settings: Settings) -> Iterator[Settings]:
    """Give settings whose Redis answers, if it can be had."""
    from handlers.valkey import ValkeyUnavailableError, start_valkey

    if settings.redis.url:
        yield settings
        return
    try:
        valkey = start_valkey(settings.run_folder)
    except (ValkeyUnavailableError, OSError) as e:
        click.echo(f"注意：{e}。问政照常回答，只是坐席页面要手动刷新。", err=True)
        yield settings
        return
    try:
        yield replace(settings, redis=RedisSettings(valkey.url))
    finally:
        valkey.stop()


def _make_app(settings: Settings, environ: Mapping[str, str]) -> Flask:
    from handlers.assembly import assemble
    from handlers.refreshing import keep_fresh
    from handlers.serve import wait_at_gate
    from handlers.web import create_app

    parts = assemble(settings)
    parts.warm_up()
    keep_fresh(parts.knowledge_base)
    app = create_app(parts)
    wait_at_gate(environ)
    return app
