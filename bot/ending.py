"""How tickets end and what they are about: resolving, reopening, putting off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from .acting import MAX_REASON_CHARS, Act, Acting, check_words
from .clocks import keep_earliest, set_clocks
from .deadlines import Urgency
from .errors import IllegalMoveError, TicketFieldError
from .events import Event, ticket_event
from .handoff import move
from .listing import OPEN
from .opening import reopen_ticket
from .queries import find_open_ticket
from .rating import ask_for_rating
from .replies import get_wording
from .routing import get_bureau_id
from .tables import TicketEntryRow, TicketRow
from .ticket_rows import (
    find_clock_start,
    forget_warnings,
    lock_ticket,
    store_ticket,
)
from .triage import is_more_urgent
from .types import EntryRelation, Ticket, TicketClock, TicketKind, TicketState

#: What is written down when an officer just ends a chat.
DEFAULT_REASON = "已答复市民"

#: Nobody puts a citizen off for longer.
_MAX_SNOOZE = timedelta(days=90)

_MAX_TITLE_CHARS, _MAX_ENTRY_ID_CHARS = 200, 64


class Ending(Acting):
    """Resolves tickets, and says what they are and when they are looked at again."""

    def resolve(
        self,
        ticket_id: int,
        *,
        officer_id: int,
        reason: str,
        entries: Sequence[tuple[str, str]] = (),
    ) -> Ticket:
        """Note what was done; the bot answers again, and the citizen is told so.

        Args:
            ticket_id: An open ticket.
            officer_id: Its holder or who leads; while it waits, anybody of the bureau.
            reason: What was done, at most 300 characters.
            entries: Id and title of each entry of the knowledge that was used.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it.
            ForeignTicketError: If it belongs to another bureau.
            IllegalMoveError: If it is over already.
            TicketFieldError: If the reason is empty or too long.
        """
        reason = check_words("reason", reason, at_most=MAX_REASON_CHARS)
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            to = TicketState.RESOLVED
            over = move(act.ticket, to, officer_id=act.ticket.officer_id, at=act.at)
            act.store(replace(over, resolution=reason), "resolved", reason=reason)
            for entry_id, title in entries:
                _link(act, entry_id, EntryRelation.USED, title)
            text = get_wording("desk_closed", days=self._close_after_days)
            act.tell("\n".join((text, *ask_for_rating(act.ticket))), is_pushed=True)
            return act.ticket

    def close(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Resolve a ticket without a reason of its own; errors as ``resolve``."""
        return self.resolve(ticket_id, officer_id=officer_id, reason=DEFAULT_REASON)

    def reopen(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Put a resolved ticket back into its bureau's queue, with new clocks.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it belongs to another bureau.
            IllegalMoveError: If it is not resolved, or the citizen has another one.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            other = find_open_ticket(act.session, act.ticket.conversation_id)
            if other is not None:
                to = TicketState.WAITING
                raise IllegalMoveError(ticket_id, act.ticket.state, to)
            act.ticket = reopen_ticket(
                act.session,
                act.ticket,
                self._get_calendar(),
                officer_id=officer_id,
                at=act.at,
            )
            act.note("reopened")
            act.events.append(ticket_event(act.ticket))
            act.tell(get_wording("desk_reopened"), is_pushed=True)
            return act.ticket

    def snooze(self, ticket_id: int, until: datetime, *, officer_id: int) -> Ticket:
        """Put a ticket off; the time or the citizen's next line brings it back.

        Its clocks go on.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it.
            ForeignTicketError: If it belongs to another bureau.
            TicketFieldError: If the time is over, too far off, or the ticket is over.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            if not act.at < until <= act.at + _MAX_SNOOZE:
                raise TicketFieldError("until", "请选以后 90 天内的时间。")
            if not act.ticket.is_open:
                raise TicketFieldError("until", "会话已经结束。")
            later = replace(act.ticket, snoozed_until=until)
            act.store(later, "snoozed", until=until.isoformat())
            return act.ticket

    def wake(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Bring a ticket back that was put off; else nothing changes.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If a colleague holds it.
            ForeignTicketError: If it belongs to another bureau.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_responsible()
            if act.ticket.snoozed_until is not None:
                act.store(replace(act.ticket, snoozed_until=None), "woken")
            return act.ticket

    def set_kind(self, ticket_id: int, kind: TicketKind, *, officer_id: int) -> Ticket:
        """Correct what the citizen wants; errors as ``set_confidential``."""
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            if kind is not act.ticket.kind:
                act.store(replace(act.ticket, kind=kind), "kind", kind=str(kind))
            return act.ticket

    def set_urgency(
        self, ticket_id: int, urgency: Urgency, *, officer_id: int
    ) -> Ticket:
        """Correct how much the matter can wait.

        What is found more urgent counts from now, and no clock is moved back; what is
        found less urgent counts as if it had always been so.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it belongs to another bureau.
            TicketFieldError: If it is over.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            if not act.ticket.is_open:
                raise TicketFieldError("urgency", "会话已经结束。")
            if urgency is act.ticket.urgency:
                return act.ticket
            is_raised = is_more_urgent(urgency, act.ticket.urgency)
            calendar = self._get_calendar()
            changed = replace(act.ticket, urgency=urgency)
            if is_raised:
                changed = set_clocks(changed, act.at, calendar)
                changed = keep_earliest(changed, act.ticket)
            else:
                start = find_clock_start(act.session, act.ticket)
                changed = set_clocks(changed, start, calendar)
                forget_warnings(act.session, ticket_id, TicketClock)
            action = "raised" if is_raised else "lowered"
            act.store(changed, action, urgency=str(urgency))
            return act.ticket

    def set_confidential(
        self, ticket_id: int, is_confidential: bool, *, officer_id: int
    ) -> Ticket:
        """Keep a ticket to its holder and who leads, or open it to the bureau.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it belongs to another bureau.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            if is_confidential is not act.ticket.is_confidential:
                changed = replace(act.ticket, is_confidential=is_confidential)
                act.store(changed, "confidential", is_confidential=is_confidential)
            return act.ticket

    def link_entry(
        self,
        ticket_id: int,
        entry_id: str,
        relation: EntryRelation,
        *,
        title: str,
        officer_id: int,
    ) -> None:
        """Note that an entry was used or is at fault; noted twice it is one.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            ForeignTicketError: If it belongs to another bureau.
        """
        with self._act(ticket_id, officer_id) as act:
            act.check_bureau()
            _link(act, entry_id, relation, title)

    def tend(self) -> int:
        """Do what time brings: wake, close what stayed resolved, adopt strays.

        Safe to call from several processes; each ticket is a transaction.

        Returns:
            How many tickets it changed.
        """
        now = self._clock()
        over = now - timedelta(days=self._close_after_days)
        duties: tuple[tuple[ColumnElement[bool], _Duty], ...] = (
            (TicketRow.snoozed_until <= now, _wake),
            (
                and_(
                    TicketRow.state == TicketState.RESOLVED,
                    TicketRow.resolved_at <= over,
                ),
                _close,
            ),
            (
                and_(
                    TicketRow.state.in_(OPEN),
                    or_(
                        TicketRow.bureau_id.is_(None), TicketRow.due_answer_at.is_(None)
                    ),
                ),
                self._adopt,
            ),
        )
        return sum(self._do(condition, duty, now) for condition, duty in duties)

    def _do(self, condition: ColumnElement[bool], duty: _Duty, now: datetime) -> int:
        with self._tx.read() as session:
            ids = session.scalars(select(TicketRow.id).where(condition)).all()
        done = 0
        for id_ in ids:
            with self._write() as (session, events):
                ticket = lock_ticket(session, id_)
                still = select(TicketRow.id).where(TicketRow.id == id_, condition)
                if session.scalar(still) is not None:
                    events += duty(session, ticket, now)
                    done += 1
        return done

    def _adopt(self, session: Session, ticket: Ticket, now: datetime) -> list[Event]:
        """Give a ticket that is older than bureaus and clocks its own."""
        text = f"{ticket.preview}\n{ticket.reason}"
        bureau_id = get_bureau_id(session, ticket.department, "", text)
        adopted = replace(ticket, bureau_id=ticket.bureau_id or bureau_id)
        adopted = set_clocks(adopted, ticket.created_at, self._get_calendar())
        return _store(session, adopted, "adopted", now)


#: What is done to a ticket when its time has come; returns live events.
_Duty = Callable[[Session, Ticket, datetime], list[Event]]


def _wake(session: Session, ticket: Ticket, now: datetime) -> list[Event]:
    return _store(session, replace(ticket, snoozed_until=None), "woken", now)


def _close(session: Session, ticket: Ticket, now: datetime) -> list[Event]:
    over = move(ticket, TicketState.CLOSED, officer_id=ticket.officer_id, at=now)
    # Nobody has come in: what the bot said meanwhile still goes out.
    over = replace(over, changed_at=ticket.changed_at)
    return _store(session, over, "closed", now)


def _store(session: Session, ticket: Ticket, action: str, now: datetime) -> list[Event]:
    stored = store_ticket(session, ticket, action, officer_id=None, at=now)
    return [ticket_event(stored)]


def _link(act: Act, entry_id: str, relation: EntryRelation, title: str) -> None:
    entry_id = entry_id.strip()[:_MAX_ENTRY_ID_CHARS]
    known = select(TicketEntryRow.id).where(
        TicketEntryRow.ticket_id == act.ticket.id,
        TicketEntryRow.entry_id == entry_id,
        TicketEntryRow.relation == relation,
    )
    if not entry_id or act.session.scalar(known) is not None:
        return
    act.session.add(
        TicketEntryRow(
            ticket_id=act.ticket.id,
            entry_id=entry_id,
            title=title.strip()[:_MAX_TITLE_CHARS],
            relation=relation,
            at=act.at,
            officer_id=act.officer.id,
        )
    )
    act.store(act.ticket, "entry", entry_id=entry_id, relation=str(relation))
