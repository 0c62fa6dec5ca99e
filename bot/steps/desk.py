"""A person is called or speaks: the bot holds its tongue."""

from __future__ import annotations

from ..context import Context
from ..rating import ask_for_rating
from ..standing import tell_standing
from ..turn import Effect, Turn
from ..types import Answer, AnswerStatus, Block, BlockKind, TicketState
from .command import (
    is_about_deleting,
    is_asking_when,
    is_cancelling,
    is_leaving_message,
    is_unsolved,
)
from .handover import how_it_arrives, leave_message
from .phrasing import lead, obeyed, say, status_text, word


def leave_to_officer(turn: Turn, context: Context) -> Answer | None:
    """Stay silent while a ticket is open; the message is in it already.

    While it still waits, the citizen is told so once, and again how it stands when
    asked. The citizen may call it off, may leave it as a message, and may always ask
    for deletion.
    """
    if turn.ticket is None or is_about_deleting(turn):
        return None
    if is_cancelling(turn.text, turn.ticket.state):
        turn.effect = Effect.CLOSE_TICKET
        said = [lead(word("ticket_cancelled", context))]
        if turn.ticket.is_held and (lines := ask_for_rating(turn.ticket)):
            said.append(Block(BlockKind.TEXT, lines))
        return obeyed(*said)
    is_waiting = turn.ticket.state is TicketState.WAITING
    if is_waiting and is_leaving_message(turn.text):
        return leave_message(turn, context)
    if is_waiting and is_asking_when(turn.text):
        return _tell_place(turn, context)
    status = AnswerStatus.SILENT_OFFICER
    if is_waiting and not turn.has_waiting_notice:
        notice = Block(BlockKind.TEXT, (status_text(status, context),))
        return Answer(status, (notice,))
    # Nothing is said, so nothing is added either.
    turn.notices.clear()
    return Answer(status)


def _tell_place(turn: Turn, context: Context) -> Answer | None:
    standing = turn.find_standing()
    if turn.ticket is None or standing is None:
        return None
    first, *more = tell_standing(
        turn.ticket,
        standing,
        context.now,
        hours=context.settings.hours,
        leave=how_it_arrives(turn, context),
    )
    return obeyed(lead(first), *map(say, more))


def reopen(turn: Turn, context: Context) -> Answer | None:
    """Give a resolved hand-over back to the officers if it is not solved."""
    if turn.resolved is None or not is_unsolved(turn.text):
        return None
    turn.effect = Effect.REOPEN_TICKET
    return obeyed(lead(word("reopened", context)), say(word("add_more", context)))
