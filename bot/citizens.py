"""The row of a person and of all that is said with them, made when first needed."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from .queries import find_conversation
from .seal import Seal
from .tables import CitizenRow, ConversationRow
from .types import Channel


def open_conversation(
    session: Session, seal: Seal, channel: Channel, sender_id: str, *, at: datetime
) -> ConversationRow:
    """Find a person's conversation, or begin it.

    Two transactions may begin it at once: the later one fails with SQLAlchemy's
    IntegrityError, and finds it when tried again.

    Args:
        session: The caller's transaction.
        seal: Seals the sender's id.
        channel: Where they talk to us.
        sender_id: OpenID or web session id.
        at: Now, aware UTC.
    """
    sender_hash = seal.fingerprint(channel, sender_id)
    found = find_conversation(session, sender_hash)
    if found is not None:
        return found[1]
    citizen = CitizenRow(
        channel=channel,
        sender_hash=sender_hash,
        sender_sealed=seal.seal(sender_id),
        number=f"{secrets.randbelow(10_000):04d}",
        created_at=at,
    )
    session.add(citizen)
    session.flush()
    conversation = ConversationRow(citizen_id=citizen.id, focus={}, updated_at=at)
    session.add(conversation)
    session.flush()
    return conversation
