"""Who may do what, and that the database agrees with the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from bot import (
    POWERFUL,
    RIGHTS,
    Bureau,
    BureauStore,
    Channel,
    Officer,
    Right,
    Role,
    Ticket,
    TicketGate,
    TicketState,
    may_see_ticket,
    seen_by,
)
from bot.rights import rights_of
from bot.tables import BureauRow, MessageRow, TicketRow
from tests.fakes import FrozenClock


def somebody(role: Role, *, bureau_id: int | None = None, id_: int = 1) -> Officer:
    """Return an officer of an office whose administrator does not serve."""
    rights = rights_of(role, is_small_office=False)
    return Officer(
        id=id_,
        login="limin",
        name="李敏",
        staff_number="0217",
        department="市医保局",
        role=role,
        session_epoch=1,
        is_active=True,
        bureau_id=bureau_id,
        rights=rights,
    )


def test_power_is_divided() -> None:
    """Who makes accounts reads no chats; who checks them does nothing else."""
    assert RIGHTS[Role.ADMINISTRATOR] == {Right.MANAGE}
    assert RIGHTS[Role.AUDITOR] == {Right.AUDIT}
    for right in (Right.MANAGE, Right.AUDIT):
        assert [role for role in Role if right in RIGHTS[role]] == (
            [Role.ADMINISTRATOR] if right is Right.MANAGE else [Role.AUDITOR]
        )


def test_editors_and_reviewers_are_different_people() -> None:
    """Nobody lets out what they wrote themselves."""
    assert not RIGHTS[Role.EDITOR] & RIGHTS[Role.REVIEWER]


def test_every_role_has_rights_and_words() -> None:
    """A role without them would be an account that opens nothing."""
    assert set(RIGHTS) == set(Role)
    assert len(Role) == 7
    for role in Role:
        assert RIGHTS[role]
        assert role.label
        assert role.duty.endswith("。")
    assert set(Role) >= POWERFUL


def test_a_small_office_has_one_person_for_all_but_the_audit() -> None:
    """Nobody checks themselves; the other roles stay what they are."""
    alone = rights_of(Role.ADMINISTRATOR, is_small_office=True)
    assert set(Right) - alone == {Right.AUDIT}
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert rights_of(role, is_small_office=True) == RIGHTS[role]


@pytest.fixture
def tickets(engine: Engine, clock: FrozenClock, make_citizen: Any) -> list[int]:
    """Every kind of ticket: three bureaus, offered or not, confidential or not."""
    bureaus = BureauStore(engine, clock)
    for name in ("市医保局", "市公安局", "市民政局"):
        bureaus.save(Bureau(0, name), changed_by=1)
    ids = []
    kinds = product((None, *_ids(engine)), (None, *_ids(engine)), (False, True))
    for bureau, offered, is_confidential in kinds:
        make_citizen().say("转人工")
        with Session(engine) as session, session.begin():
            row = session.scalars(
                select(TicketRow).order_by(TicketRow.id.desc())
            ).first()
            assert row is not None
            row.bureau_id, row.offered_to_id = bureau, offered
            row.is_confidential = is_confidential
            ids.append(row.id)
    return ids


def _ids(engine: Engine) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(select(BureauRow.id).order_by(BureauRow.id)))[:2]


def test_the_database_follows_the_rule(
    engine: Engine, tickets: list[int], make_officer_row: Callable[[], int]
) -> None:
    """For every role, bureau and ticket ``seen_by`` says what the rule says."""
    gate, holder = TicketGate(engine), make_officer_row()
    with Session(engine) as session, session.begin():
        session.execute(
            update(TicketRow)
            .where(TicketRow.id.in_(tickets[::3]))
            .values(officer_id=holder)
        )
    chief = replace(somebody(Role.SUPERVISOR), id=999)
    whole = [gate.find_ticket(id_, chief) for id_ in tickets]
    assert None not in whole
    compared = 0
    for role, bureau in product(Role, (None, *_ids(engine))):
        for id_ in (holder, holder + 1):
            officer = somebody(role, bureau_id=bureau, id_=id_)
            with Session(engine) as session:
                listed = set(
                    session.scalars(select(TicketRow.id).where(seen_by(officer)))
                )
            expected = {t.id for t in whole if t and may_see_ticket(officer, t)}
            assert listed == expected, (role, bureau)
            opened = {i for i in tickets if gate.find_ticket(i, officer) is not None}
            assert opened == expected
            compared += len(tickets)
    assert compared == 7 * 3 * 2 * 18
    with Session(engine) as session:
        assert not session.scalars(select(TicketRow.id).where(seen_by(None))).all()


@pytest.fixture
def make_officer_row(make_officer: Callable[[str], int]) -> Callable[[], int]:
    """Make the row that tickets can point at."""
    return lambda: make_officer("holder")


@pytest.mark.parametrize(
    ("role", "bureau", "is_confidential", "sees"),
    [
        (Role.AGENT, 7, False, True),
        (Role.AGENT, 7, True, False),
        (Role.AGENT, 8, False, False),
        (Role.AGENT, None, False, True),
        (Role.AGENT, None, True, False),
        (Role.TEAM_LEAD, 7, True, True),
        (Role.TEAM_LEAD, 8, True, False),
        (Role.SUPERVISOR, 8, True, True),
        (Role.ADMINISTRATOR, None, False, False),
        (Role.AUDITOR, None, False, False),
        (Role.EDITOR, 7, False, False),
        (Role.REVIEWER, 7, False, False),
    ],
)
def test_who_sees_a_ticket_of_bureau_7(
    role: Role,
    bureau: int | None,
    is_confidential: bool,
    sees: bool,
    clock: FrozenClock,
) -> None:
    """An agent that of the bureau, a lead the confidential ones too."""
    at = clock()
    known = Ticket(
        id=1,
        conversation_id=1,
        state=TicketState.WAITING,
        channel=Channel.WEB,
        citizen_number="8213",
        reason="",
        preview="",
        department="",
        created_at=at,
        changed_at=at,
        bureau_id=7,
        is_confidential=is_confidential,
    )
    assert may_see_ticket(somebody(role, bureau_id=bureau), known) is sees


def test_what_was_said_in_confidence_needs_that_very_ticket(
    engine: Engine, make_citizen: Any, clock: FrozenClock
) -> None:
    """A later ticket of the same citizen does not open the earlier one's files."""
    store = BureauStore(engine, clock)
    bureau = store.save(Bureau(0, "市医保局"), changed_by=1)
    citizen = make_citizen()
    citizen.say("转人工")
    with Session(engine) as session, session.begin():
        first = session.scalars(select(TicketRow)).one()
        first.bureau_id, first.is_confidential, first.state = bureau, True, "closed"
        line = session.scalars(select(MessageRow).order_by(MessageRow.id)).first()
        assert line is not None
        line.ticket_id = first.id
        secret, conversation = line.id, first.conversation_id
    citizen.say("转人工")
    with Session(engine) as session, session.begin():
        second = session.scalars(
            select(TicketRow).order_by(TicketRow.id.desc())
        ).first()
        assert second is not None
        assert second.conversation_id == conversation
        second.bureau_id = bureau
        newest = session.scalars(select(MessageRow).order_by(MessageRow.id.desc()))
        plain = newest.first()
        assert plain is not None
        plain_id = plain.id
    gate = TicketGate(engine)
    agent = somebody(Role.AGENT, bureau_id=bureau, id_=50)
    lead = somebody(Role.TEAM_LEAD, bureau_id=bureau, id_=51)
    other = somebody(Role.TEAM_LEAD, bureau_id=bureau + 1, id_=52)
    assert gate.may_see_message(plain_id, agent)
    assert not gate.may_see_message(secret, agent)
    assert gate.may_see_message(secret, lead)
    assert not gate.may_see_message(plain_id, other)
    assert not gate.may_see_message(9999, lead)
