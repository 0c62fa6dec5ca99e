"""Finds remarks at a case they do not speak of: a block pasted twice. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import Aspect, EntryDraft

from ..types import Contradiction

#: Fewer lines in common are usual sentences.
_MIN_LINES = 3

#: Words that tell what a case is about; a block of remarks with one of them belongs
#: to cases that name it.
_SUBJECTS = (
    "房",
    "车",
    "贷",
    "婚",
    "生育",
    "出生",
    "死亡",
    "退休",
    "残疾",
    "户口",
    "学",
)


def find_copied_notes(drafts: Sequence[EntryDraft]) -> list[Contradiction]:
    """Return the cases of one file whose remarks are another's, word for word.

    Cases of one family may share remarks; told are those about a thing that neither
    the case's name nor its materials name.
    """
    found: list[Contradiction] = []
    first: dict[str, EntryDraft] = {}
    for draft in drafts:
        notes = _text(draft, Aspect.NOTES)
        if notes.count("\n") + 1 < _MIN_LINES:
            continue
        other = first.setdefault(notes, draft)
        own = (
            draft.title
            + _text(draft, Aspect.MATERIALS)
            + _text(draft, Aspect.CONDITIONS)
        )
        own = own.replace("住房公积金", "")
        strange = [
            word
            for word in _SUBJECTS
            if word in notes.replace("住房公积金", "") and word not in own
        ]
        if other is not draft and strange:
            found.append(
                Contradiction(
                    f"注意事项与“{other.title}”的一字不差，像是贴错了",
                    (draft.title, notes.split("\n", 1)[0]),
                    ("事项名称", "注意事项"),
                    draft.title,
                )
            )
    return found


def _text(draft: EntryDraft, aspect: Aspect) -> str:
    return "\n".join(each.text for each in draft.sections if each.aspect is aspect)
