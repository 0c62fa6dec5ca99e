"""Subscription notices when an officer's answer cannot be pushed, end to end."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Channel, NoticeStore, Priority
from bot.tables import MessageRow, NoticeRow, OutboxRow, SubscriptionRow
from handlers.assembly import assemble
from handlers.config import Settings, WeChatSettings
from handlers.notifying import make_notify, render_fields
from handlers.settings_menu import NoticeSettings, NoticesSettings
from handlers.worker import make_courier
from tests.chats import Chat
from tests.wechat_simulator import Account, FakeApi, serve

TPL = "TPL1"
FIELDS = {"thing1": "{question}", "time2": "{time}", "phrase3": "已答复"}
NOON = datetime(2026, 11, 20, 4, 5, tzinfo=UTC)


@pytest.fixture
def engine(sqlite_engine):
    """SQLite alone: the store's own tests run on PostgreSQL too."""
    return sqlite_engine


@pytest.fixture
def api(clock):
    """WeChat's API, at the same moment as we."""
    fake = FakeApi(Account(), clock=lambda: clock().timestamp())
    with serve(fake.app) as url:
        fake.url = url
        yield fake


@pytest.fixture
def make_parts(engine, clock, api, outbox, seal):
    """Wire the service as the worker does, over the test's own database."""
    opened = []

    def make(*, template_id=TPL, is_long_term=False, page="", fields=FIELDS, **more):
        answered = NoticeSettings(
            template_id=template_id, is_long_term=is_long_term, fields=fields, page=page
        )
        values = {
            "app_id": api.account.app_id,
            "secret": api.account.secret,
            "api_base": api.url,
            "notices": NoticesSettings(answered=answered),
        }
        wechat = WeChatSettings(**{**values, **more})
        parts = assemble(Settings(wechat=wechat, secret_key="k" * 40), clock=clock)
        parts.__dict__.update(
            engine=engine, outbox=outbox, notices=NoticeStore(engine, seal, clock)
        )
        opened.append(parts)
        return parts

    yield make
    for parts in opened:
        if parts.wechat_client is not None:
            parts.wechat_client.close()


@pytest.fixture
def chat(engine, clock, make_citizen, api):
    """A citizen who wrote three days ago: WeChat's window is closed."""
    chat = Chat(engine, clock, make_citizen(Channel.WECHAT))
    chat.write()
    api.open_window(chat.citizen.sender)
    clock.move(hours=72)
    return chat


@pytest.fixture
def consent(api, chat, engine, clock, seal):
    """Let the citizen agree, at WeChat and in our books."""

    def consent(*, ours=1, theirs=1, is_long_term=False):
        me = api.world.citizen(chat.citizen.sender)
        me.consents[TPL] = None if is_long_term else theirs
        store = NoticeStore(engine, seal, clock)
        for n in range(ours):
            key = f"event-{n}"
            store.accept(chat.citizen.sender, TPL, key, is_long_term=is_long_term)

    return consent


def notices_of(api, chat):
    """What the citizen's phone shows of notices."""
    transcript = api.world.citizen(chat.citizen.sender).transcript
    return [line.more for line in transcript if line.kind == "notice"]


def books(engine):
    """Consents left, and what became of each notice."""
    with Session(engine) as session:
        left = session.scalars(select(SubscriptionRow.remaining)).one_or_none()
        rows = session.scalars(select(NoticeRow).order_by(NoticeRow.id))
        return left, [(row.state, row.error) for row in rows]


def bizsends(api):
    return [c for c in api.world.wire.calls if c.path.endswith("/bizsend")]


def test_citizen_hears_that_an_answer_waits(make_parts, api, chat, consent, engine):
    """And gets the answer with the next message."""
    consent()
    chat.queue("请带身份证来", Priority.PERSON)
    courier = make_courier(make_parts(page="https://wz.example.gov.cn/chat"))
    courier.deliver()
    assert chat.states() == ["parked"]
    (notice,) = notices_of(api, chat)
    assert notice["template"] == TPL
    assert notice["page"] == "https://wz.example.gov.cn/chat"
    assert notice["values"] == {
        "thing1": "您咨询的事项",
        "time2": "2026年11月23日 10:00",
        "phrase3": "已答复",
    }
    assert books(engine) == (0, [("sent", "")])
    api.open_window(chat.citizen.sender)
    chat.write()
    courier.deliver()
    assert [text for _, text in api.sent] == ["【工作人员】请带身份证来"]


def test_one_consent_is_one_notice(make_parts, api, chat, consent):
    """The second line finds none left; nothing is asked of WeChat in vain."""
    consent()
    chat.queue("一", Priority.PERSON)
    courier = make_courier(make_parts())
    courier.deliver()
    chat.queue("二", Priority.PERSON)
    courier.deliver()
    assert len(notices_of(api, chat)) == len(bizsends(api)) == 1


def test_long_term_consent_brings_one_notice_for_all_that_waits(
    make_parts, api, chat, consent
):
    """Three parked lines are one notice; after the citizen came, the next one more."""
    consent(is_long_term=True)
    courier = make_courier(make_parts(is_long_term=True))
    for text in ("一", "二", "三"):
        chat.queue(text, Priority.PERSON)
        courier.deliver()
    assert len(notices_of(api, chat)) == 1
    chat.write()
    api.open_window(chat.citizen.sender)
    for _ in range(3):
        courier.deliver()
    assert chat.states() == ["sent"] * 3
    chat.clock.move(hours=72)
    chat.queue("四", Priority.PERSON)
    courier.deliver()
    assert len(notices_of(api, chat)) == 2


