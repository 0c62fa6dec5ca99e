"""Loads the words of ``labels.yaml``, which lies beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def _load() -> dict[str, Any]:
    file = resources.files(__package__).joinpath("labels.yaml")
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def load_groups(name: str) -> Mapping[str, list[str]]:
    """Return meaning to words for one part of the file.

    Raises:
        KeyError: If the file has no such part.
    """
    groups: dict[str, list[str]] = _load()[name]
    return groups


def load_words(name: str) -> frozenset[str]:
    """Return the words of a part that is one list.

    Raises:
        KeyError: If the file has no such part.
    """
    return frozenset(_load()[name])
