"""An EntryDraft as JSON and back, without loss. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from .types import Aspect, EntryDraft, EntryKind, Section, Source

_DAYS = ("issued_on", "effective_on", "expires_on", "checked_on")
_TUPLES = ("aliases", "supersedes")


def draft_to_json(draft: EntryDraft) -> dict[str, Any]:
    """Return the draft as values that JSON has; days as ISO texts."""
    body = asdict(draft)
    for name in _DAYS:
        day: date | None = body[name]
        body[name] = day.isoformat() if day else None
    for name in _TUPLES:
        body[name] = list(body[name])
    body["sections"] = [dict(section) for section in body["sections"]]
    return body


def draft_from_json(body: Mapping[str, Any]) -> EntryDraft:
    """Return the draft that ``draft_to_json`` was given.

    Raises:
        ValueError: If it is no draft: a field is missing or of another kind.
    """
    try:
        return EntryDraft(
            kind=EntryKind(body["kind"]),
            sections=tuple(_section(section) for section in body["sections"]),
            source=Source(**{k: str(v) for k, v in body["source"].items()}),
            title=str(body["title"]),
            department=str(body["department"]),
            region=str(body["region"]),
            audience=str(body["audience"]),
            doc_number=str(body["doc_number"]),
            aliases=tuple(map(str, body["aliases"])),
            supersedes=tuple(map(str, body["supersedes"])),
            issued_on=_day(body["issued_on"]),
            effective_on=_day(body["effective_on"]),
            expires_on=_day(body["expires_on"]),
            checked_on=_day(body["checked_on"]),
        )
    except (KeyError, TypeError, AttributeError) as e:
        raise ValueError("no draft of an entry") from e


def _section(body: Mapping[str, Any]) -> Section:
    return Section(
        heading=str(body["heading"]),
        text=str(body["text"]),
        aspect=Aspect(body["aspect"]) if body["aspect"] else None,
        locator=str(body["locator"]),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
