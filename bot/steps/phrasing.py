"""Reading what was typed, and making short canned answers. Pure."""

from __future__ import annotations

import re

from knowledge import normalise

from ..context import Context
from ..replies import get_reply, get_wording
from ..types import Answer, AnswerStatus, Block, BlockKind

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_GREETING = re.compile(
    r"^(?:(?:您好|你好|请问一?下?|打扰一?下|麻烦问一?下|想?问一?下|早上好|上午好|下午好|晚上好)[呀啊]?[\W_]*)+"
)
_PUNCTUATION = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """Return a text normalised, in lower case, without punctuation and spaces."""
    return _PUNCTUATION.sub("", normalise(text).lower())


def question_of(text: str) -> str:
    """Return a text normalised, without the greeting that a question begins with."""
    plain = trimmed(text)
    return _GREETING.sub("", plain) or plain


def trimmed(text: str) -> str:
    """Return a text normalised, without punctuation at its ends."""
    return _EDGES.sub("", normalise(text))


def lead(text: str) -> Block:
    """Return the conclusion."""
    return Block(BlockKind.LEAD, (text,))


def say(text: str) -> Block:
    """Return a paragraph."""
    return Block(BlockKind.TEXT, (text,))


def word(name: str, context: Context, **values: object) -> str:
    """Return a canned sentence with the office's names filled in."""
    return get_wording(name, **_names(context), **values)


def status_text(status: AnswerStatus, context: Context) -> str:
    """Return the sentence of a status with the office's names filled in."""
    return get_reply(status).text.format(**_names(context))


def obeyed(*blocks: Block) -> Answer:
    """Return the answer to a command."""
    return Answer(AnswerStatus.ANSWERED_COMMAND, blocks)


def _names(context: Context) -> dict[str, object]:
    settings = context.settings
    return {
        "city": settings.city,
        "office": settings.office,
        "hotline": settings.hotline,
        "hours": settings.hours,
    }
