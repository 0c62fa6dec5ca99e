"""Canned replies: what may be written, what is filled in, whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    MAX_CANNED_CHARS,
    SAMPLE_CANNED_REPLIES,
    VARIABLES,
    Bureau,
    BureauStore,
    CannedReply,
    CannedReplyForbiddenError,
    CannedReplyFormError,
    CannedReplyNotFoundError,
    CannedReplyStore,
    CannedReplyTakenError,
    Officer,
    Role,
    check_canned,
    fill,
    may_edit_canned,
)
from bot.rights import rights_of
from bot.tables import AuditRow, OfficerRow

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)


def officer(
    role: str, bureau_id: int | None, id_: int = 1, *, is_small: bool = False
) -> Officer:
    """Make somebody of a role, not stored."""
    rights = rights_of(Role(role), is_small_office=is_small)
    return Officer(
        id_,
        role,
        "李敏",
        "0217",
        "市医保局",
        Role(role),
        1,
        True,
        bureau_id=bureau_id,
        rights=rights,
    )


def written(**fields: Any) -> CannedReply:
    """Return a checked reply."""
    given: dict[str, Any] = {"shortcut": "wh", "title": "问好", "text": "您好。"}
    return check_canned(**(given | fields))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("/WH", "wh"), ("ｗｈ", "wh"), (" 问好 ", "问好"), ("、bc", "bc"), ("a-1", "a-1")],
)
def test_a_shortcut_has_one_spelling(typed: str, stored: str) -> None:
    """However the keyboard writes it."""
    assert written(shortcut=typed).shortcut == stored


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("shortcut", "", "请填写快捷词"),
        ("shortcut", "a b", "不要空格"),
        ("shortcut", "a/b", "只能用汉字"),
        ("shortcut", "长" * 17, "最多 16 字，现在是 17 字"),
        ("title", " ", "请填写标题"),
        ("title", "长" * 41, "最多 40 字"),
        ("text", "\u200b", "请填写内容"),
        ("text", "长" * (MAX_CANNED_CHARS + 1), "最多 500 字"),
        ("text", "您好，{姓民}", "没有{姓民}这一项"),
        ("text", "{}", "没有{}这一项"),
    ],
)
def test_what_cannot_be_used_is_named(field: str, value: str, words: str) -> None:
    """One fault, at its field."""
    with pytest.raises(CannedReplyFormError) as caught:
        written(**{field: value})
    assert list(caught.value.faults) == [field]
    assert words in caught.value.faults[field]


def test_an_unknown_variable_is_told_what_there_is() -> None:
    """All of the unknown ones at once."""
    with pytest.raises(CannedReplyFormError) as caught:
        written(text="{市民}和{名字}，{ 电活 }")
    fault = caught.value.faults["text"]
    assert "没有{名字}、{电活}这一项" in fault
    assert all("{" + name + "}" in fault for name in VARIABLES)


def test_variables_are_filled_once() -> None:
    """Full-width braces count, and what is filled in is no template."""
    text = written(text="我是｛姓名｝，工号 { 工号 }。").text
    assert text == "我是{姓名}，工号 {工号}。"
    assert fill(text, {"姓名": "{工号}", "工号": "0217"}) == "我是{工号}，工号 0217。"
    assert fill("{电话} { } {", {}) == "{电话} { } {"


@pytest.mark.parametrize(
    ("role", "bureau", "of", "may"),
    [
        ("agent", 1, 1, False),
        ("agent", 1, None, False),
        ("team_lead", 1, 1, True),
        ("team_lead", 1, 2, False),
        ("team_lead", 1, None, False),
        ("team_lead", None, 2, True),
        ("supervisor", 1, 2, True),
        ("supervisor", None, None, True),
        ("administrator", None, None, False),
        ("editor", None, None, False),
    ],
)
def test_who_may_write_what(
    role: str, bureau: int | None, of: int | None, may: bool
) -> None:
    """Leads their bureau's, supervisors all."""
    assert may_edit_canned(officer(role, bureau), of) is may


def test_the_administrator_of_a_small_office_writes_all() -> None:
    """And serves citizens."""
    boss = officer("administrator", None, is_small=True)
    assert may_edit_canned(boss, None)


def test_the_samples_pass_our_own_check() -> None:
    """Each can be saved as it stands, under a shortcut of its own."""
    shortcuts = [reply.shortcut for reply in SAMPLE_CANNED_REPLIES]
    assert len(shortcuts) == len(set(shortcuts)) >= 10
    for reply in SAMPLE_CANNED_REPLIES:
        again = check_canned(
            shortcut=reply.shortcut, title=reply.title, text=reply.text
        )
        assert again == reply


