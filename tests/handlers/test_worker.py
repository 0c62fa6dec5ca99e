"""The worker: wires the courier, recovers what a crash left, hears the doorbell."""

import threading
from datetime import date

import pytest

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    Citation,
    Evidence,
    Priority,
    StoreUnavailableError,
)
from handlers.assembly import assemble
from handlers.config import (
    DatabaseSettings,
    KnowledgeSettings,
    Settings,
    WeChatSettings,
)
from handlers.live import LiveBus
from handlers.valkey import start_valkey
from handlers.worker import guard, listen, make_courier, make_watch, recover
from knowledge import (
    Aspect,
    EntryDraft,
    EntryKind,
    Section,
    Source,
    VectorCache,
    build_from_passages,
    cut,
)
from tests.chats import Chat
from tests.wechat_simulator import Account, FakeApi, serve


@pytest.fixture
def engine(sqlite_engine):
    """SQLite alone: the bot's own tests run on PostgreSQL too."""
    return sqlite_engine


@pytest.fixture
def api(clock):
    """WeChat's API, at the same moment as we."""
    return FakeApi(Account(), clock=lambda: clock().timestamp())


@pytest.fixture
def make_parts(engine, clock, api, tmp_path, outbox):
    """Wire the service as the worker does, over the test's own database."""
    opened = []

    def make(url, **wechat):
        account = api.account
        settings = Settings(
            database=DatabaseSettings(url=str(engine.url)),
            knowledge=KnowledgeSettings(folder=str(tmp_path / "releases")),
            wechat=WeChatSettings(
                **{
                    "app_id": account.app_id,
                    "secret": account.secret,
                    "api_base": url,
                    **wechat,
                }
            ),
            secret_key="k" * 40,
        )
        parts = assemble(settings, clock=clock)
        # The outbox of the other fixtures: sealed with their key.
        parts.__dict__.update(engine=engine, outbox=outbox)
        opened.append(parts)
        return parts

    yield make
    for parts in opened:
        if parts.wechat_client is not None:
            parts.wechat_client.close()


@pytest.fixture
def chat(engine, clock, make_citizen, api):
    """A citizen who has written on WeChat."""
    chat = Chat(engine, clock, make_citizen(Channel.WECHAT))
    chat.write()
    api.open_window(chat.citizen.sender)
    return chat


def test_courier_of_the_worker_reaches_wechat(make_parts, api, chat):
    """From the settings to the phone."""
    chat.queue("您好", Priority.PERSON)
    with serve(api.app) as url:
        assert make_courier(make_parts(url)).deliver() == 1
    assert api.sent == [(chat.citizen.sender, "【工作人员】您好")]


def test_unverified_account_is_never_called(make_parts, api, chat):
    """WeChat would refuse each with 48001."""
    chat.queue("您好", Priority.PERSON)
    with serve(api.app) as url:
        make_courier(make_parts(url, is_verified=False)).deliver()
    assert api.send_calls == api.token_calls == 0
    assert chat.states() == ["parked"]


def test_missing_secret_is_an_alarm_and_nothing_is_lost(make_parts, chat):
    """Until somebody writes it into .env."""
    outbox_id = chat.queue("您好", Priority.PERSON)
    parts = make_parts("https://api.weixin.qq.com", secret="")
    courier = make_courier(parts)
    courier.deliver()
    courier.deliver()
    missing = "没有配置微信的 AppID 或 AppSecret"
    assert [a.message for a in parts.alarms.list_open()] == [missing]
    row = chat.row(outbox_id)
    assert (row.state, row.error, row.attempts) == ("queued", missing, 0)


class OneDimension:
    """The smallest encoder: nothing is searched here."""

    name, dim = "one", 1

    def encode_passages(self, texts, /):
        import numpy as np

        return np.ones((len(texts), 1), dtype=np.float32)


@pytest.fixture
def release(tmp_path, clock):
    """Release a guide with this fee; gives the release and the fee's passage."""

    def make(fee, *, expires_on=None):
        draft = EntryDraft(
            kind=EntryKind.GUIDE,
            title="居住证申领",
            source=Source("指南.xlsx"),
            expires_on=expires_on,
            sections=(Section("收费", fee, Aspect.FEE),),
        )
        clock.move(minutes=1)
        info = build_from_passages(
            cut(draft),
            OneDimension(),
            tmp_path / "releases",
            at=clock(),
            cache=VectorCache(tmp_path / "vectors"),
        )
        return info.id, cut(draft)[0].id

    return make


