"""The worker's share of publishing: look often, and build in a process of its own.

Building takes the encoder and the whole index, some 300 MB for seconds; the worker
itself stays as small as it is.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable

from handlers.assembly import Parts
from handlers.children import run_as_child

#: How often it is looked for: what is approved answers within half a minute.
PUBLISH_EVERY_S = 5.0

#: Under which a failure stands on every page of the console.
ALARM_KEY = "publish"

_log = logging.getLogger(__name__)


class PublishFailedError(Exception):
    """The process that publishes failed; its own log says why."""


def make_publish(
    parts: Parts, run: Callable[[], int] | None = None
) -> Callable[[], None]:
    """Return what publishes what is due.

    The work raises PublishFailedError, StoreUnavailableError or SQLAlchemyError.

    Args:
        parts: Of the worker.
        run: Publishes, and returns an exit code; None = a process of its own.
    """
    publish = run or (lambda: _run_child(parts))
    is_failing = False

    def work() -> None:
        nonlocal is_failing
        if not parts.publisher.has_work():
            return
        code = publish()
        if code:
            is_failing = True
            parts.alarms.raise_alarm(
                ALARM_KEY, "知识没有发布成功，机器会接着试。原因见后台任务的日志。"
            )
            raise PublishFailedError(f"exit code {code}")
        if is_failing:
            is_failing = False
            parts.alarms.clear(ALARM_KEY)

    return work


def _run_child(parts: Parts) -> int:
    env = dict(os.environ)
    if parts.settings.file:
        env["WENZHENG_CONFIG"] = str(parts.settings.file)
    command = [sys.executable, "-m", "handlers", "releases", "publish"]
    child = run_as_child(command, env=env, stdout=subprocess.DEVNULL)
    return child.wait()
