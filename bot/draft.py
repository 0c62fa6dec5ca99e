"""What a proposal for the knowledge (知识草稿) is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .errors import BotError
from .privacy import mask_personal_data

MAX_QUESTION_CHARS, MAX_ANSWER_CHARS, MAX_BASIS_CHARS = 200, 5000, 300
MAX_DRAFT_WORD_CHARS = 300


class DraftState(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    TAKEN = "taken"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]


_LABELS = {
    DraftState.OPEN: "待处理",
    DraftState.TAKEN: "已采纳",
    DraftState.REFUSED: "未采纳",
}


class DraftError(BotError):
    """Base of the errors about drafts."""


class DraftNotFoundError(DraftError, LookupError):
    """There is none with this id, or it is not the officer's to see."""

    def __init__(self, draft_id: int, /) -> None:
        super().__init__(f"no such draft: {draft_id}")
        self.draft_id = draft_id


class DraftClosedError(DraftError):
    """It was taken or refused."""


class DraftFieldError(DraftError, ValueError):
    """A field cannot be used; ``reason`` is Chinese."""

    def __init__(self, field: str, reason: str, /) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DraftForm:
    """What somebody writes of a draft; masked."""

    question: str
    answer: str
    #: Document, clause or entry that it rests on.
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question and answer proposed for the knowledge."""

    id: int
    form: DraftForm
    state: DraftState
    created_at: datetime
    changed_at: datetime
    ticket_id: int | None = None
    bureau_id: int | None = None
    bureau_name: str = ""
    created_by: int | None = None
    created_by_name: str = ""
    changed_by_name: str = ""
    #: Why it was refused, or where it went.
    word: str = ""


def check_draft(form: Mapping[str, str]) -> DraftForm:
    """Return what a form says, masked; phone numbers of offices stay.

    Raises:
        DraftFieldError: If the question or the answer is missing, or one too long.
    """
    question = " ".join(form.get("question", "").split())
    answer = form.get("answer", "").replace("\r\n", "\n").strip()
    basis = " ".join(form.get("basis", "").split())
    if not question:
        raise DraftFieldError("question", "还没有写问题。")
    if not answer:
        raise DraftFieldError("answer", "还没有写答案。")
    limits = (
        ("question", question, MAX_QUESTION_CHARS),
        ("answer", answer, MAX_ANSWER_CHARS),
        ("basis", basis, MAX_BASIS_CHARS),
    )
    for field, text, limit in limits:
        if len(text) > limit:
            fault = f"最多 {limit} 字，现在是 {len(text)} 字。"
            raise DraftFieldError(field, fault)
    return DraftForm(
        mask_personal_data(question),
        mask_personal_data(answer, keep_contacts=True),
        mask_personal_data(basis, keep_contacts=True),
    )


def prefill(
    asked: Iterable[str], replies: Iterable[str], entries: Iterable[str]
) -> DraftForm:
    """Make a draft of a chat, to be edited.

    Args:
        asked: Lines of the citizen, in order.
        replies: Lines of officers, in order.
        entries: Titles of the knowledge that was used.
    """
    lines = [" ".join(line.split()) for line in asked if line.strip()]
    # Whoever only called a person has asked before, or asks in the next line.
    question = next((line for line in lines if "人工" not in line), "".join(lines[:1]))
    answer = "\n".join(filter(None, map(str.strip, replies)))
    return DraftForm(
        mask_personal_data(question)[:MAX_QUESTION_CHARS],
        mask_personal_data(answer, keep_contacts=True)[:MAX_ANSWER_CHARS],
        "；".join(dict.fromkeys(entries))[:MAX_BASIS_CHARS],
    )
