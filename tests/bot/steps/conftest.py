"""An assistant that knows halls and what staff wrote, over a real database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from bot import (
    Answer,
    Assistant,
    Channel,
    Hall,
    HallStore,
    QuickReply,
    QuickReplyStore,
    Ticket,
    TicketState,
    Turn,
)
from tests.fakes import FrozenClock

HALLS = (
    Hall(
        "云泽市政务服务中心",
        "东湖区湖滨路88号",
        26.6412,
        118.1785,
        region="云泽市",
        phone="0599-3212345",
        hours="周一至周五 8:30–17:00",
    ),
    Hall("西山区政务服务中心", "青岩大道203号", 26.633, 118.1407, region="西山区"),
    Hall("临江县政务服务中心", "人民路5号", 26.4988, 118.3011, region="临江县"),
    Hall("高新区政务服务中心", "创新一路1号", 26.6721, 118.224, region="高新区"),
)


@pytest.fixture
def halls(sqlite_engine: Engine) -> HallStore:
    """Four halls."""
    store = HallStore(sqlite_engine)
    store.replace_all(HALLS)
    return store


@pytest.fixture
def quick_replies(sqlite_engine: Engine, clock: FrozenClock) -> QuickReplyStore:
    """An empty store."""
    return QuickReplyStore(sqlite_engine, clock)


@pytest.fixture
def write_reply(
    quick_replies: QuickReplyStore, make_officer: Any
) -> Callable[..., int]:
    """Store a quick reply as staff would."""
    officer = make_officer("李敏")

    def write(source: Any, key: str, text: str = "", question: str = "") -> int:
        reply = QuickReply(source, key, text, question)
        return quick_replies.save(reply, changed_by=officer)

    return write


@pytest.fixture
def equipped(
    knowledge_base: Any,
    answer_settings: Any,
    clock: FrozenClock,
    halls: HallStore,
    quick_replies: QuickReplyStore,
) -> Assistant:
    """The real assistant with both stores."""
    return Assistant(
        knowledge_base,
        answer_settings,
        clock,
        halls=halls,
        quick_replies=quick_replies,
    )


@pytest.fixture
def take(equipped: Assistant, clock: FrozenClock) -> Callable[..., Answer]:
    """Answer one message of a new conversation."""

    def take(text: str = "", **fields: Any) -> Answer:
        return equipped.answer(Turn(text, clock(), **fields))

    return take


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    """Steps need no second kind of database; the stores' own tests have both."""
    return sqlite_engine


@pytest.fixture
def make_ticket(clock: FrozenClock) -> Callable[..., Ticket]:
    """Make hand-overs of the conversation."""

    def make(state: TicketState = TicketState.WAITING) -> Ticket:
        at = clock()
        return Ticket(1, 1, state, Channel.WECHAT, "8213", "", "", "", at, at)

    return make
