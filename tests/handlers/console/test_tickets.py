"""The queue and one conversation, as an officer reads them."""

from __future__ import annotations

from typing import Any

import pytest

from bot import Channel


def test_the_queue_says_who_waits_and_how_long(world: Any, desk: Any) -> None:
    """By due time, with channel, words, and which clock is nearly or long over."""
    world.clock.go_on(days=1)  # a Monday, with people on duty
    desk.log_in()
    world.ask("灵活就业的医保断缴两个月，还能补吗？", who="a", channel=Channel.WECHAT)
    world.clock.go_on(minutes=7)
    world.ask("孩子落户要回来办吗", who="b")
    world.clock.go_on(minutes=2)
    page = desk.open("/console/").text
    assert page.index("灵活就业") < page.index("孩子落户")
    assert "已等 9 分钟" in page
    assert "首次回复超时 6 分钟" in page
    assert "首次回复还有 1 分钟" in page
    assert "微信" in page
    assert 'data-waiting="2"' in page


def test_an_empty_queue_says_what_happens_next(desk: Any) -> None:
    """In each tab."""
    for tab, words in {
        "waiting": "有新咨询时",
        "mine": "您手上没有",
        "x": "没有人在等",
    }.items():
        assert words in desk.open(f"/console/?tab={tab}").text


def test_a_conversation_shows_what_the_bot_rested_on(world: Any, desk: Any) -> None:
    """Status, confidence, thresholds, release, candidates; and the sources."""
    world.ask("居住证怎么办")
    world.ask("那落户呢")
    page = desk.open("/console/tickets/1").text
    for words in (
        "居住证在居住地派出所办，免费。",
        "云公〔2026〕12号",
        "把握 91%",
        "已答复",
        "没有查到依据",
        "0.31（0.72 以上作答，0.30 以上追问）",
        "2026-11-20-a1b2c3",
        "灵活就业人员断缴后如何补缴医保 · 办理时限（云泽市）",
        "2026年11月22日 09:10",
        "智能应答",
    ):
        assert words in page, words
    assert "人工智能生成" not in page
    assert "javascript:" not in page


def test_a_waiting_conversation_offers_to_be_taken(world: Any, desk: Any) -> None:
    """And no reply box: nobody answers without having taken it."""
    world.ask("落户")
    page = desk.open("/console/tickets/1").text
    assert "还没有人接入" in page
    assert 'id="composer"' not in page
    page = desk.send("/console/tickets/1/claim", page="/console/").text
    assert "我在接待" in page
    assert 'id="composer"' in page
    assert "建议回复" in page


def test_the_next_one_is_who_waited_longest(world: Any, desk: Any) -> None:
    """Then nobody is left, and that is said."""
    world.ask("第一位", who="a")
    world.ask("第二位", who="b")
    first = desk.send("/console/tickets/next", page="/console/")
    assert first.request.path == "/console/tickets/1"
    desk.send("/console/tickets/next", page="/console/")
    assert (
        "现在没有人在等。" in desk.send("/console/tickets/next", page="/console/").text
    )


def test_a_second_claim_names_the_first(world: Any, desk: Any) -> None:
    """The colleague's conversation can be read, and notes can be left."""
    other = world.hire("wangfang", "王芳", role="agent")
    world.ask("落户")
    world.parts.desk.claim(1, officer_id=other.id)
    page = desk.send("/console/tickets/1/claim", page="/console/").text
    assert "王芳 工号 0217 已经接入这个会话" in page
    assert "回复市民" not in page
    answer = desk.send("/console/tickets/1/messages", page="/console/", text="您好")
    assert answer.status_code == 409
    noted = desk.send(
        "/console/tickets/1/messages", page="/console/", text="我认识他", kind="note"
    )
    assert "我认识他" in noted.text
    assert "市民看不到" in noted.text


def claimed(world: Any) -> None:
    """Let the logged-in officer hold one conversation."""
    world.ask("落户")
    officer = world.parts.officers.list_officers()[0]
    world.parts.desk.claim(1, officer_id=officer.id)


def test_a_reply_reaches_the_citizen_once(world: Any, desk: Any) -> None:
    """The same form sent twice is one message."""
    claimed(world)
    for _ in range(2):
        page = desk.send(
            "/console/tickets/1/messages",
            page="/console/",
            text="要带户口本。\r\n请到一楼。",
            client_key="k1",
        )
    assert page.request.path == "/console/tickets/1"
    seen = world.parts.front_desk.list_messages(Channel.WEB, "citizen-1")
    assert [m.text for m in seen].count("要带户口本。\n请到一楼。") == 1


