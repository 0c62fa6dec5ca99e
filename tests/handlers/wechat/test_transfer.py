"""Handing a citizen to WeChat's own agents: when, how we ask, and the reply."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot import Answer, AnswerStatus, Block, BlockKind
from handlers.config import DeskSettings, Settings
from handlers.wechat import OnlineAgents, WeChatClient
from handlers.wechat.messages import parse_push
from handlers.wechat.transfer import render_transfer, should_transfer
from tests.wechat_simulator.judging import BadReplyError, judge
from tests.wechat_simulator.shapes import make_event, make_image, make_text

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
STATUSES = {s for s in AnswerStatus if s.calls_officer} - {AnswerStatus.HANDOFF_CRISIS}


def read(xml):
    """Return the push as the webhook has it."""
    return parse_push(xml, received_at=NOW)


#: What a citizen sends who is then handed over.
CALL = make_text("oA", "转人工")


def answer(status=AnswerStatus.HANDOFF_REQUESTED):
    """Return an answer that says something."""
    return Answer(status, (Block(BlockKind.LEAD, ("正在为您转人工。",)),))


@pytest.fixture
def asked():
    """How often WeChat was asked."""
    return []


@pytest.fixture
def make_parts(make_settings, asked):
    """The parts of an office with WeChat's agents, with changes."""

    def make(*, mode="wechat", online=("a@test",), **changes):
        def list_online():
            asked.append(1)
            return list(online)

        settings = replace(
            Settings(), wechat=make_settings(**changes), desk=DeskSettings(mode)
        )
        return SimpleNamespace(settings=settings, agents=OnlineAgents(list_online))

    return make


@pytest.mark.parametrize("status", AnswerStatus)
def test_what_calls_a_person_is_transferred(make_parts, status):
    """Everything else is said by us; danger too, for its numbers must be read."""
    found = should_transfer(
        make_parts(), read(make_text("oA", "转人工")), answer(status)
    )
    assert found is (status in STATUSES)


def test_other_messages_than_text_are_transferred(make_parts):
    """A picture may need a person."""
    push = read(make_image("oA", "http://mmbiz.qpic.cn/x", "m1"))
    asking = answer(AnswerStatus.UNANSWERABLE_NO_MATCH)
    assert should_transfer(make_parts(), push, asking)


@pytest.mark.parametrize("event", ["CLICK", "SCAN", "subscribe"])
def test_events_are_never_transferred(make_parts, asked, event):
    """WeChat takes it in answer to messages only; nobody is asked in vain."""
    push = read(make_event("oA", event, more="<EventKey><![CDATA[转人工]]></EventKey>"))
    assert not should_transfer(make_parts(), push, answer())
    assert asked == []


@pytest.mark.parametrize(
    "changes",
    [{"mode": "console"}, {"online": ()}, {"is_verified": False}],
    ids=["console", "nobody", "unverified"],
)
def test_else_our_console_takes_over(make_parts, changes):
    """As it is set, or because nobody is there."""
    push, asking = (
        read(make_text("oA", "转人工")),
        answer(AnswerStatus.HANDOFF_REQUESTED),
    )
    assert not should_transfer(make_parts(**changes), push, asking)


def test_the_reply_is_one_that_wechat_takes(account):
    """It names no agent, and both sides are swapped."""
    reply = render_transfer(read(CALL), int(NOW.timestamp()))
    shown = judge(account, "plain", CALL, reply.encode())
    assert (shown.transfer_to, shown.text) == ("", "")
    event = make_event("oA", "CLICK", more="<EventKey><![CDATA[k]]></EventKey>")
    with pytest.raises(BadReplyError):
        judge(account, "plain", event, reply.encode())


def test_wechat_is_asked_who_is_online(api, make_settings):
    """Really, over HTTP: one at the computer is enough."""
    client = WeChatClient(make_settings(api_base=api.url), None)
    api.world.agents = {"a@test": False, "b@test": False}
    assert not OnlineAgents(client.list_online_agents).is_anybody_online()
    api.world.agents["b@test"] = True
    assert OnlineAgents(client.list_online_agents).is_anybody_online()
    api.world.agents = {}  # 65400: the function is not switched on
    assert not OnlineAgents(client.list_online_agents).is_anybody_online()
    client.close()


def test_the_answer_is_believed_for_half_a_minute():
    """Not every citizen costs a call, and who went home is noticed."""
    now, online, calls = [0.0], ["a@test"], []

    def list_online():
        calls.append(1)
        return list(online)

    agents = OnlineAgents(list_online, timer=lambda: now[0])
    assert agents.is_anybody_online()
    online.clear()
    now[0] = 29.0
    assert agents.is_anybody_online()
    assert len(calls) == 1
    now[0] = 30.0
    assert not agents.is_anybody_online()
    assert len(calls) == 2


def test_a_failure_is_nobody_and_is_logged_without_its_text(caplog):
    """The text of an error may quote an address."""

    def fail():
        raise OSError("https://api.weixin.qq.com/?access_token=hunter2")

    assert not OnlineAgents(fail).is_anybody_online()
    assert "OSError" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_slow_wechat_costs_one_short_wait():
    """Sixteen citizens at once are one call; none waits for its end."""
    calls, release = [], threading.Event()

    def stall():
        calls.append(1)
        release.wait(10)
        return ["a@test"]

    agents = OnlineAgents(stall, ask_within_s=0.1)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: agents.is_anybody_online(), range(16)))
    assert found == [False] * 16
    assert len(calls) == 1
    release.set()
    # What comes too late for them is there for the next.
    asking = next((t for t in threading.enumerate() if t.name == "agents"), None)
    if asking is not None:
        asking.join(5)
    assert agents.is_anybody_online()
    assert len(calls) == 1
