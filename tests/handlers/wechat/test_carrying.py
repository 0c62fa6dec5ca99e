"""What waited rides along with the next reply, in order and whole."""

import pytest

from bot import Answer, AnswerStatus, Block, BlockKind, PassiveLine, Priority
from handlers.wechat.carrying import carry_text, shorten
from handlers.wechat.text import count_bytes


def make_answer(text, status=AnswerStatus.ANSWERED):
    """Return an answer of one line."""
    return Answer(status, (Block(BlockKind.TEXT, (text,)),))


def make_line(number, text="", *, answer=None, question="", parts_sent=0):
    """Return a line that waits: an officer's words, or an answer."""
    return PassiveLine(
        outbox_id=number,
        message_id=number,
        text=text,
        priority=Priority.BOT if answer else Priority.PERSON,
        answer=answer,
        question=question,
        parts_sent=parts_sent,
    )


def carry(answer, lines, is_valid=lambda _: True):
    """Carry with everything in force."""
    return carry_text(answer, lines, is_valid=is_valid)


def test_each_stands_under_its_own_question():
    """Nobody takes yesterday's answer for today's."""
    waited = make_line(1, answer=make_answer("带身份证。"), question="居住证带什么")
    text, carried = carry(make_answer("每月 300 元。"), [waited, make_line(2, "好的")])
    before, now = text.split("【您刚才发的】")
    assert "您问的“居住证带什么”" in before
    assert before.index("带身份证") < before.index("好的")
    assert "每月 300 元" in now
    assert carried.finished == {1, 2}


def test_silence_still_brings_what_waited():
    """A message for the officer gets no answer, and yet what was owed."""
    text, carried = carry(
        Answer(AnswerStatus.SILENT_OFFICER), [make_line(1, "请带原件来")]
    )
    assert "请带原件来" in text
    assert "刚才" not in text
    assert carried.finished == {1}


def test_old_rule_is_not_told():
    """The question is named, its outdated answer is not."""
    waited = make_line(1, answer=make_answer("50 元"), question="工本费多少")
    text, carried = carry(make_answer("好"), [waited], is_valid=lambda _: False)
    assert "50 元" not in text
    assert "工本费多少" in text
    assert "请再问一次" in text
    assert carried.finished == {1}


@pytest.mark.parametrize("length", [300, 900, 2500, 6000])
def test_all_of_it_arrives_in_order_over_several_replies(length):
    """However long: nothing lost, nothing twice, each reply within WeChat's limit."""
    lines = {
        1: "".join(f"一{n}。" for n in range(length // 4)),
        2: "".join(f"二{n}。" for n in range(length // 8)),
        3: "完。",
    }
    sent, got, rounds = dict.fromkeys(lines, 0), "", 0
    waiting = dict(lines)
    while waiting:
        rounds += 1
        text, carried = carry(
            make_answer("答" * 900),
            [make_line(n, t, parts_sent=sent[n]) for n, t in waiting.items()],
        )
        assert count_bytes(text) <= 2000
        assert ("还没有发完" in text) == (len(carried.finished) < len(waiting))
        body = text.split("【之前没能发给您的】\n")[1].split("（还没有发完")[0]
        got += body.split("【您刚才发的】")[0]
        sent.update(carried.parts)
        waiting = {n: t for n, t in waiting.items() if n not in carried.finished}
        assert rounds < 40
    assert got.replace("\n", "") == "".join(lines.values())


def test_question_is_shortened():
    """Enough of it to be known again."""
    assert shorten("高龄津贴\n怎么领") == "高龄津贴 怎么领"
    assert len(shorten("很" * 200)) == 30
