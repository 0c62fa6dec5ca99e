"""Answers as one message of WeChat's."""

from xml.etree import ElementTree

import pytest

from bot import Answer, AnswerStatus, Block, BlockKind, Citation, Option
from handlers.wechat.messages import parse_push
from handlers.wechat.rendering import fit_text, render_reply, render_text
from handlers.wechat.text import count_bytes
from tests.wechat_simulator import make_text

SOURCE = Citation(
    "居住证申领", department="云泽市公安局", url="https://www.yunze.example/1"
)


def make_answer(*blocks, citations=(SOURCE,), options=()):
    return Answer(AnswerStatus.ANSWERED, blocks, options, citations)


def test_short_answer_is_whole():
    """Nothing is added to what fits."""
    answer = make_answer(Block(BlockKind.LEAD, ("带身份证就能办。",)))
    assert fit_text(answer) == render_text(answer)
    assert "带身份证就能办。" in render_text(answer)
    assert "智能应答" in render_text(answer)


@pytest.mark.parametrize("status", ["silent_officer", "silent_event"])
def test_silence_is_empty(status):
    """While a person holds the chat the bot says nothing, not even its mark."""
    assert fit_text(Answer(AnswerStatus(status))) == ""


def test_word_that_the_staff_has_it_reaches_the_citizen():
    """Said once while the ticket waits, in the name of nobody: no mark."""
    notice = Block(BlockKind.TEXT, ("已转给工作人员，请您稍等。",))
    answer = Answer(AnswerStatus.SILENT_OFFICER, (notice,))
    assert fit_text(answer) == "已转给工作人员，请您稍等。"


def test_long_list_keeps_whole_items_and_says_how_many_are_missing():
    """A citizen must not take a part of the materials for all of them."""
    items = tuple(f"材料{n}：{'甲' * 30}，原件和复印件各 1 份" for n in range(1, 41))
    answer = make_answer(
        Block(BlockKind.LEAD, ("要带这些材料。",)), Block(BlockKind.LIST, items)
    )
    text = fit_text(answer)
    shown = [item for item in items if item in text]
    assert count_bytes(text) <= 2000
    assert count_bytes(text) > 1700
    assert list(items[: len(shown)]) == shown
    assert f"还有 {40 - len(shown)} 项没有列出" in text
    assert f"材料{len(shown) + 1}：" not in text
    assert "https://www.yunze.example/1" in text
    assert "转人工" in text
    assert "居住证申领" in text
    assert "智能应答" in text


def test_long_clause_ends_behind_a_sentence():
    """Half a sentence of a law can say the opposite."""
    clause = "第十条　" + "申请人符合条件的，应当予以登记。" * 60
    text = fit_text(make_answer(Block(BlockKind.TEXT, (clause,)), citations=()))
    assert count_bytes(text) <= 2000
    body, _, rest = text.partition("内容较长")
    assert "予以登记。\n" in body
    assert "后面的内容没有列出" in rest
    assert "http" not in rest


def test_no_heading_stands_alone():
    """A heading with nothing under it promises what does not come."""
    blocks = []
    for n in range(30):
        blocks.append(Block(BlockKind.HEADING, (f"标题{n:02d}",)))
        blocks.append(Block(BlockKind.STEPS, ("步骤" * 40,)))
    for limit in range(600, 1600, 37):
        text = fit_text(make_answer(*blocks), limit)
        assert count_bytes(text) <= limit
        assert text.count("标题") == text.count("步骤" * 40)


def test_choices_stay():
    """They are what the citizen has to answer."""
    long = Block(BlockKind.TEXT, ("说明。" * 900,))
    options = tuple(Option(f"选项{n}") for n in range(3))
    text = fit_text(make_answer(long, options=options))
    assert all(f"选项{n}" in text for n in range(3))


def test_sources_too_long_for_a_message_are_cut():
    """Something is still said."""
    sources = tuple(Citation(f"文件{n}" * 30) for n in range(40))
    text = fit_text(make_answer(Block(BlockKind.LEAD, ("好。",)), citations=sources))
    assert 0 < count_bytes(text) <= 2000
    assert text.startswith("好。")


def test_markup_in_knowledge_is_harmless():
    """A document cannot plant a link that speaks for the citizen."""
    line = '<a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=1">点</a>'
    text = render_text(make_answer(Block(BlockKind.TEXT, (line,))))
    assert "<a" not in text
    assert "weixin://" not in text


def test_reply_goes_back_where_the_message_came_from(now):
    """Sender and recipient are swapped, and CDATA cannot be left."""
    push = parse_push(make_text("oA", "?"), received_at=now)
    content = "if (a[b[0]]>1) ]]><x>&amp;"
    xml = render_reply(content, to="oA", push=push, now=1_790_000_000)
    reply = {child.tag: child.text for child in ElementTree.fromstring(xml)}
    assert reply == {
        "ToUserName": "oA",
        "FromUserName": "gh_yunze0001",
        "CreateTime": "1790000000",
        "MsgType": "text",
        "Content": "if (a[b[0]]＞1) ]]＞<x>&amp;",
    }