@pytest.fixture
def queue_cited(chat):
    """Queue an answer about the fee that cites a passage of a release."""

    def queue(release_id, passage_id):
        answer = Answer(
            AnswerStatus.ANSWERED,
            (Block(BlockKind.LEAD, ("首次不收费。",)),),
            citations=(Citation("居住证申领", passage_id=passage_id),),
            evidence=Evidence(release_id=release_id),
        )
        chat.queue("首次不收费。", answer=answer, question="居住证收费吗")

    return queue


def test_answer_is_checked_against_the_release_on_disk(
    make_parts, api, chat, release, queue_cited
):
    """The rule of the minute of sending counts, not that of composing."""
    with serve(api.app) as url:
        courier = make_courier(make_parts(url))
        cited = release("首次不收费")
        queue_cited(*cited)
        courier.deliver()
        release("首次收费5元")
        queue_cited(*cited)
        courier.deliver()
    texts = [text for _, text in api.sent]
    assert texts[0].startswith("您问的“居住证收费吗”：\n首次不收费。")
    assert texts[1:] == [
        "您之前问的“居住证收费吗”，依据刚有变动。请再问一次，我按最新的规定回答。"
    ]


def test_rule_that_ends_today_by_beijing_time_is_not_sent_tomorrow(
    make_parts, api, chat, release, queue_cited, clock
):
    """23:59 in Beijing is 15:59 by the clock of the server."""
    with serve(api.app) as url:
        courier = make_courier(make_parts(url))
        cited = release("首次不收费", expires_on=date(2026, 11, 20))
        clock.now = clock.now.replace(hour=15, minute=59)
        queue_cited(*cited)
        courier.deliver()
        clock.move(minutes=1)
        queue_cited(*cited)
        courier.deliver()
    assert "首次不收费" in api.sent[0][1]
    assert "依据刚有变动" in api.sent[1][1]


def test_unreadable_release_does_not_keep_answers_back(
    make_parts, api, chat, queue_cited, caplog
):
    """That we cannot look is no sign that a rule was changed; it is logged."""
    with serve(api.app) as url:
        queue_cited("old", "0123456789abcdef")
        make_courier(make_parts(url)).deliver()
    assert "首次不收费" in api.sent[0][1]
    assert "passages not checked: NoReleaseError" in caplog.text


class Dying:
    """An assistant whose process is killed while it composes."""

    def answer(self, _turn):
        raise SystemExit


def test_question_of_a_dead_process_goes_out_by_the_outbox(
    api, make_parts, chat, front_desk, make_front_desk, clock
):
    """On WeChat the connection is gone: the answer is pushed, once."""
    citizen = chat.citizen
    dying = make_front_desk(assistant=Dying())
    with pytest.raises(SystemExit):
        dying.receive(citizen.write("你好"), lambda _answer: "")
    assert recover(front_desk) == 0
    clock.move(seconds=20)
    assert recover(front_desk) == 1
    with serve(api.app) as url:
        make_courier(make_parts(url)).deliver()
    assert [openid for openid, _ in api.sent] == [citizen.sender]
    assert recover(front_desk) == 0


def test_clocks_are_watched_and_tickets_tended(make_parts, chat, desk, clock):
    """One look warns of who waits too long, and closes what stayed resolved."""
    chat.citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    watch = make_watch(make_parts("http://127.0.0.1:1"))
    clock.move(minutes=4)
    watch()
    actions = [event.action for event in desk.list_events(ticket.id)]
    assert actions == ["opened", "warned", "warned"]


def test_failing_job_is_logged_once_until_it_works_again(caplog):
    """A database that is away for an hour must not fill the disk with its log."""
    outcomes = iter([True, True, False, True])

    def work():
        if next(outcomes):
            raise StoreUnavailableError

    run = guard("deliver", work)
    for _ in range(4):
        run()
    assert [r.getMessage() for r in caplog.records] == [
        "deliver failed, trying on",
        "deliver failed, trying on",
    ]


@pytest.mark.valkey
def test_doorbell_rings_for_a_message_and_survives_without_redis(tmp_path):
    """An officer's words leave at once, not at the next look a second later."""
    import redis

    server = start_valkey(tmp_path)
    client = redis.Redis.from_url(server.url, socket_timeout=5)
    live = LiveBus(client)
    rang, stopping = threading.Event(), threading.Event()
    thread = threading.Thread(target=listen, args=(live, rang.set, stopping))
    thread.start()
    try:
        while not rang.wait(0.05):
            live.publish("message", {"message_id": 1})
        rang.clear()
        live.publish("ticket", {"ticket_id": 1})
        assert not rang.wait(0.2)
        server.stop()
    finally:
        stopping.set()
        thread.join(timeout=10)
        client.close()
    assert not thread.is_alive()