def test_a_note_never_reaches_the_citizen(world: Any, desk: Any) -> None:
    """It stands in the console only."""
    claimed(world)
    desk.send(
        "/console/tickets/1/messages", page="/console/", text="先查档案", kind="note"
    )
    seen = world.parts.front_desk.list_messages(Channel.WEB, "citizen-1")
    assert "先查档案" not in [m.text for m in seen]


@pytest.mark.parametrize(
    ("text", "words"), [("  ", "还没有写内容"), ("长" * 601, "最多 600 字")]
)
def test_an_unusable_text_is_refused_with_the_reason(
    world: Any, desk: Any, text: str, words: str
) -> None:
    """For the script as a fragment; nothing is sent."""
    claimed(world)
    token = desk.token(desk.open("/console/").text)
    answer = desk.client.post(
        "/console/tickets/1/messages",
        data={"csrf_token": token, "text": text},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "<html" not in answer.text


def test_a_closed_conversation_is_over(world: Any, desk: Any) -> None:
    """It can be read, not answered, claimed or settled again."""
    claimed(world)
    world.parts.desk.resolve(1, officer_id=1, reason="已告知材料")
    page = desk.open("/console/tickets/1").text
    assert "已办结，今天 09:10" in page
    assert "已告知材料" in page
    again = desk.send("/console/tickets/1/claim", page="/console/")
    assert "已经结束" in again.text
    again = desk.send(
        "/console/tickets/1/resolve", page="/console/", ready="已答复市民"
    )
    assert again.status_code == 409
    answer = desk.send("/console/tickets/1/messages", page="/console/", text="您好")
    assert answer.status_code == 409


def test_only_the_holder_ends_a_conversation(world: Any, console: Any) -> None:
    """A colleague is told so."""
    other = world.hire("wangfang", "王芳", role="agent")
    world.hire(role="agent")
    console.log_in()
    world.ask("落户")
    world.parts.desk.claim(1, officer_id=other.id)
    page = console.send(
        "/console/tickets/1/resolve", page="/console/", ready="已答复市民"
    )
    assert page.status_code == 409
    assert "在同事手上" in page.text
    assert world.parts.desk.get_ticket(1).state == "claimed"


def test_looking_at_ones_own_conversation_reads_it(world: Any, desk: Any) -> None:
    """A colleague's look does not."""
    claimed(world)
    world.ask("还在吗？")
    assert world.parts.desk.get_ticket(1).unread == 1
    desk.send("/console/tickets/1/read", page="/console/")
    assert world.parts.desk.get_ticket(1).unread == 0
    other = world.hire("wangfang", "王芳", role="agent")
    world.ask("别的事", who="b")
    world.parts.desk.claim(2, officer_id=other.id)
    world.ask("还在吗？", who="b")
    desk.send("/console/tickets/2/read", page="/console/")
    assert world.parts.desk.get_ticket(2).unread == 1


def test_a_retry_needs_the_holder_and_the_right_conversation(
    world: Any, desk: Any
) -> None:
    """Ids in addresses can be changed by hand."""
    claimed(world)
    gone = desk.send("/console/tickets/1/messages/999/retry", page="/console/")
    assert gone.status_code == 404
    other = world.hire("wangfang", "王芳", role="agent")
    world.ask("别的事", who="b")
    world.parts.desk.claim(2, officer_id=other.id)
    refused = desk.send("/console/tickets/2/messages/1/retry", page="/console/")
    assert refused.status_code == 409


def test_a_missing_conversation_is_a_404_in_plain_words(desk: Any) -> None:
    """For the page and for its parts."""
    for path in ("tickets/99", "tickets/99/chat", "tickets/99/side"):
        answer = desk.open(f"/console/{path}")
        assert answer.status_code == 404
        assert "没有这个会话" in answer.text


def test_the_parts_are_fragments(world: Any, desk: Any) -> None:
    """What htmx puts into the page holds no page."""
    claimed(world)
    for path in ("queue?tab=mine&open=1", "tickets/1/chat", "tickets/1/side"):
        answer = desk.open(f"/console/{path}")
        assert answer.status_code == 200
        assert "<html" not in answer.text


def test_texts_from_outside_are_escaped_and_kept_from_htmx(
    world: Any, desk: Any
) -> None:
    """A question must not become part of the page."""
    world.ask('<b hx-get="/console/officers" hx-trigger=load>落户</b>')
    page = desk.open("/console/tickets/1").text
    assert "<b hx-get" not in page
    bubble = page[page.index('class="bubble"') :]
    assert bubble.startswith('class="bubble" hx-ignore')
