"""A line of the outbox as the messages that it is pushed as. Pure."""

from __future__ import annotations

from bot import Delivery

from .carrying import write_title, write_withdrawn, write_words
from .rendering import fit_text
from .text import MAX_TEXT_BYTES, count_bytes, split_text

#: Messages that the bot may make of one answer: WeChat grants five (facts §2.2).
MAX_PARTS = 3

#: Bytes by which an answer is shortened until its parts are few enough.
_SHORTEN_BY = 200


def make_parts(delivery: Delivery) -> list[str]:
    """Cut a line into the messages that it is sent as; always the same ones.

    A late answer of the bot's says which question it answers, and is shortened to
    ``MAX_PARTS`` messages, the last of which says what is missing and where it
    stands. A person's words go out whole.
    """
    if delivery.answer is None:
        return _split(write_words(delivery))
    title = write_title(delivery.answer, delivery.question, delivery.priority)
    size = MAX_PARTS * MAX_TEXT_BYTES - count_bytes(title)
    while True:
        parts = _split(title + fit_text(delivery.answer, size))
        if len(parts) <= MAX_PARTS:
            return parts
        size -= _SHORTEN_BY


def make_notice(delivery: Delivery) -> str:
    """Return what is sent in the place of an answer that is no longer right."""
    return write_withdrawn(delivery.answer, delivery.question)


def _split(text: str) -> list[str]:
    return [part for part in split_text(text) if part]
