"""Votes of officers on what the bot answered: right or wrong, changeable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from .auditing import audit
from .database import Transactions
from .errors import MessageNotFoundError
from .events import Clock
from .privacy import mask_personal_data
from .records import officer_title
from .tables import MessageRow, OfficerRow, VoteRow
from .types import Sender

#: Characters of what is wrong about an answer.
MAX_VOTE_NOTE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Vote:
    """An officer's word on an answer of the bot's."""

    message_id: int
    officer_id: int
    officer_name: str
    is_right: bool
    note: str
    at: datetime


class VoteStore:
    """Votes; every public method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def vote(
        self, message_id: int, *, officer_id: int, is_right: bool, note: str = ""
    ) -> Vote:
        """Say whether an answer was right; said again it replaces what was said.

        Args:
            message_id: A line of the bot's that answers something.
            officer_id: Who says so.
            is_right: What they say.
            note: What is wrong; masked and cut to size; dropped where nothing is.

        Raises:
            MessageNotFoundError: If there is no such line of the bot's.
        """
        note = "" if is_right else mask_personal_data(note.strip())
        note = note[:MAX_VOTE_NOTE_CHARS]
        with self._tx.write() as session:
            # The line is locked, so that two clicks at once are one vote.
            line = session.scalar(
                select(MessageRow).where(MessageRow.id == message_id).with_for_update()
            )
            if line is None or line.sender != Sender.BOT or line.answer is None:
                raise MessageNotFoundError(message_id)
            row = session.scalar(
                select(VoteRow).where(
                    VoteRow.message_id == message_id, VoteRow.officer_id == officer_id
                )
            )
            at = self._clock()
            if row is None:
                row = VoteRow(message_id=message_id, officer_id=officer_id)
                session.add(row)
            row.is_right, row.note, row.at = is_right, note, at
            action = "vote.right" if is_right else "vote.wrong"
            audit(
                session, action, f"message {message_id}", officer_id=officer_id, at=at
            )
            session.flush()
            officer = session.get_one(OfficerRow, officer_id)
            return _to_vote(row, officer)

    def list_for(self, message_ids: Iterable[int]) -> Mapping[int, Sequence[Vote]]:
        """List the votes on these lines, oldest first; lines without any are absent."""
        wanted = list(message_ids)
        statement = (
            select(VoteRow, OfficerRow)
            .join(OfficerRow, VoteRow.officer_id == OfficerRow.id)
            .where(VoteRow.message_id.in_(wanted))
            .order_by(VoteRow.id)
        )
        found: dict[int, list[Vote]] = defaultdict(list)
        with self._tx.read() as session:
            for row, officer in session.execute(statement):
                found[row.message_id].append(_to_vote(row, officer))
        return found


def _to_vote(row: VoteRow, officer: OfficerRow) -> Vote:
    return Vote(
        row.message_id,
        row.officer_id,
        officer_title(officer),
        row.is_right,
        row.note,
        row.at,
    )
