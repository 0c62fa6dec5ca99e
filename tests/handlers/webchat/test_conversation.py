"""The page with the real assistant behind it: one conversation, all the way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot import Desk, FrontDesk, OfficerStore, RatingStore
from handlers.config import Settings
from handlers.web import create_app


@pytest.fixture
def real_client(sqlite_engine, assistant, seal, clock):
    """A browser in front of the real bot over a city in small."""
    parts = SimpleNamespace(
        are_in_force=lambda _citations, _release_id, **_more: True,
        settings=Settings(secret_key="a key of the tests, long enough to be one"),
        redis=None,
        clock=clock,
        desk=Desk(sqlite_engine, clock),
        officers=OfficerStore(sqlite_engine, clock),
        ratings=RatingStore(sqlite_engine, seal, clock),
        front_desk=FrontDesk(sqlite_engine, assistant, seal=seal, clock=clock),
    )
    app = create_app(parts)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def ask(client, text):
    """Ask and return what was added to the page."""
    before = len(client.get("/chat").text.partition('id="desk"')[0])
    answer = client.post("/chat", data={"text": text}, follow_redirects=True)
    return answer.text[before - 200 :]


def test_follow_up_stays_on_the_item(real_client):
    """「那在哪办」 is about the item of the turn before."""
    assert "居民身份证" in ask(real_client, "西山区高龄津贴申领要带什么材料")
    assert "社区居民委员会" in ask(real_client, "那在哪办")


def test_person_on_request_and_back(real_client):
    """转人工 queues, 取消排队 gives the conversation back to the bot."""
    assert 'value="取消排队"' in ask(real_client, "转人工")
    page = ask(real_client, "取消排队")
    assert 'value="取消排队"' not in page
    assert "居民身份证" in ask(real_client, "办居住证要带什么材料")


def test_officers_conversation_can_be_ended_by_the_citizen(real_client):
    """The button beside an officer's conversation says words the bot knows."""
    ask(real_client, "转人工")
    page = ask(real_client, "结束人工")
    assert 'value="取消排队"' not in page


def test_numbers_are_masked_before_anything_shows_them(real_client):
    """An identity number is not even on the citizen's own page."""
    page = ask(real_client, "我的身份证号是 110101199003077475，居住证申领要什么材料")
    assert "110101199003077475" not in page
