"""What an officer may do with a ticket as it stands: which buttons the page has. Pure.

The desk itself refuses the rest; this only spares people buttons that lead nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot import Officer, Right, Ticket, TicketState


@dataclass(frozen=True, slots=True)
class Powers:
    """The buttons of one ticket for one officer."""

    may_claim: bool = False
    may_transfer: bool = False
    may_withdraw: bool = False
    may_accept: bool = False
    may_snooze: bool = False
    may_wake: bool = False
    may_release: bool = False
    may_resolve: bool = False
    may_reopen: bool = False
    may_sort: bool = False
    may_assign: bool = False


def find_powers(ticket: Ticket, officer: Officer, *, has_others: bool) -> Powers:
    """Say what an officer may do now.

    Args:
        ticket: As it stands.
        officer: Who looks; may see it.
        has_others: Whether there is another bureau to pass it to.
    """
    is_own = _serves(officer, ticket.bureau_id)
    is_mine, leads = ticket.is_held_by(officer.id), officer.may(Right.LEAD)
    # As the desk: what is held listens to its holder and to who leads.
    is_responsible = is_mine or (is_own and (leads or not ticket.is_held))
    is_ours = ticket.is_open and not ticket.kf_account
    is_offered = ticket.is_open and ticket.offered_to_id is not None
    return Powers(
        may_claim=ticket.state is TicketState.WAITING and is_own,
        may_transfer=is_ours and is_responsible and has_others,
        may_withdraw=is_offered and is_responsible,
        may_accept=is_offered and _serves(officer, ticket.offered_to_id),
        may_snooze=is_ours and is_responsible and ticket.snoozed_until is None,
        may_wake=ticket.snoozed_until is not None and is_responsible,
        may_release=is_ours and ticket.is_held and is_responsible,
        may_resolve=ticket.is_open and is_responsible,
        may_reopen=ticket.state is TicketState.RESOLVED and is_own,
        may_sort=is_own and ticket.is_open,
        may_assign=is_ours and is_own and leads,
    )


def _serves(officer: Officer, bureau_id: int | None) -> bool:
    return officer.may(Right.SERVE) and officer.bureau_id in {None, bureau_id}
