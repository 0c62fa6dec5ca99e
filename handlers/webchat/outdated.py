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
    shown, said = [], ""
    for message in messages:
        if message.sender is Sender.CITIZEN:
            said = message.text
        elif message.sender is Sender.BOT and message.citations:
            evidence = message.evidence
            question = (evidence.question if evidence else "") or said
            release_id = evidence.release_id if evidence else ""
            if not are_in_force(message.citations, release_id, question=question):
                shown.append(_withhold(message, question))
                continue
        shown.append(message)
    return shown


def _withhold(message: Message, asked: str) -> Message:
    question = " ".join((asked or message.citations[0].title).split())
    if len(question) > _QUESTION_CHARS:
        question = question[: _QUESTION_CHARS - 1] + "…"
    notice = get_wording("answer_withdrawn", question=question)
    block = Block(BlockKind.LEAD, (notice,))
    return replace(message, text=notice, blocks=(block,), options=(), citations=())
