"""What a channel sends back for one message. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .replies import get_reply
from .types import Answer, AnswerStatus, Block, BlockKind


@dataclass(frozen=True, slots=True)
class Reply:
    """What the channel sends back."""

    #: Byte for byte the same for every resend; empty = nothing (yet).
    body: str

    #: None while another is still composing, and for stored silence.
    status: AnswerStatus | None
    is_repeat: bool

    #: The message as the inbox knows it; None if it was not written down.
    inbox_id: int | None = None

    #: Not answered on this connection: it comes by the outbox, a link, or with the
    #: citizen's next message.
    is_promised: bool = False


def apologise(hotline: str) -> Answer:
    """Return the answer to a message that could not be answered: never silence."""
    status = AnswerStatus.ERROR_UNEXPECTED
    text = get_reply(status).text.format(hotline=hotline)
    return Answer(status, (Block(BlockKind.LEAD, (text,)),))
