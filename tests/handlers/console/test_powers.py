"""Which buttons an officer has: what the desk would refuse is not offered."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import RIGHTS, Channel, Officer, Role, Ticket, TicketState
from handlers.console.powers import find_powers

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WAITING = Ticket(
    1, 1, TicketState.WAITING, Channel.WEB, "8213", "", "", "", NOON, NOON, bureau_id=1
)
MINE = replace(WAITING, state=TicketState.CLAIMED, officer_id=7)
THEIRS = replace(MINE, officer_id=8)
RESOLVED = replace(MINE, state=TicketState.RESOLVED)
CLOSED = replace(MINE, state=TicketState.CLOSED)
OFFERED = replace(MINE, offered_to_id=2)
SNOOZED = replace(MINE, snoozed_until=NOON)
NATIVE = replace(MINE, officer_id=None, kf_account="kf@1")


def officer(role: Role = Role.AGENT, bureau_id: int | None = 1) -> Officer:
    """Return number 7."""
    rights = RIGHTS[role]
    return Officer(
        7, "li", "李敏", "1", "", role, 1, True, bureau_id=bureau_id, rights=rights
    )


@pytest.mark.parametrize(
    ("ticket", "who", "powers"),
    [
        (WAITING, officer(), "claim transfer snooze resolve sort"),
        (MINE, officer(), "transfer snooze release resolve sort"),
        (THEIRS, officer(), "sort"),
        (
            THEIRS,
            officer(Role.TEAM_LEAD),
            "transfer snooze release resolve sort assign",
        ),
        (MINE, officer(bureau_id=2), "transfer snooze release resolve"),
        (OFFERED, officer(), "transfer withdraw snooze release resolve sort"),
        (replace(OFFERED, officer_id=8), officer(bureau_id=2), "accept"),
        (SNOOZED, officer(), "transfer wake release resolve sort"),
        (RESOLVED, officer(), "reopen"),
        (RESOLVED, officer(bureau_id=2), ""),
        (CLOSED, officer(Role.TEAM_LEAD), ""),
        (NATIVE, officer(Role.TEAM_LEAD), "resolve sort"),
    ],
)
def test_what_may_be_done(ticket: Ticket, who: Officer, powers: str) -> None:
    """By holder, bureau, right and state."""
    found: dict[str, Any] = asdict(find_powers(ticket, who, has_others=True))
    may = {name.removeprefix("may_") for name, value in found.items() if value}
    assert may == set(powers.split())


def test_with_one_bureau_there_is_nobody_to_pass_it_to() -> None:
    """The button would lead to an empty list."""
    assert not find_powers(MINE, officer(), has_others=False).may_transfer
