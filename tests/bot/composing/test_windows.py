"""Halls: each once, the citizen's own alone, few on a card."""

from __future__ import annotations

from bot import BlockKind
from bot.composing.windows import card_halls, has_hours, list_halls

HOURS = "周一至周五 8:30–12:00，13:30–17:00"
HALLS = "\n".join(
    f"{number}. {name}政务服务中心（地址：某路 {number} 号；"
    f"办公时间：{HOURS}；电话：0599-321000{number}）"
    for number, name in enumerate(("云泽市", "东湖区", "西山区", "临江县"), start=1)
)


def test_shared_hours_are_said_once():
    """Below the halls."""
    blocks = list_halls(HALLS)
    said = "\n".join(line for block in blocks for line in block.lines)
    assert said.count(HOURS) == 1
    assert said.count("政务服务中心") == 4
    assert "0599-3210004" in said


def test_own_hall_alone():
    """Who named a district reads its hall; a district without one reads all."""
    (own, *_) = list_halls(HALLS, "西山区")
    assert own.kind is BlockKind.TEXT
    assert own.lines[0].startswith("西山区")
    assert len(list_halls(HALLS, "高新区")[0].lines) == 4


def test_long_list_says_that_there_are_more():
    """A phone screen is small."""
    many = "\n".join(f"{i}号窗口" + "长" * 100 for i in range(9))
    blocks = list_halls(many)
    assert len(blocks[0].lines) < 9
    assert blocks[-1].kind is BlockKind.NOTICE


def test_card_has_three_halls_at_most():
    """And says how to get the others."""
    assert card_halls(HALLS)[:1] == ["云泽市政务服务中心"]
    assert len(card_halls(HALLS)) == 4
    assert "在哪办" in card_halls(HALLS)[-1]
    assert card_halls("居住地派出所") == ["居住地派出所"]


def test_hours_are_recognised():
    """So that they are not said again."""
    assert has_hours(HALLS)
    assert not has_hours("居住地派出所")
