"""What colleagues wrote about a citizen's chat goes with it; inside a transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .tables import DraftRow, MessageRow, ReviewRow, TicketRow, VoteRow

#: What stands beside a draft whose words are gone.
ERASED_WORD = "市民已删除记录"


def erase_learned(session: Session, conversation_id: int, *, at: datetime) -> None:
    """Erase drafts, comments and notes on a conversation; scores and votes stay.

    A draft that was taken is the office's own knowledge by then.
    """
    tickets = select(TicketRow.id).where(TicketRow.conversation_id == conversation_id)
    lines = select(MessageRow.id).where(MessageRow.conversation_id == conversation_id)
    session.execute(
        update(DraftRow)
        .where(DraftRow.ticket_id.in_(tickets), DraftRow.state != "taken")
        .values(
            question="",
            answer="",
            basis="",
            state="refused",
            word=ERASED_WORD,
            changed_at=at,
        )
    )
    session.execute(
        update(ReviewRow)
        .where(ReviewRow.ticket_id.in_(tickets))
        .values(comment="", appeal_text="")
    )
    session.execute(
        update(VoteRow).where(VoteRow.message_id.in_(lines)).values(note="")
    )
