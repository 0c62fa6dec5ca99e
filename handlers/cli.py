"""The ``wenzheng`` command. Light: each command is imported when it is called.

Exit codes: 0 done, 1 failed, 2 used wrongly.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import click

from handlers.config import ConfigError, Settings, load_settings
from handlers.logs import set_up_logging

#: Command to the module and the name of its function.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("processes", "serve"),
    "web": ("processes", "web"),
    "worker": ("processes", "worker"),
    "prepare": ("setting_up", "prepare"),
    "migrate": ("setting_up", "migrate"),
    "keygen": ("setting_up", "keygen"),
    "setup-link": ("setting_up", "setup_link"),
    "officers": ("officers", "officers"),
    "audit": ("auditing", "audit"),
    "check": ("checks", "check"),
    "exam": ("exam", "exam"),
    "check-config": ("checking", "check_config"),
    "doctor": ("checking", "doctor"),
    "wechat": ("wechat", "wechat"),
    "ingest": ("ingesting", "ingest"),
    "ingest-web": ("sites", "ingest_web"),
    "releases": ("releases", "releases"),
    "bureaus": ("bureaus", "bureaus"),
    "halls": ("halls", "halls"),
    "ask": ("asking", "ask"),
    "eval": ("evaluate", "evaluate"),
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Context:
    """What every command gets: where the settings are."""

    config: Path | None
    environ: Mapping[str, str]
    is_debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when first asked for; raises ConfigError."""
        return load_settings(self.config, self.environ)

    def start_logging(self, level: str | None = None) -> None:
        """Log as configured, or at ``level``; --debug beats both."""
        chosen = "debug" if self.is_debug else level or self.settings.log_level
        set_up_logging(chosen)


class FailedError(click.ClickException):
    """A command failed; the message is one Chinese sentence. Exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence, without click's English label."""
        click.echo(f"错误：{self.format_message()}", file=file or sys.stderr)


class Commands(click.Group):
    """Commands by name; a mistake of any ends in one sentence and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which one needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command = getattr(import_module(f"handlers.commands.{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, turning what it raises into a sentence."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:  # “| head” has seen enough; click ends quietly
            raise
        except ConfigError as e:
            raise _fail(ctx, e, str(e)) from e
        # The outer edge: whatever is raised, people get a sentence.
        except Exception as e:
            raise _fail(ctx, e, _explain(e)) from e


@click.group(
    cls=Commands,
    help="问政：用本单位自己的政策和办事指南回答群众，答不准就转给工作人员。",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="配置文件，默认是当前文件夹的 config.yaml（或 WENZHENG_CONFIG 指定的）。",
)
@click.option("--debug", is_flag=True, help="出错时显示全部细节，日志记到 debug 级。")
@click.version_option(package_name="wenzheng", message="%(version)s")
@click.pass_context
def main(ctx: click.Context, config: Path | None, debug: bool) -> None:
    """Take the options that all commands share."""
    ctx.obj = Context(config, os.environ, debug)


def _fail(ctx: click.Context, error: Exception, sentence: str) -> FailedError:
    if isinstance(ctx.obj, Context) and ctx.obj.is_debug:
        _log.error("failed", exc_info=error)
    return FailedError(sentence)


def _explain(error: Exception) -> str:
    """Say in Chinese what went wrong; the errors of our own packages are English."""
    # Looked up by name, so that the light commands need not import the packages.
    sentence = _SENTENCES.get(type(error).__name__)
    if sentence:
        return sentence
    if type(error).__module__.startswith("handlers."):
        return str(error)
    detail = str(error).splitlines()[0] if str(error) else ""
    return f"没有完成：{type(error).__name__}：{detail}（加 --debug 看全部细节）"


#: Error to what a person can do about it.
_SENTENCES: Mapping[str, str] = {
    "StoreUnavailableError": (
        "数据库现在用不了：可能被别的程序锁住，或者地址不对。检查办法：wenzheng doctor"
    ),
    "NoReleaseError": "还没有知识可以回答。请先导入资料：wenzheng ingest 文件夹",
    "ReleaseError": (
        "知识库文件损坏，或者换过编码模型。请重新运行：wenzheng ingest 文件夹"
    ),
    "PublishingBusyError": "别处正在发布知识，请稍等一会儿再试。",
    "EncoderUnavailableError": (
        "编码模型打不开。请检查 config.yaml 的 knowledge.encoder，加 --debug 看原因"
    ),
    "PermissionError": "没有权限读写文件，加 --debug 看是哪一个",
}
