"""Answers as plain text."""

from __future__ import annotations

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Citation,
    Option,
    render_citation,
    render_plain,
)


def test_whole_answer():
    """Conclusion, lists, choices, source, mark: in this order."""
    answer = Answer(
        AnswerStatus.ANSWERED,
        (
            Block(BlockKind.LEAD, ("可以。",)),
            Block(BlockKind.HEADING, ("怎么办",)),
            Block(BlockKind.STEPS, ("申请", "领证")),
            Block(BlockKind.LIST, ("身份证", "1. 户口簿")),
            Block(BlockKind.NOTICE, ("早点来",)),
        ),
        options=(Option("甲"), Option("乙")),
        citations=(
            Citation(
                "办法",
                department="市民政局",
                doc_number="云民〔2026〕12号",
                locator="第五条",
                validity="2026年1月1日起施行",
                checked="2026年9月10日核对",
                phone="0599-3210521",
            ),
        ),
    )
    assert render_plain(answer).splitlines() == [
        "可以。",
        "【怎么办】",
        "1. 申请",
        "2. 领证",
        "· 身份证",
        "1. 户口簿",
        "提示：早点来",
        "1. 甲",
        "2. 乙",
        "请回复数字，或者直接发名称。",
        "依据：《办法》（云民〔2026〕12号），第五条，市民政局",
        "2026年1月1日起施行，2026年9月10日核对",
        "电话：0599-3210521",
        "（智能应答）",
    ]


def test_silence_is_empty():
    """Not even a mark."""
    assert render_plain(Answer(AnswerStatus.SILENT_OFFICER)) == ""


def test_system_lines_do_not_speak_for_the_bot():
    """已转给工作人员 carries no mark."""
    block = Block(BlockKind.TEXT, ("已转给工作人员。",))
    answer = Answer(AnswerStatus.SILENT_OFFICER, (block,))
    assert render_plain(answer) == "已转给工作人员。"


def test_region_is_named_once():
    """云泽市民政局 says where already."""
    cited = render_citation(Citation("甲", department="云泽市民政局", region="云泽市"))
    assert cited == "依据：《甲》，云泽市民政局"
    own = render_citation(Citation("甲", department="云泽市民政局", region="西山区"))
    assert own == "依据：《甲》，云泽市民政局，西山区"
