"""``wenzheng eval``: measure answers on labelled questions, through the service's own road."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("eval")
@click.option("--passages", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--questions", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--cache", type=click.Path(path_type=Path), default=None)
def evaluate(passages: Path, questions: Path, out: Path, cache: Path | None) -> None:
    """用带标注的问题检验回答。"""
    raise click.ClickException("还没有做好")
