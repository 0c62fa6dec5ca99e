"""Replies for accounts that may not push: what waited rides along. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import (
    Answer,
    Carried,
    Delivery,
    PassiveLine,
    Priority,
    Sender,
    get_wording,
)

from .rating_links import link_ratings
from .rendering import fit_text, render_text
from .text import MAX_TEXT_BYTES, clean_text, count_bytes, split_text

#: The new answer may take so much when something rides along.
ANSWER_BYTES = 1100

#: A line that waited is taken along in pieces of this size.
PIECE_BYTES = 600

#: Characters of a question by which a citizen knows it again.
QUESTION_CHARS = 30


def carry_text(
    answer: Answer,
    lines: Sequence[PassiveLine],
    *,
    is_valid: Callable[[Answer], bool],
) -> tuple[str, Carried]:
    """Put what waited before the answer, in order, as far as one message holds it.

    Args:
        answer: What is being answered now; may be silent.
        lines: What waited, oldest first.
        is_valid: Tells whether an old answer of the bot's still stands.

    Returns:
        The text, and which lines it holds how far; its body is filled in later.
    """
    answer_text = fit_text(answer, ANSWER_BYTES)
    closing = f"\n\n{get_wording('carried_now')}\n{answer_text}" if answer_text else ""
    more = f"\n{get_wording('carried_more')}"
    text = get_wording("carried_before")
    budget = MAX_TEXT_BYTES - count_bytes(closing) - count_bytes(more)
    parts: dict[int, int] = {}
    finished: set[int] = set()
    is_full = False
    for line in lines:
        pieces = split_text(write_line(line, is_valid=is_valid), PIECE_BYTES)
        for number, piece in enumerate(pieces[line.parts_sent :], line.parts_sent + 1):
            if is_full := count_bytes(f"{text}\n{piece}") > budget:
                break
            text, parts[line.outbox_id] = f"{text}\n{piece}", number
        if is_full:
            break  # nothing overtakes it
        finished.add(line.outbox_id)
    text += (more if is_full else "") + closing
    return text, Carried("", parts, frozenset(finished))


def write_line(line: PassiveLine, *, is_valid: Callable[[Answer], bool]) -> str:
    """Return a line that waited, under the question that it answers."""
    if line.answer is None:
        return write_words(line)
    if line.priority is Priority.BOT and not is_valid(line.answer):
        return write_withdrawn(line.answer, line.question)
    title = write_title(line.answer, line.question, line.priority)
    return title + render_text(line.answer)


def write_words(line: PassiveLine | Delivery) -> str:
    """Return what a person or the system says; WeChat draws all of it alike."""
    text = clean_text(line.text)
    if line.said_by is Sender.SYSTEM:
        return link_ratings(text)
    if line.said_by is not Sender.OFFICER:
        return text
    return get_wording("officer_says", number=clean_text(line.staff_number)) + text


def write_title(answer: Answer | None, question: str, priority: Priority) -> str:
    """Return the line over a late answer, which says what was asked; may be empty."""
    # Nobody in danger needs to read their own words again before the help.
    is_safety = priority is Priority.SAFETY
    if is_safety or answer is None or not answer.blocks or not question:
        return ""
    title = get_wording("late_answer", question=shorten(question))
    return f"{clean_text(title)}\n"


def write_withdrawn(answer: Answer | None, question: str) -> str:
    """Return what is said in the place of an answer that is no longer right."""
    citations = answer.citations if answer else ()
    name = question or next((c.title for c in citations), "")
    return clean_text(get_wording("answer_withdrawn", question=shorten(name)))


def shorten(question: str) -> str:
    """Return so much of a question that its asker knows it again."""
    plain = " ".join(question.split())
    if len(plain) <= QUESTION_CHARS:
        return plain
    return plain[: QUESTION_CHARS - 1] + "…"
