"""Answers of the past whose rule has ended, changed or been switched off since.

A conversation stays on the page for half a year; a rule may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from bot import Block, BlockKind, Citation, Message, Sender, get_wording

#: Characters of a question by which its asker knows it again.
_QUESTION_CHARS = 30


class AreInForce(Protocol):
    """Tells whether what an answer cited still stands."""

    def __call__(
        self, citations: Iterable[Citation], release_id: str, *, question: str
    ) -> bool:
        """Say so; see ``Parts.are_in_force``."""


def withhold_outdated(
    messages: Sequence[Message], are_in_force: AreInForce
) -> list[Message]:
    """Put a sentence in the place of each answer that is no longer right."""
    return [
        message
        if message.sender is not Sender.BOT or _stands(message, are_in_force)
        else _withhold(message)
        for message in messages
    ]


def _stands(message: Message, are_in_force: AreInForce) -> bool:
    if not message.citations:
        return True
    evidence = message.evidence
    release_id = evidence.release_id if evidence else ""
    question = evidence.question if evidence else ""
    return are_in_force(message.citations, release_id, question=question)


def _withhold(message: Message) -> Message:
    asked = message.evidence.question if message.evidence else ""
    question = " ".join((asked or message.citations[0].title).split())
    if len(question) > _QUESTION_CHARS:
        question = question[: _QUESTION_CHARS - 1] + "…"
    notice = get_wording("answer_withdrawn", question=question)
    block = Block(BlockKind.LEAD, (notice,))
    return replace(message, text=notice, blocks=(block,), options=(), citations=())
