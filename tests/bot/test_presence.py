"""Who is at the desk, on every database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Channel, Presence, PresenceStore
from bot.tables import AuditRow, OfficerRow


def change(engine, officer_id, **values):
    """Change an officer's row."""
    with Session(engine) as session, session.begin():
        row = session.get_one(OfficerRow, officer_id)
        for name, value in values.items():
            setattr(row, name, value)


def test_what_is_said_is_kept_and_audited_once(engine, clock, make_officer):
    """Saying it again is no news."""
    li = make_officer("李敏")
    store = PresenceStore(engine, clock)
    assert store.get(li) is Presence.ONLINE
    for _ in range(2):
        store.set(li, Presence.BUSY)
    assert store.get(li) is Presence.BUSY
    store.set(999, Presence.AWAY)  # nobody
    assert store.get(999) is Presence.ONLINE
    with Session(engine) as session:
        actions = select(AuditRow.action).where(AuditRow.action.like("presence%"))
        assert session.scalars(actions).all() == ["presence.busy"]


def test_every_state_says_what_it_brings():
    """A menu without words would be a guess."""
    for presence in Presence:
        assert presence.label
        assert presence.effect.endswith("。")


def test_colleagues_who_are_there_and_free_come_first(
    engine, clock, make_bureau, make_officer, make_citizen, desk
):
    """Away, long unseen, or never seen is not there; strangers are not listed."""
    health = make_bureau("医保局", topics=["医保"], is_default=True)
    other = make_bureau("民政局")
    li = make_officer("李敏", bureau_id=health)
    lead = make_officer("赵刚", role="team_lead", bureau_id=health)
    stranger = make_officer("王芳", bureau_id=other)
    editor = make_officer("周编", role="editor", bureau_id=health)
    store = PresenceStore(engine, clock)
    make_citizen(Channel.WEB).say("我要投诉医保窗口态度差")
    desk.claim_next(officer_id=li)
    for each in (li, lead, stranger):
        store.stamp(each)

    def listed():
        found = store.list_colleagues(health)
        return [(c.id, c.is_here, c.held) for c in found]

    assert listed() == [(lead, True, 0), (li, True, 1)]
    assert {stranger, editor}.isdisjoint({id_ for id_, _, _ in listed()})
    store.set(lead, Presence.BUSY)
    assert listed()[0] == (li, True, 1)
    store.set(li, Presence.AWAY)
    assert listed() == [(lead, True, 0), (li, False, 1)]
    clock.move(minutes=10)
    assert not any(is_here for _, is_here, _ in listed())
    change(engine, li, is_active=False)
    assert li not in {id_ for id_, _, _ in listed()}
