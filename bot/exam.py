"""Exam questions: what officers know to be right, for the knowledge side to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge import normalise

from .accounts import Officer
from .database import Transactions
from .draft import prefill
from .faults import find_entry
from .learning_scope import is_learnable_by
from .tables import InboxRow, MessageRow, TicketEntryRow, TicketRow, VoteRow
from .types import EntryRelation, Sender, TicketState

#: What is expected where the knowledge holds no answer.
UNANSWERABLE = "unanswerable"

#: Rows of one export.
MAX_EXAM_ROWS = 5000


class ExamSource(StrEnum):
    """Who says what the answer is; an earlier one has the last word."""

    #: An officer found the bot's answer right.
    VOTE = "vote"
    #: An officer answered with this entry, or found that there is none.
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question, and the entry that must come first."""

    #: Masked.
    question: str
    #: Entry id, or ``UNANSWERABLE``.
    expected: str
    source: ExamSource


class ExamStore:
    """Reads exam questions; a method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._tx = Transactions(engine)

    def list(self, officer: Officer) -> list[LabelledQuestion]:
        """List labelled questions, each wording once, by question.

        A wording on which two labels of the same source disagree is left out: nobody
        knows then what is right.
        """
        with self._tx.read() as session:
            votes = list(_from_votes(session, officer))
            tickets = list(_from_tickets(session, officer))
        return settle([*votes, *tickets])[:MAX_EXAM_ROWS]


def settle(questions: Iterable[LabelledQuestion]) -> list[LabelledQuestion]:
    """Keep one label for each wording; see :meth:`ExamStore.list`."""
    order = list(ExamSource)
    by_wording: dict[str, list[LabelledQuestion]] = {}
    for each in questions:
        by_wording.setdefault(normalise(each.question).lower(), []).append(each)
    kept = []
    for wording, found in by_wording.items():
        best = min(order.index(each.source) for each in found)
        labels = {each.expected for each in found if order.index(each.source) == best}
        if wording and len(labels) == 1:
            kept.append(next(e for e in found if order.index(e.source) == best))
    return sorted(kept, key=lambda each: each.question)


def _from_votes(session: Session, officer: Officer) -> Iterator[LabelledQuestion]:
    statement = (
        select(MessageRow.id, MessageRow.answer, InboxRow.text, VoteRow.is_right)
        .join(VoteRow, VoteRow.message_id == MessageRow.id)
        .join(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .where(is_learnable_by(officer, MessageRow.conversation_id))
        .order_by(MessageRow.id, VoteRow.id)
    )
    rows = session.execute(statement).all()
    doubted = {id_ for id_, _, _, is_right in rows if not is_right}
    for id_, answer, text, _ in rows:
        # Who asked on in the middle of a matter asked more than these words.
        entry_id, _title = find_entry(answer) if answer else ("", "")
        understood = answer["evidence"].get("question") if answer else ""
        if entry_id and text and id_ not in doubted:
            yield LabelledQuestion(understood or text, entry_id, ExamSource.VOTE)


def _from_tickets(session: Session, officer: Officer) -> Iterator[LabelledQuestion]:
    """Yield the first question of each settled chat with the one entry used in it."""
    statement = (
        select(TicketRow.id, TicketEntryRow.entry_id, TicketEntryRow.relation)
        .join(TicketEntryRow, TicketEntryRow.ticket_id == TicketRow.id)
        .where(TicketRow.state.in_((TicketState.RESOLVED, TicketState.CLOSED)))
        .where(TicketEntryRow.relation != EntryRelation.WRONG)
        .where(is_learnable_by(officer, TicketRow.conversation_id))
        .order_by(TicketRow.id, TicketEntryRow.id)
    )
    labels: dict[int, list[str]] = {}
    for ticket_id, entry_id, relation in session.execute(statement):
        is_used = relation == EntryRelation.USED
        labels.setdefault(ticket_id, []).append(entry_id if is_used else UNANSWERABLE)
    asked = _find_asked(session, labels)
    for ticket_id, found in labels.items():
        question = prefill(asked.get(ticket_id, ()), (), ()).question
        if question and len(set(found)) == 1:
            yield LabelledQuestion(question, found[0], ExamSource.TICKET)


def _find_asked(session: Session, ticket_ids: Iterable[int]) -> dict[int, list[str]]:
    statement = (
        select(MessageRow.ticket_id, MessageRow.text)
        .where(MessageRow.ticket_id.in_(list(ticket_ids)))
        .where(MessageRow.sender == Sender.CITIZEN)
        .order_by(MessageRow.id)
    )
    asked: dict[int, list[str]] = {}
    for ticket_id, text in session.execute(statement):
        if ticket_id is not None:
            asked.setdefault(ticket_id, []).append(text)
    return asked
