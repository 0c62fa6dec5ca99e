"""Coming and leaving: welcomed once, greeted shortly, erased without a word."""

from __future__ import annotations

import pytest

from bot import AnswerStatus, Channel, Effect, MessageKind, Turn, render_plain


def test_a_new_follower_reads_who_we_are_and_how_data_are_used(take):
    """Before the first question."""
    said = render_plain(take(kind=MessageKind.SUBSCRIBE))
    for words in ("问政智能助手", "转人工", "身份证号", "删除我的记录", "智能应答"):
        assert words in said


def test_who_comes_back_is_not_told_again(take):
    """One line, no privacy notice."""
    answer = take(kind=MessageKind.SUBSCRIBE, is_welcomed=True)
    said = render_plain(answer)
    assert answer.status is AnswerStatus.ANSWERED_GREETING
    assert said.startswith("欢迎回来。")
    assert len(answer.blocks) == 1
    assert "身份证号" not in said


@pytest.mark.parametrize("is_welcomed", [True, False])
def test_a_scan_is_greeted_shortly(take, is_welcomed):
    """However often the code at the counter is scanned."""
    answer = take("1", kind=MessageKind.SCAN, is_welcomed=is_welcomed)
    assert answer.status is AnswerStatus.ANSWERED_GREETING
    assert render_plain(answer).count("\n") == 1


def test_who_leaves_is_erased_in_silence(equipped, clock):
    """WeChat demands it."""
    turn = Turn("", clock(), kind=MessageKind.UNSUBSCRIBE)
    answer = equipped.answer(turn)
    assert (answer.status, answer.blocks) == (AnswerStatus.SILENT_EVENT, ())
    assert turn.effect is Effect.FORGET


def test_the_front_desk_welcomes_once(front_desk, make_citizen):
    """Following, leaving and following again through the real desk and database.

    Who leaves is erased; the next welcome is a first one again.
    """
    citizen = make_citizen(Channel.WECHAT)
    assert "身份证号" in citizen.say(kind=MessageKind.SUBSCRIBE).body
    assert citizen.say(kind=MessageKind.SUBSCRIBE).body.startswith("欢迎回来。")
    citizen.say(kind=MessageKind.UNSUBSCRIBE)
    assert "身份证号" in citizen.say(kind=MessageKind.SUBSCRIBE).body
