"""What the labels of service guides mean; the words are in ``labels.yaml``. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from knowledge import Aspect

from ..text import close_gaps, strip_enumerator
from .vocabulary import load_groups, load_words


class Field(StrEnum):
    """What a guide says about itself beside its aspects."""

    TITLE = "title"
    ALIASES = "aliases"
    DEPARTMENT = "department"
    REGION = "region"
    AUDIENCE = "audience"
    CHECKED = "checked"
    EFFECTIVE = "effective"
    EXPIRES = "expires"
    URL = "url"
    #: Known, and of no use to a citizen.
    IGNORED = "ignored"


Slot: TypeAlias = Aspect | Field

_SLOTS: Mapping[str, Slot] = {
    **{field.value: field for field in Field},
    **{aspect.value: aspect for aspect in Aspect},
}

_BY_LABEL: Mapping[str, Slot] = {
    label: _SLOTS[name]
    for group in ("fields", "aspects")
    for name, labels in load_groups(group).items()
    for label in labels
}

#: Labels that name a part of their aspect: they stay in front of the value.
SPEAKING = load_words("speaking")

#: Those of them that head a list, and do not take the next line along.
HEADS = load_words("heads")

#: Cells of the portal's dump that name the next line and open nothing.
DETAILS = load_words("details")

#: Labels that inside an aspect are a line of it and open nothing.
_INSIDE = {_SLOTS[name]: set(labels) for name, labels in load_groups("inside").items()}

#: Labels too common in sentences to open anything by "label：value" in running text.
_TABLE_ONLY = load_words("table_only")

_BRACKETED = re.compile(r"[（(][^（）()]*[)）]$")


def tidy_label(text: str) -> str:
    """Return a label without number, colon, blanks and a bracketed remark."""
    text = strip_enumerator(text.strip().strip("【】[]◆■●*# "))
    text = close_gaps(text).replace(" ", "").replace("\n", "").rstrip("：:")
    return _BRACKETED.sub("", text)


def find_slot(text: str) -> Slot | None:
    """Return what a label stands for; None when it is none that we know."""
    label = tidy_label(text)
    if slot := _BY_LABEL.get(label):
        return slot
    for suffix in ("信息", "情况", "说明", "要求"):
        if label.endswith(suffix) and (
            slot := _BY_LABEL.get(label.removesuffix(suffix))
        ):
            return slot
    return None


def stays_inside(label: str, slot: Slot | None) -> bool:
    """Whether the label is a line of the aspect that is being read."""
    return slot is not None and tidy_label(label) in _INSIDE.get(slot, set())


def opens_in_text(label: str) -> bool:
    """Whether "label：value" in running text is a label and not a sentence."""
    return tidy_label(label) not in _TABLE_ONLY
