"""What we cannot read: each kind has its own way on."""

from __future__ import annotations

import pytest

from bot import AnswerStatus, MessageKind, TicketState, render_plain


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (MessageKind.VOICE, ("听不了语音", "语音输入")),
        (MessageKind.IMAGE, ("看不了图片", "办事窗口")),
        (MessageKind.VIDEO, ("看不了视频", "办事窗口")),
        (MessageKind.LINK, ("打不开链接", "用文字")),
        (MessageKind.LOCATION, ("只看得懂文字",)),
    ],
)
def test_each_kind_has_its_own_words(take, kind, words):
    """What does not work, what does, and that there are people."""
    answer = take(kind=kind)
    said = render_plain(answer)
    assert answer.status is AnswerStatus.CLARIFY_UNREADABLE
    for word in (*words, "转人工"):
        assert word in said


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_typed_is_asked_for_words(take, text):
    """An empty message is no question."""
    answer = take(text)
    assert answer.status is AnswerStatus.CLARIFY_UNREADABLE
    assert "请把问题打字发给我" in render_plain(answer)


@pytest.mark.parametrize("kind", [MessageKind.VOICE, MessageKind.IMAGE])
def test_an_officer_gets_the_picture(take, kind, make_ticket):
    """A person can look at it; the bot keeps out."""
    answer = take(kind=kind, ticket=make_ticket(TicketState.CLAIMED))
    assert answer.blocks == ()
