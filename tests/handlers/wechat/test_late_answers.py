"""Late answers over real HTTP: promised, linked, carried."""

import re
import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import text as sql

from bot import FrontDesk, NativeDesk, Seal
from handlers.config import Settings, WebSettings
from handlers.web import create_app
from handlers.wechat import AnswerLinks
from tests.wechat_simulator import Pusher, make_text, serve

KEY = "a secret of the test's own, long enough"
PUBLIC = "https://wz.example.gov.cn"


@pytest.fixture
def make_service(engine, assistant, make_settings, account, now, monkeypatch):
    """The whole web application of an account that may or may not push."""
    monkeypatch.setattr("bot.patience.HANG_UP_S", 0.4)
    desks, stops = [], []
    moved = SimpleNamespace(by=0.0)

    def clock():
        from datetime import timedelta

        return now + timedelta(seconds=moved.by)

    def make(*, is_verified, public_url=PUBLIC):
        desk = FrontDesk(
            engine,
            assistant,
            seal=Seal(KEY),
            clock=clock,
            wait_s=0.2,
            is_pushing=is_verified,
        )
        desks.append(desk)
        settings = Settings(
            wechat=make_settings(is_verified=is_verified),
            web=WebSettings(public_url=public_url),
            secret_key=KEY,
        )
        parts = SimpleNamespace(
            settings=settings,
            clock=clock,
            front_desk=desk,
            redis=None,
            replays=None,
            native_desk=NativeDesk(engine, Seal(KEY), clock),
            answer_links=AnswerLinks(KEY, public_url),
            is_in_force=lambda _answer: True,
            are_in_force=lambda _citations, _release, **_more: True,
        )
        app = create_app(parts)
        context = serve(app)
        url = context.__enter__()
        stops.append(context)
        pusher = Pusher(f"{url}/wechat", account, clock=lambda: clock().timestamp())
        return SimpleNamespace(
            pusher=pusher, app=app, desk=desk, moved=moved, parts=parts
        )

    yield make
    assistant.before = lambda: None
    for desk in desks:
        desk.close()
    for context in stops:
        context.__exit__(None, None, None)


@pytest.fixture
def gate(assistant):
    """Keeps the assistant from answering until it is set."""
    gate = threading.Event()
    assistant.before = lambda: gate.wait(10)
    yield gate
    gate.set()


def push_late(service, xml):
    """Push three times, five seconds apart, as WeChat does without an answer."""
    for _ in range(3):
        delivery = service.pusher.push(xml, tries=1)
        if delivery.attempts[-1].status == 200:
            return delivery
        service.moved.by += 5
    return delivery


def count(engine, where):
    """Count rows of the outbox."""
    with engine.connect() as connection:
        return connection.execute(
            sql(f"SELECT count(*) FROM outbox WHERE {where}")
        ).scalar_one()


def wait_for(check):
    """Wait for another thread."""
    give_up_at = time.monotonic() + 10
    while not check():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_verified_account_acknowledges_and_pushes(make_service, gate, engine):
    """Nothing is said on the connection; the answer is in the outbox, once."""
    service = make_service(is_verified=True)
    xml = make_text("oA", "居住证怎么办")
    delivery = service.pusher.push(xml)
    assert (delivery.last.body, len(delivery.attempts)) == (b"success", 1)
    gate.set()
    wait_for(lambda: count(engine, "state = 'queued'"))
    assert service.pusher.push(xml).last.body == b"success"
    assert count(engine, "1=1") == 1


def test_unverified_account_gives_a_link_bound_to_the_question(
    make_service, gate, engine, assistant
):
    """The third try brings it; it shows this answer and no other, once it is there."""
    service = make_service(is_verified=False)
    delivery = push_late(service, make_text("oA", "居住证怎么办"))
    assert "居住证怎么办" in delivery.shown
    path = re.search(PUBLIC + r"(/wechat/answers/[\w.-]+)", delivery.shown)[1]
    client = service.app.test_client()
    page = client.get(path)
    assert page.status_code == 200
    assert "还在查" in page.text
    assert 'http-equiv="refresh"' in page.text

    gate.set()
    wait_for(lambda: count(engine, "1=1"))
    page = client.get(path)
    assert "您问的是：居住证怎么办" in page.text
    assert "refresh" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert count(engine, "state = 'sent'") == 0, "fetched is not yet read"
    assert client.post(path).status_code == 204
    assert count(engine, "state = 'sent'") == 1
    # Read already, so the next reply brings nothing along.
    shown = service.pusher.push(make_text("oA", "那在哪办")).shown
    assert "居住证怎么办" not in shown


def test_unread_answer_rides_on_the_next_reply(make_service, gate, engine):
    """Without a public address there is no link, and nothing is lost."""
    service = make_service(is_verified=False, public_url="")
    delivery = push_late(service, make_text("oA", "居住证怎么办"))
    assert "http" not in delivery.shown
    assert "看答案" in delivery.shown
    gate.set()
    wait_for(lambda: count(engine, "1=1"))
    shown = service.pusher.push(make_text("oA", "在吗")).shown
    assert shown.index("您问的是：居住证怎么办") < shown.index("您问的是：在吗")
    assert "居住证怎么办" not in service.pusher.push(make_text("oA", "好")).shown
    wait_for(lambda: count(engine, "state = 'sent'") == 3)


def test_link_of_a_stranger_shows_nothing(make_service):
    """Neither a guess nor another office's token."""
    client = make_service(is_verified=False).app.test_client()
    other = AnswerLinks("another secret, long enough too", PUBLIC).make(1)
    for token in ("1", "x" * 30, other.rpartition("/")[2]):
        page = client.get(f"/wechat/answers/{token}")
        assert page.status_code == 404
        assert "请回到公众号" in page.text
        assert client.post(f"/wechat/answers/{token}").status_code == 404


def test_link_says_what_became_of_the_answer(make_service, gate, engine):
    """Withdrawn, erased: a sentence instead of the old rule."""
    service = make_service(is_verified=False)
    shown = push_late(service, make_text("oA", "居住证怎么办")).shown
    path = re.search(r"/wechat/answers/[\w.-]+", shown)[0]
    gate.set()
    wait_for(lambda: count(engine, "1=1"))
    client = service.app.test_client()
    service.parts.are_in_force = lambda _citations, _release, **_more: False
    assert "请再问一次" in client.get(path).text
    from bot import Channel

    service.desk.forget(Channel.WECHAT, "oA")
    page = client.get(path).text
    assert "已经删除" in page
    assert "居住证" not in page
