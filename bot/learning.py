"""What the office learns from its chats: one front for reviews, votes, drafts, gaps."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine

from .auditing import audit
from .database import Transactions
from .drafts import DraftStore
from .events import Clock
from .exam import ExamStore
from .faults import FaultStore
from .gap import Encode
from .gaps import GapStore
from .review_queue import ESCALATED_AFTER
from .reviews import ReviewStore
from .votes import VoteStore


class Learning:
    """The stores of learning, on one database and one clock."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        escalated_after: Collection[str] = ESCALATED_AFTER,
        encode: Encode | None = None,
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self.reviews = ReviewStore(engine, clock, escalated_after=escalated_after)
        self.votes = VoteStore(engine, clock)
        self.drafts = DraftStore(engine, clock)
        self.faults = FaultStore(engine, clock)
        self.gaps = GapStore(engine, clock, encode=encode)
        self.exam = ExamStore(engine)

    def note_export(self, officer_id: int, action: str, subject: str) -> None:
        """Note that something was taken out of the house."""
        with self._tx.write() as session:
            audit(session, action, subject, officer_id=officer_id, at=self._clock())
