"""The fields of pushed XML, whatever shape the parser gave them. Pure.

xmltodict makes None of an empty element, a list of doubled ones and a mapping of
one with attributes; none of these may pass for text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import MalformedPushError

#: Logged, so nothing but a name may stand there.
NAME = re.compile(r"[0-9A-Za-z_]{1,64}")


def find_text(fields: Mapping[str, Any], name: str) -> str:
    """Return a field's text; empty if there is none.

    Raises:
        MalformedPushError: If it is there and is not text.
    """
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MalformedPushError(f"{name} is not text")
    return value


def get_text(
    fields: Mapping[str, Any], name: str, pattern: re.Pattern[str] | None = None
) -> str:
    """Return a field's text as a whole of one form.

    Raises:
        MalformedPushError: If it is missing, empty, not text or of another form.
    """
    value = find_text(fields, name)
    if not value or (pattern is not None and not pattern.fullmatch(value)):
        raise MalformedPushError(f"{name} missing or odd")
    return value


def match_text(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    """Return a field's text if it is of one form, else empty: it is optional."""
    value = fields.get(name)
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def list_items(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields with every ``List`` of an element being a list.

    One ``<List>`` parses to a mapping and several to a list of them.
    """
    return {
        name: {**value, "List": _as_list(value["List"])}
        if isinstance(value, Mapping) and "List" in value
        else value
        for name, value in fields.items()
    }


def iter_rows(fields: Mapping[str, Any], *wrappers: str) -> list[Mapping[str, Any]]:
    """Return the rows of the first wrapper that is there; odd ones are left out."""
    for wrapper in wrappers:
        element = fields.get(wrapper)
        if isinstance(element, Mapping):
            return [row for row in element.get("List", ()) if isinstance(row, Mapping)]
    return []


def _as_list(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
