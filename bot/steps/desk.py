"""A person is called or speaks: the bot holds its tongue."""

from __future__ import annotations

from ..context import Context
from ..turn import Effect, Turn
from ..types import Answer, AnswerStatus, Block, BlockKind, TicketState
from .command import is_about_deleting, is_cancelling
from .phrasing import lead, obeyed, status_text, word


def leave_to_officer(turn: Turn, context: Context) -> Answer | None:
    """Stay silent while a ticket is open; the message is in it already.

    While it still waits, the citizen is told so once. The citizen may call it off,
    and may always ask for deletion.
    """
    if turn.ticket is None or is_about_deleting(turn):
        return None
    if is_cancelling(turn.text, turn.ticket.state):
        turn.effect = Effect.CLOSE_TICKET
        return obeyed(lead(word("ticket_cancelled", context)))
    status = AnswerStatus.SILENT_OFFICER
    if turn.ticket.state is TicketState.WAITING and not turn.has_waiting_notice:
        notice = Block(BlockKind.TEXT, (status_text(status, context),))
        return Answer(status, (notice,))
    # Nothing is said, so nothing is added either.
    turn.notices.clear()
    return Answer(status)
