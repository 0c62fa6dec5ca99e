"""What people could not get answered, alike questions together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine, exists, or_, select
from sqlalchemy.orm import Session

from knowledge import normalise

from .accounts import Officer
from .database import Transactions
from .draft import prefill
from .events import Clock
from .gap import Asked, Encode, Gap, cluster
from .learning_scope import find_chat, is_learnable_by
from .rating import Score
from .tables import InboxRow, MessageRow, RatingRow, VoteRow
from .types import AnswerStatus, Sender

#: Questions looked at, newest first: clustering them takes about a second.
MAX_QUESTIONS = 10_000

_OPEN_ENDED = (
    AnswerStatus.UNANSWERABLE_NO_MATCH,
    AnswerStatus.CLARIFY_AMBIGUOUS,
    AnswerStatus.HANDOFF_REPEATED,
    AnswerStatus.HANDOFF_REQUESTED,
    AnswerStatus.ERROR_UNEXPECTED,
)

#: Whoever only asks for a person has asked nothing yet.
_ASKS_FOR_PERSON, _CALL_CHARS = "人工", 10


class GapStore:
    """Reads questions without an answer; a method is one transaction."""

    def __init__(
        self, engine: Engine, clock: Clock, *, encode: Encode | None = None
    ) -> None:
        """Read from a database.

        Args:
            engine: The database.
            clock: Now, aware UTC.
            encode: Puts questions of one meaning together, too; None = only those
                that share words.
        """
        self._tx = Transactions(engine)
        self._clock = clock
        self._encode = encode

    def list(self, officer: Officer, *, days: int = 30, limit: int = 100) -> list[Gap]:
        """List the gaps of the last days that somebody may see, largest first."""
        with self._tx.read() as session:
            asked = self._read(session, officer, days)
        return cluster(asked, now=self._clock(), encode=self._encode)[:limit]

    def find_answer(self, officer: Officer, question: str, *, days: int = 30) -> str:
        """Return what an officer answered to a gap's question, the newest first.

        Args:
            officer: Who wants to know.
            question: As the gap is called.
            days: How far back.

        Returns:
            The officer's words; empty when nobody has answered any of them yet.
        """
        with self._tx.read() as session:
            asked = self._read(session, officer, days)
            gaps = cluster(asked, now=self._clock(), encode=self._encode)
            gap = next((gap for gap in gaps if gap.question == question), None)
            for each in gap.examples if gap else ():
                if answer := _read_reply(session, each):
                    return answer
        return ""

    def _read(self, session: Session, officer: Officer, days: int) -> Sequence[Asked]:
        """Read what was not answered, or answered so that nobody was content."""
        since = self._clock() - timedelta(days=days)
        bad = exists().where(
            RatingRow.message_id == MessageRow.id, RatingRow.score <= int(Score.BAD)
        )
        wrong = exists().where(
            VoteRow.message_id == MessageRow.id, VoteRow.is_right.is_(False)
        )
        statement = (
            select(
                InboxRow.text,
                MessageRow.status,
                MessageRow.created_at,
                find_chat(officer, MessageRow.conversation_id),
                MessageRow.conversation_id,
            )
            .join(InboxRow, MessageRow.inbox_id == InboxRow.id)
            .where(or_(MessageRow.status.in_(_OPEN_ENDED), bad, wrong))
            .where(InboxRow.text != "", MessageRow.created_at >= since)
            .where(MessageRow.status.is_not(None))
            .where(is_learnable_by(officer, MessageRow.conversation_id))
            .order_by(MessageRow.id.desc())
            .limit(MAX_QUESTIONS)
        )
        return [
            Asked(text, AnswerStatus(status), at, ticket_id, conversation_id)
            for text, status, at, ticket_id, conversation_id in session.execute(
                statement
            )
            if _asks_something(text, status)
        ]


def _asks_something(text: str, status: str) -> bool:
    is_call = _ASKS_FOR_PERSON in text and len(normalise(text)) <= _CALL_CHARS
    return not (is_call and status != AnswerStatus.UNANSWERABLE_NO_MATCH)


def _read_reply(session: Session, asked: Asked) -> str:
    """Return what an officer said in the conversation after the question."""
    statement = (
        select(MessageRow.text)
        .where(MessageRow.conversation_id == asked.conversation_id)
        .where(MessageRow.sender == Sender.OFFICER, MessageRow.created_at >= asked.at)
        .order_by(MessageRow.id)
        .limit(20)
    )
    replies = session.scalars(statement).all()
    return prefill([asked.text], replies, []).answer if replies else ""