def test_nobody_is_told_without_consent(make_parts, api, chat, engine):
    """No call, no row."""
    chat.queue("一", Priority.PERSON)
    make_courier(make_parts()).deliver()
    assert chat.states() == ["parked"]
    assert bizsends(api) == []
    assert books(engine) == (None, [])


def test_answers_of_the_bot_bring_no_notice(make_parts, api, chat, consent):
    """Only a person's: the consent is for 工作人员已答复."""
    consent()
    chat.queue("机器人的话")
    make_courier(make_parts()).deliver()
    assert chat.states() == ["parked"]
    assert notices_of(api, chat) == []


@pytest.mark.parametrize(
    ("changes", "env"), [({"template_id": ""}, 1), ({"secret": ""}, 1)]
)
def test_off_without_template_or_account(make_parts, api, chat, consent, changes, env):
    """The shipped settings send none."""
    consent()
    chat.queue("一", Priority.PERSON)
    make_courier(make_parts(**changes)).deliver()
    assert bizsends(api) == []


def test_refusal_at_wechat_is_believed(make_parts, chat, consent, engine):
    """43101: the citizen took it back where we do not hear of it."""
    consent(ours=3, theirs=0)
    chat.queue("一", Priority.PERSON)
    make_courier(make_parts()).deliver()
    left, rows = books(engine)
    assert left == 0
    assert rows[0][0] == "failed"
    assert "43101" in rows[0][1]


@pytest.mark.parametrize("code", [40037, 47003, 48001, 40164, 45009])
def test_consent_that_was_not_used_is_kept(
    make_parts, api, chat, consent, engine, code
):
    """WeChat said no for another reason; it is written down, and nothing is raised."""
    consent()
    api.faults.path = "/cgi-bin/message/subscribe/bizsend"
    api.faults.send_code = code
    chat.queue("一", Priority.PERSON)
    make_courier(make_parts()).deliver()
    assert chat.states() == ["parked"]
    left, rows = books(engine)
    assert left == 1
    assert str(code) in rows[0][1]


def test_unknown_outcome_uses_the_consent_up(make_parts, api, chat, consent, engine):
    """Perhaps it arrived: a notice too few is better than one too many."""
    consent()
    api.faults.path = "/cgi-bin/message/subscribe/bizsend"
    api.faults.garbage = 1
    chat.queue("一", Priority.PERSON)
    make_courier(make_parts()).deliver()
    left, rows = books(engine)
    assert (left, rows[0][0]) == (0, "failed")


def test_trouble_never_reaches_the_courier(
    make_parts, chat, consent, outbox, engine, caplog
):
    """Whatever the database says: the courier goes on, and the log says so."""
    consent(ours=2)
    outbox_id = chat.queue("一", Priority.PERSON)
    (delivery,) = outbox.take_due()
    notify = make_notify(make_parts())
    notify(replace(delivery, conversation_id=10**6))
    assert f"outbox {outbox_id}: no notice, NoResultFound" in caplog.text
    NoticeRow.__table__.drop(engine)  # it cannot be written down
    notify(delivery)
    assert f"outbox {outbox_id}: no notice, StoreUnavailableError" in caplog.text


def test_nothing_of_the_citizen_is_logged(make_parts, api, chat, consent, caplog):
    """Neither who, nor what they asked, whatever happens."""
    caplog.set_level(logging.DEBUG)
    consent(ours=2)
    with Session(chat.engine) as session, session.begin():
        session.execute(MessageRow.__table__.update().values(text="我的秘密"))
    courier = make_courier(make_parts())
    chat.queue("秘密的答复", Priority.PERSON)
    courier.deliver()
    api.faults.path, api.faults.send_code = None, 47003
    with Session(chat.engine) as session, session.begin():
        session.execute(OutboxRow.__table__.update().values(state="sent"))
    chat.queue("再答复", Priority.PERSON)
    courier.deliver()
    assert "notice sent" in caplog.text
    assert "WeChat code 47003" in caplog.text
    for word in (chat.citizen.sender, "秘密", api.tokens.stable, "access_token"):
        assert word not in caplog.text


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("thing1", "{question}", "居住证到期了怎么续签，要带什么材料去哪…"),
        ("thing2", "{office}答复了", "云泽市政务服务中心答复了"),
        ("time3", "{time}", "2026年11月20日 12:05"),
        ("phrase4", "已经答复您了", "已经答复您"),
        ("name5", "云泽市政务服务中心大厅一楼", "云泽市政务服务中心大"),
        ("character_string6", "A" * 40, "A" * 32),
        ("const7", "{question}", "居住证到期了怎么续签，要带什么材料去哪里办？"),
        ("thing8", "a\n  b", "a b"),
    ],
)
def test_fields_are_filled_in_and_fit(name, text, wanted):
    """WeChat refuses the whole notice when one field is too long."""
    question = "居住证到期了怎么续签，要带什么材料去哪里办？"
    office = "云泽市政务服务中心"
    got = render_fields({name: text}, question=question, at=NOON, office=office)
    assert got == {name: wanted}
    assert len(got[name]) <= 20 or not name.startswith("thing")


def test_braces_of_a_question_stay_as_they_are():
    """A citizen may write {office}; it is no place of ours."""
    got = render_fields(
        {"thing1": "{question}"}, question="{office}", at=NOON, office="x"
    )
    assert got == {"thing1": "{office}"}


def test_nothing_is_left_empty():
    """A question that was erased, or a picture: WeChat refuses empty fields."""
    got = render_fields({"thing1": "{question}"}, question="", at=NOON, office="x")
    assert got["thing1"]
