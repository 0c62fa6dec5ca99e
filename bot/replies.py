"""The wording of the bot, read from ``replies.yaml`` once. Pure after loading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .types import AnswerStatus

_FILE = Path(__file__).with_name("replies.yaml")


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One status as people read it; all Chinese."""

    #: How officers call it, at most six characters.
    label: str
    meaning: str

    #: What citizens read, with placeholders; empty where the answer is the text.
    text: str


def get_reply(status: AnswerStatus) -> ReplyRow:
    """Return the row of a status."""
    return ReplyRow(**_load()[status])


def get_wording(name: str, **values: object) -> str:
    """Return a canned sentence with its placeholders filled.

    Args:
        name: Key under ``wordings``.
        **values: Placeholders; more than it has do no harm.

    Raises:
        KeyError: If there is no such sentence, or a placeholder is missing.
    """
    text: str = _load()["wordings"][name]
    return text.format(**values)


def get_list(name: str) -> tuple[str, ...]:
    """Return a canned list of sentences.

    Raises:
        KeyError: If there is no such list.
    """
    return tuple(_load()["wordings"][name])


@cache
def _load() -> Mapping[str, Any]:
    rows: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return rows