class Office:
    """Two bureaus, and who works there."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        bureaus = BureauStore(engine, lambda: NOW)
        self.health, self.police = (
            bureaus.save(Bureau(0, name), changed_by=0)
            for name in ("市医保局", "市公安局")
        )
        self.store = CannedReplyStore(engine, lambda: NOW)
        self.boss = self._hire("supervisor", None)
        self.lead = self._hire("team_lead", self.health)
        self.agent = self._hire("agent", self.health)
        self.stranger = self._hire("team_lead", self.police)

    def _hire(self, role: str, bureau_id: int | None) -> Officer:
        with Session(self.engine) as session, session.begin():
            row = OfficerRow(
                login=f"{role}-{bureau_id}",
                name="李敏",
                staff_number="0217",
                department="市医保局",
                role=role,
                bureau_id=bureau_id,
                password_hash="none",
                created_at=NOW,
            )
            session.add(row)
            session.flush()
            return officer(role, bureau_id, row.id)

    def audit(self) -> list[tuple[str, str, str]]:
        """Return what was noted."""
        with Session(self.engine) as session:
            rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
            kept = [(r.action, r.subject, r.detail) for r in rows]
        return [row for row in kept if row[0].startswith("canned")]


@pytest.fixture
def office(engine: Any) -> Office:
    """An office on a real database."""
    return Office(engine)


def test_a_bureau_sees_its_own_and_the_offices(office: Office) -> None:
    """Its own first; another bureau's are not there."""
    store = office.store
    common = store.save(written(), officer=office.boss)
    own = store.save(
        written(shortcut="yb", bureau_id=office.health), officer=office.lead
    )
    foreign = store.save(
        written(shortcut="ga", bureau_id=office.police), officer=office.stranger
    )
    assert [r.id for r in store.list(office.agent)] == [own, common]
    assert {r.id for r in store.list(office.boss)} == {own, common, foreign}
    assert [r.id for r in store.list_usable(office.police)] == [foreign, common]
    assert [r.id for r in store.list_usable(None)] == [common]
    assert store.find(foreign, office.agent) is None
    found = store.find(own, office.agent)
    assert found is not None
    assert (found.bureau_name, found.changed_by, found.changed_at) == (
        "市医保局",
        "李敏",
        NOW,
    )


def test_what_is_switched_off_is_listed_and_not_offered(office: Office) -> None:
    """So that it can be switched on again."""
    off = replace(written(), is_active=False)
    number = office.store.save(off, officer=office.boss)
    assert office.store.list_usable(office.health) == []
    assert [r.is_active for r in office.store.list(office.agent)] == [False]
    office.store.save(replace(written(), id=number), officer=office.boss)
    assert len(office.store.list_usable(office.health)) == 1


def test_a_shortcut_is_used_once_in_a_bureau(office: Office) -> None:
    """And once for the whole office, which no constraint of SQL's guards."""
    store = office.store
    first = store.save(written(), officer=office.boss)
    with pytest.raises(CannedReplyTakenError):
        store.save(written(title="再一条"), officer=office.boss)
    store.save(written(bureau_id=office.health), officer=office.lead)
    with pytest.raises(CannedReplyTakenError):
        store.save(written(bureau_id=office.health), officer=office.lead)
    store.save(replace(written(title="改了"), id=first), officer=office.boss)
    titles = {r.title for r in store.list(office.boss)}
    assert titles == {"改了", "问好"}


def test_nobody_changes_what_is_not_theirs(office: Office) -> None:
    """Neither by writing nor by moving it to another bureau."""
    store = office.store
    common = store.save(written(), officer=office.boss)
    own = store.save(
        written(shortcut="yb", bureau_id=office.health), officer=office.lead
    )
    taken = replace(written(shortcut="yb", bureau_id=office.police), id=own)
    for reply, who, error in (
        (written(shortcut="x"), office.lead, CannedReplyForbiddenError),
        (written(bureau_id=office.health), office.agent, CannedReplyForbiddenError),
        (taken, office.stranger, CannedReplyNotFoundError),
        (
            replace(written(bureau_id=office.health), id=common),
            office.lead,
            CannedReplyForbiddenError,
        ),
        (replace(written(), id=999), office.boss, CannedReplyNotFoundError),
    ):
        with pytest.raises(error):
            store.save(reply, officer=who)
    for number, who, error in (
        (common, office.lead, CannedReplyForbiddenError),
        (own, office.agent, CannedReplyForbiddenError),
        (own, office.stranger, CannedReplyNotFoundError),
        (999, office.boss, CannedReplyNotFoundError),
    ):
        with pytest.raises(error):
            store.delete(number, officer=who)
    assert len(store.list(office.boss)) == 2


def test_the_samples_are_added_where_a_shortcut_is_free(office: Office) -> None:
    """Loaded twice they are there once; what the office wrote stays."""
    store = office.store
    store.save(written(text="我们自己的问候。"), officer=office.boss)
    many = len(SAMPLE_CANNED_REPLIES)
    added = store.add_all(SAMPLE_CANNED_REPLIES, officer=office.boss)
    assert added == many - 1
    assert store.add_all(SAMPLE_CANNED_REPLIES, officer=office.boss) == 0
    known = {r.shortcut: r.text for r in store.list(office.agent)}
    assert len(known) == many
    assert known["wh"] == "我们自己的问候。"
    with pytest.raises(CannedReplyForbiddenError):
        store.add_all(SAMPLE_CANNED_REPLIES, officer=office.lead)


def test_every_change_is_noted(office: Office) -> None:
    """Who, which and what it is called; the text stays out of the trail."""
    store = office.store
    number = store.save(written(), officer=office.boss)
    store.save(replace(written(title="问候"), id=number), officer=office.boss)
    store.delete(number, officer=office.boss)
    subject = f"canned {number}"
    assert office.audit() == [
        ("canned.added", subject, "/wh 问好"),
        ("canned.changed", subject, "/wh 问候"),
        ("canned.deleted", subject, "/wh 问候"),
    ]
