"""Messages that are not text."""

from __future__ import annotations

from collections.abc import Mapping

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, MessageKind
from .phrasing import lead, say, status_text, word

_READABLE = frozenset({MessageKind.TEXT, MessageKind.MENU})

#: What to do instead, by what was sent. A sticker comes as a picture.
_ADVICE: Mapping[MessageKind, tuple[str, ...]] = {
    MessageKind.VOICE: ("unreadable_voice", "unreadable_voice_how"),
    MessageKind.IMAGE: ("unreadable_image", "unreadable_image_how"),
    MessageKind.VIDEO: ("unreadable_video", "unreadable_image_how"),
    MessageKind.LINK: ("unreadable_link",),
}


def refuse_unreadable(turn: Turn, context: Context) -> Answer | None:
    """Ask for words instead of a picture, a voice, a link, or nothing at all."""
    if turn.kind in _READABLE and turn.text.strip():
        return None
    status = AnswerStatus.CLARIFY_UNREADABLE
    advice = [word(name, context) for name in _ADVICE.get(turn.kind, ())]
    first, *more = advice or [status_text(status, context)]
    more.append(word("welcome_human", context))
    return Answer(status, (lead(first), *map(say, more)))
