"""A progress bar on stderr: drawn on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

#: Without a terminal: one line at most so often.
_LINE_EVERY_S = 5.0

Advance = Callable[[int, int], None]
"""Called with (done, total)."""


@contextmanager
def show_progress(what: str) -> Iterator[Advance]:
    """Show how far it is.

    Args:
        what: Said before the bar, Chinese: 读取文件.
    """
    if sys.stderr.isatty():
        with _draw(what) as advance:
            yield advance
    else:
        yield _Lines(what).advance


@contextmanager
def _draw(what: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class _Lines:
    """Says the state in lines, for logs and pipes."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._said_at = time.monotonic()
        self._last = -1

    def advance(self, done: int, total: int) -> None:
        """Print a line when the last one is old, and at the end."""
        now = time.monotonic()
        is_end = done >= total and done != self._last
        if is_end or now - self._said_at >= _LINE_EVERY_S:
            click.echo(f"{self._what} {done}/{total}", err=True)
            self._said_at, self._last = now, done
