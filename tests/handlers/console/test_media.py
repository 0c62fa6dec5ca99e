"""Pictures, voice and video of citizens: fetched from WeChat, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Channel, MessageKind
from bot.tables import AuditRow, MessageRow
from handlers.config import WeChatSettings
from handlers.wechat import WeChatClient
from tests.wechat_simulator import Account, FakeApi, serve
from tests.wechat_simulator.media import MAX_AGE_S, keep_media

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 9


def make_client(settings: WeChatSettings, *, status: int) -> WeChatClient:
    """Return a client whose picture servers, which are no part of the API, say so."""

    def answer(_request: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": "image/png"}
        return httpx.Response(status, headers=headers, content=PNG)

    return WeChatClient(settings, None, picture_transport=httpx.MockTransport(answer))


@pytest.fixture
def api(world: Any) -> Iterator[FakeApi]:
    """WeChat's API, and the office's client of it."""
    account = Account()
    fake = FakeApi(account, clock=lambda: world.clock().timestamp())
    with serve(fake.app) as url:
        fake.url = url
        settings = WeChatSettings(
            app_id=account.app_id, secret=account.secret, api_base=url
        )
        world.parts.wechat_client = make_client(settings, status=404)
        yield fake
        world.parts.wechat_client.close()


def send(world: Any, media: Any, kind: MessageKind, **detail: str) -> int:
    """Let a citizen send a file; returns the line's id."""
    detail = {"media_id": media.id, **detail} if media else dict(detail)
    world.ask("", channel=Channel.WECHAT, kind=kind, detail=detail)
    with Session(world.parts.engine) as session:
        newest = select(MessageRow.id).where(MessageRow.media.is_not(None))
        return list(session.scalars(newest.order_by(MessageRow.id)))[-1]


def test_a_picture_is_shown_in_a_page_that_can_do_nothing(
    world: Any, desk: Any, api: FakeApi
) -> None:
    """Typed, sandboxed, kept by no cache."""
    media = keep_media(api.world, "image", "x.png", PNG)
    line = send(world, media, MessageKind.IMAGE, url="http://mmbiz.qpic.cn/x")
    assert "查看图片" in desk.open("/console/tickets/1").text
    assert f"/console/media/{line}" in desk.open("/console/tickets/1").text
    answer = desk.open(f"/console/media/{line}")
    assert (answer.status_code, answer.data) == (200, PNG)
    headers = answer.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == f'inline; filename="message-{line}.png"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_voice_is_handed_over_as_a_file(world: Any, desk: Any, api: FakeApi) -> None:
    """No browser plays what WeChat records."""
    media = keep_media(api.world, "voice", "x.amr", b"#!AMR\n voice")
    line = send(world, media, MessageKind.VOICE, format="amr")
    assert "下载语音" in desk.open("/console/tickets/1").text
    answer = desk.open(f"/console/media/{line}")
    assert answer.headers["Content-Type"] == "audio/amr"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == f'attachment; filename="message-{line}.amr"'


def test_a_video_is_explained(world: Any, desk: Any, api: FakeApi) -> None:
    """WeChat gives an address instead of the file, which we never call."""
    media = keep_media(api.world, "video", "x.mp4", b"video")
    line = send(world, media, MessageKind.VIDEO)
    answer = desk.open(f"/console/media/{line}")
    assert answer.status_code == 502
    assert "视频" in answer.text


def test_after_three_days_it_is_gone(world: Any, desk: Any, api: FakeApi) -> None:
    """Said in the conversation, and to whoever opens an old address."""
    media = keep_media(api.world, "voice", "x.amr", b"#!AMR\n voice")
    line = send(world, media, MessageKind.VOICE)
    world.clock.go_on(seconds=MAX_AGE_S + 1)
    desk.log_in()
    page = desk.open("/console/tickets/1").text
    assert "超过 3 天，微信不再保存" in page
    assert "/console/media/" not in page
    answer = desk.open(f"/console/media/{line}")
    assert answer.status_code == 410
    assert "请市民再发一次" in answer.text


@pytest.mark.parametrize("status", [200, 404])
def test_a_pictures_address_may_live_longer(
    status: int, world: Any, desk: Any, api: FakeApi
) -> None:
    """It is tried when the number has run out; if it is gone too, we say the first."""
    media = keep_media(api.world, "image", "x.png", PNG)
    line = send(world, media, MessageKind.IMAGE, url="http://mmbiz.qpic.cn/x")
    settings = WeChatSettings(
        app_id=api.account.app_id, secret=api.account.secret, api_base=api.url
    )
    world.parts.wechat_client = make_client(settings, status=status)
    world.clock.go_on(seconds=MAX_AGE_S + 1)
    desk.log_in()
    assert "查看图片" in desk.open("/console/tickets/1").text
    shown = desk.open(f"/console/media/{line}")
    assert shown.status_code == (200 if status == 200 else 410)


def test_a_page_in_place_of_a_picture_is_not_passed_on(
    world: Any, desk: Any, api: FakeApi
) -> None:
    """Whatever a file's name says, its type decides."""
    media = keep_media(api.world, "image", "x.png", b"<script>alert(1)</script>")
    line = send(world, media, MessageKind.IMAGE)
    from tests.wechat_simulator import media as simulated

    simulated._TYPES["png"] = "text/html"
    try:
        answer = desk.open(f"/console/media/{line}")
    finally:
        simulated._TYPES["png"] = "image/png"
    assert answer.status_code == 502
    assert "alert(1)" not in answer.text


def test_without_an_account_it_says_so(world: Any, desk: Any) -> None:
    """The administrator can mend that."""
    world.ask(
        "", channel=Channel.WECHAT, kind=MessageKind.IMAGE, detail={"media_id": "m"}
    )
    answer = desk.open("/console/media/1")
    assert answer.status_code == 503
    assert "AppSecret" in answer.text


def test_only_lines_with_a_file_of_conversations_with_a_ticket(
    world: Any, desk: Any, api: FakeApi
) -> None:
    """Ids in addresses can be changed by hand."""
    media = keep_media(api.world, "image", "x.png", PNG)
    line = send(world, media, MessageKind.IMAGE)
    for other, words in ((line + 1, "没有这个文件"), (999, "没有这条消息")):
        answer = desk.open(f"/console/media/{other}")
        assert answer.status_code == 404
        assert words in answer.text
    with Session(world.parts.engine) as session, session.begin():
        # A citizen whom nobody handed over, with a picture.
        from bot.tables import TicketEventRow, TicketRow

        session.execute(MessageRow.__table__.update().values(ticket_id=None))
        session.execute(TicketEventRow.__table__.delete())
        session.execute(TicketRow.__table__.delete())
    assert desk.open(f"/console/media/{line}").status_code == 404


def test_who_looked_is_noted_and_nothing_else(
    world: Any, desk: Any, api: FakeApi, caplog: Any
) -> None:
    """The number of the line; neither the file's number nor its address."""
    media = keep_media(api.world, "image", "x.png", PNG)
    line = send(world, media, MessageKind.IMAGE, url="http://mmbiz.qpic.cn/secret")
    with caplog.at_level("DEBUG"):
        desk.open(f"/console/media/{line}")
        world.clock.go_on(seconds=MAX_AGE_S + 1)
        desk.log_in()
        desk.open(f"/console/media/{line}")
    assert media.id not in caplog.text
    assert "qpic.cn/secret" not in caplog.text
    officer = world.parts.officers.list_officers()[0]
    with Session(world.parts.engine) as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "media.open"))
        noted = [(r.officer_id, r.subject, r.detail) for r in rows]
    assert noted == [(officer.id, f"message {line}", "")] * 2
