"""Subscription notices: who allowed how many, which were sent, what became of them.

WeChat lets us tell a citizen outside the 48 hours that their question was answered,
once for each time they agreed (一次性订阅), or for good (长期订阅).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .citizens import open_conversation
from .database import Transactions
from .events import Clock
from .queries import find_conversation, lock_conversation
from .seal import Seal
from .steps.command import is_command
from .tables import MessageRow, NoticeRow, OutboxRow, SubscriptionRow
from .types import Channel, DeliveryState, Sender

#: ``remaining`` of a consent for good.
_NO_END = -1

#: Events remembered of each consent, so that a resend counts once, also when another
#: event came between. WeChat sends an event three times within 15 s.
_REMEMBERED = 4

_DIGEST_CHARS = 32
_MAX_ERROR_CHARS = 300

#: Lines of a hand-over looked at for what it is about.
_MAX_LINES = 20

#: A race for the same new citizen is lost at most once.
_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Answered:
    """What a notice says of an officer's line. The question may hold personal data."""

    #: First line of what was asked, masked; empty if it was erased, or only 转人工.
    question: str

    #: When the officer wrote, aware UTC.
    at: datetime


class NoticeStore:
    """Consents and notices; every public method is one transaction.

    Each raises StoreUnavailableError if the database cannot be used.
    """

    def __init__(self, engine: Engine, seal: Seal, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock

    def accept(
        self, sender_id: str, template_id: str, event_key: str, *, is_long_term: bool
    ) -> None:
        """Count a citizen's consent to one more notice, once per event.

        Also of somebody who never wrote: they may have read an article of ours, and
        write tomorrow.

        Args:
            sender_id: OpenID.
            template_id: The notice.
            event_key: Same for a resend, another for another event.
            is_long_term: The consent is for good and is not used up.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._tx.write() as session:
                    conversation = open_conversation(
                        session,
                        self._seal,
                        Channel.WECHAT,
                        sender_id,
                        at=self._clock(),
                    )
                    row = self._open(session, conversation.id, template_id)
                    if _is_news(row, event_key):
                        row.remaining = _add_consent(row.remaining, is_long_term)
                    return
            except IntegrityError:
                # Another thread began the same citizen's conversation first.
                if attempt == _ATTEMPTS - 1:
                    raise

    def refuse(self, sender_id: str, template_id: str, event_key: str) -> None:
        """Take all consent to a notice back; nothing happens for a stranger.

        Args:
            sender_id: OpenID.
            template_id: The notice.
            event_key: As for :meth:`accept`.
        """
        sender_hash = self._seal.fingerprint(Channel.WECHAT, sender_id)
        with self._tx.write() as session:
            found = find_conversation(session, sender_hash)
            if found is None:
                return
            row = self._open(session, found[1].id, template_id)
            if _is_news(row, event_key):
                row.remaining = 0

    def take(self, conversation_id: int, template_id: str) -> bool:
        """Use up one consent, if there is one and a notice would say something new.

        Returns:
            Whether a notice may be sent now. False without consent, and while the
            citizen has been told of something that still waits for them.
        """
        with self._tx.write() as session:
            lock_conversation(session, conversation_id)
            row = _find(session, conversation_id, template_id)
            if row is None or not row.remaining or _was_told(session, conversation_id):
                return False
            if row.remaining != _NO_END:
                row.remaining -= 1
            row.changed_at = self._clock()
            return True

    def give_back(self, conversation_id: int, template_id: str) -> None:
        """Return a consent that was not used: WeChat did not send the notice."""
        with self._tx.write() as session:
            lock_conversation(session, conversation_id)
            row = _find(session, conversation_id, template_id)
            if row is not None and row.remaining != _NO_END:
                row.remaining += 1

    def note_used_up(self, conversation_id: int, template_id: str) -> None:
        """Believe WeChat that there is no consent, whatever we counted."""
        with self._tx.write() as session:
            lock_conversation(session, conversation_id)
            row = _find(session, conversation_id, template_id)
            if row is not None:
                row.remaining = 0
                row.changed_at = self._clock()

    def note_sent(
        self, conversation_id: int, message_id: int, template_id: str, wechat_id: str
    ) -> None:
        """Note that WeChat took a notice; what became of it is told later.

        Args:
            conversation_id: Whose notice it is.
            message_id: The officer's line that it tells of.
            template_id: The notice.
            wechat_id: WeChat's number of it.
        """
        with self._tx.write() as session:
            session.add(
                NoticeRow(
                    conversation_id=conversation_id,
                    message_id=message_id,
                    template_id=template_id,
                    wechat_id=wechat_id,
                    created_at=self._clock(),
                )
            )

    def note_failed(
        self, conversation_id: int, message_id: int, template_id: str, error: str
    ) -> None:
        """Note that WeChat did not take a notice.

        Args:
            conversation_id: Whose notice it is.
            message_id: The officer's line that it was to tell of.
            template_id: The notice.
            error: Chinese; no secret, no OpenID.
        """
        with self._tx.write() as session:
            session.add(
                NoticeRow(
                    conversation_id=conversation_id,
                    message_id=message_id,
                    template_id=template_id,
                    wechat_id="",
                    state="failed",
                    error=error[:_MAX_ERROR_CHARS],
                    created_at=self._clock(),
                )
            )

    def note_result(self, wechat_id: str, *, ok: bool, error: str) -> None:
        """Note what became of a notice; nothing happens for one that is not ours.

        Args:
            wechat_id: WeChat's number of it.
            ok: Whether the citizen got it.
            error: Why not; empty if it arrived.
        """
        state = "arrived" if ok else "failed"
        with self._tx.write() as session:
            session.execute(
                update(NoticeRow)
                .where(NoticeRow.wechat_id == wechat_id, NoticeRow.state == "sent")
                .values(state=state, error=error[:_MAX_ERROR_CHARS])
            )

    def find_answered(self, message_id: int) -> Answered | None:
        """Find what an officer's line answered; None for any other line."""
        with self._tx.read() as session:
            line = session.get(MessageRow, message_id)
            if line is None or line.sender != Sender.OFFICER:
                return None
            return Answered(_find_question(session, line), line.created_at)

    def _open(
        self, session: Session, conversation_id: int, template_id: str
    ) -> SubscriptionRow:
        """Find or make a consent, held until the commit."""
        lock_conversation(session, conversation_id)
        row = _find(session, conversation_id, template_id)
        if row is None:
            row = SubscriptionRow(
                conversation_id=conversation_id,
                template_id=template_id,
                remaining=0,
                event_key="",
            )
            session.add(row)
        row.changed_at = self._clock()
        return row


def _find(
    session: Session, conversation_id: int, template_id: str
) -> SubscriptionRow | None:
    return session.execute(
        select(SubscriptionRow).where(
            SubscriptionRow.conversation_id == conversation_id,
            SubscriptionRow.template_id == template_id,
        )
    ).scalar_one_or_none()


def _is_news(row: SubscriptionRow, event_key: str) -> bool:
    """Whether an event was not counted yet; it is now."""
    digest = hashlib.sha256(event_key.encode()).hexdigest()[:_DIGEST_CHARS]
    known = row.event_key.split()
    if digest in known:
        return False
    row.event_key = " ".join([digest, *known][:_REMEMBERED])
    return True


def _add_consent(remaining: int, is_long_term: bool) -> int:
    if is_long_term or remaining == _NO_END:
        return _NO_END
    return remaining + 1


def _find_question(session: Session, line: MessageRow) -> str:
    """Find what a hand-over is about: its first line that is more than 转人工."""
    if line.ticket_id is None:
        return ""
    said = session.scalars(
        select(MessageRow.text)
        .where(MessageRow.ticket_id == line.ticket_id, MessageRow.id < line.id)
        .where(MessageRow.sender == Sender.CITIZEN, MessageRow.text != "")
        .order_by(MessageRow.id)
        .limit(_MAX_LINES)
    )
    first_lines = (text.strip().partition("\n")[0] for text in said)
    return next((text for text in first_lines if not is_command(text)), "")


def _was_told(session: Session, conversation_id: int) -> bool:
    """Whether a notice told of a line that still waits."""
    waiting = (
        exists()
        .where(NoticeRow.conversation_id == conversation_id)
        .where(NoticeRow.state != "failed")
        .where(OutboxRow.message_id == NoticeRow.message_id)
        .where(OutboxRow.state.in_((DeliveryState.QUEUED, DeliveryState.PARKED)))
    )
    return bool(session.execute(select(waiting)).scalar_one())
