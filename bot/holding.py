"""Who holds a ticket: claiming, returning, assigning, passing to another bureau."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from .acting import MAX_WORD_CHARS, Act, Acting, check_words
from .errors import (
    AlreadyClaimedError,
    ForeignTicketError,
    IllegalMoveError,
    TicketFieldError,
)
from .handoff import hand_to, move
from .listing import may_serve, queue_order
from .officer_rows import find_officer
from .records import officer_title
from .replies import get_wording
from .rights import Right, may_see_ticket
from .tables import BureauRow, OfficerRow, TicketRow
from .types import Ticket, TicketState
from .visibility import seen_by
from .waiting import is_queued


class Holding(Acting):
    """Hands tickets to officers and bureaus."""

    def claim(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Take a waiting ticket; taking one's own again changes nothing.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            AlreadyClaimedError: If another officer holds it.
            ForeignTicketError: If it belongs to another bureau.
            IllegalMoveError: If it is over.
        """
        with self._act(ticket_id, officer_id) as act:
            if act.ticket.is_held_by(officer_id):
                return act.ticket
            if act.ticket.is_held:
                raise AlreadyClaimedError(ticket_id, act.ticket.officer_name)
            return _claim(act)

    def claim_next(self, *, officer_id: int) -> Ticket | None:
        """Take who is most urgent, then due first, of one's own bureau.

        Returns:
            None if nobody waits.
        """
        with self._write() as (session, events):
            officer = find_officer(session, officer_id)
            if officer is None or not officer.may(Right.SERVE):
                return None
            statement = (
                select(TicketRow.id)
                .where(is_queued(self._clock()), seen_by(officer))
                .order_by(*queue_order())
                .limit(1)
            )
            if officer.bureau_id is not None:
                statement = statement.where(TicketRow.bureau_id == officer.bureau_id)
            while (id_ := session.execute(statement).scalar_one_or_none()) is not None:
                act = self._begin(session, events, id_, officer_id)
                # A colleague may have been faster while we waited for the lock.
                if act.ticket.state is TicketState.WAITING:
                    return _claim(act)
        return None

    def release(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Put a ticket back into its bureau's queue; its clocks go on.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it, and one does not lead the bureau.
            ForeignTicketError: If it belongs to another bureau.
            IllegalMoveError: If nobody holds it.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            if not act.ticket.is_held:  # what is resolved is reopened, with new clocks
                to = TicketState.WAITING
                raise IllegalMoveError(ticket_id, act.ticket.state, to)
            waiting = move(act.ticket, TicketState.WAITING, officer_id=None, at=act.at)
            act.store(waiting, "released", previous=act.ticket.officer_id)
            return act.ticket

    def assign(self, ticket_id: int, to_officer_id: int, *, officer_id: int) -> Ticket:
        """Give a ticket to an officer of its bureau, whoever holds it; for leads.

        Given to oneself it is taken over.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If one does not lead the ticket's bureau.
            TicketFieldError: If that officer cannot serve it.
            IllegalMoveError: If it is over, or WeChat's own agents have it.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            if not act.officer.may(Right.LEAD):
                raise ForeignTicketError(ticket_id, officer_id)
            if act.ticket.is_held_by(to_officer_id):
                return act.ticket
            to = find_officer(act.session, to_officer_id)
            is_fit = to is not None and to.is_active
            if to is None or not (is_fit and may_serve(to, act.ticket.bureau_id)):
                raise TicketFieldError("officer", "这位同事不能接待这个部门的会话。")
            previous = act.ticket.officer_id
            held = hand_to(act.ticket, to_officer_id, at=act.at)
            act.store(held, "assigned", previous=previous)
            act.tell(_introduce(act), is_pushed=False)
            return act.ticket

    def offer_transfer(
        self, ticket_id: int, bureau_id: int, *, officer_id: int, word: str
    ) -> Ticket:
        """Offer a ticket to another bureau; until it accepts, nothing changes hands.

        Offered again, the new offer replaces the old one.

        Args:
            ticket_id: An open ticket.
            bureau_id: Who shall take it.
            officer_id: Its holder, who leads, or while it waits anybody of the bureau.
            word: Why, for the other bureau.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it.
            ForeignTicketError: If it belongs to another bureau.
            TicketFieldError: If the word or the bureau cannot be used.
        """
        word = check_words("word", word, at_most=MAX_WORD_CHARS)
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            bureau = act.session.get(BureauRow, bureau_id)
            if bureau is None or not bureau.is_active:
                raise TicketFieldError("bureau", "没有这个部门。")
            if bureau_id == act.ticket.bureau_id:
                raise TicketFieldError("bureau", "会话已经在这个部门。")
            if not act.ticket.is_open or act.ticket.kf_account:
                raise TicketFieldError("bureau", "这个会话不能转办。")
            offered = replace(act.ticket, offered_to_id=bureau_id)
            act.store(offered, "transfer_offered", to=bureau_id, word=word)
            return act.ticket

    def accept_transfer(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Take over what was offered to one's bureau; the citizen is told once.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it was not offered to the officer's bureau.
            TicketFieldError: If it is not offered any more.
        """
        with self._act(ticket_id, officer_id) as act:
            _check_offered(act)
            first = act.ticket.bureau_id
            taken = replace(
                hand_to(act.ticket, officer_id, at=act.at),
                bureau_id=act.ticket.offered_to_id,
                offered_to_id=None,
                snoozed_until=None,
            )
            act.store(taken, "transfer_accepted", previous=first)
            act.mark_read()
            text = get_wording(
                "desk_transferred",
                bureau=act.ticket.bureau_name,
                officer=act.ticket.officer_name,
            )
            act.tell(text, is_pushed=True)
            return act.ticket

    def refuse_transfer(self, ticket_id: int, *, officer_id: int, word: str) -> Ticket:
        """Refuse what was offered to one's bureau; the first one just keeps it.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it was not offered to the officer's bureau.
            TicketFieldError: If the word is missing, or it is not offered any more.
        """
        word = check_words("word", word, at_most=MAX_WORD_CHARS)
        with self._act(ticket_id, officer_id) as act:
            _check_offered(act)
            by = act.ticket.offered_to_id
            kept = replace(act.ticket, offered_to_id=None)
            act.store(kept, "transfer_refused", by=by, word=word)
            return act.ticket

    def withdraw_transfer(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Take an offer back; without one nothing changes.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it.
            ForeignTicketError: If it belongs to another bureau.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            if act.ticket.offered_to_id is not None:
                act.store(replace(act.ticket, offered_to_id=None), "transfer_withdrawn")
            return act.ticket


def _claim(act: Act) -> Ticket:
    act.check_bureau()
    held = move(act.ticket, TicketState.CLAIMED, officer_id=act.officer.id, at=act.at)
    act.store(replace(held, snoozed_until=None), "claimed")
    act.mark_read()
    # Not pushed on WeChat, where each line counts against five a message.
    act.tell(_introduce(act), is_pushed=False)
    return replace(act.ticket, unread=0)


def _introduce(act: Act) -> str:
    assert act.ticket.officer_id is not None
    officer = act.session.get_one(OfficerRow, act.ticket.officer_id)
    return get_wording("desk_claimed", officer=officer_title(officer))


def _check_offered(act: Act) -> None:
    """Refuse who does not work for the bureau that a ticket was offered to.

    Raises:
        ForeignTicketError: So it is.
        TicketFieldError: If it is offered to nobody.
    """
    if not act.ticket.is_open or act.ticket.offered_to_id is None:
        raise TicketFieldError("transfer", "这个会话没有等着接收的转办。")
    is_theirs = may_serve(act.officer, act.ticket.offered_to_id)
    if not (is_theirs and may_see_ticket(act.officer, act.ticket)):
        raise ForeignTicketError(act.ticket.id, act.officer.id)
