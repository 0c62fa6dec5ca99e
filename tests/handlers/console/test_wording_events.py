"""A ticket's history as an officer reads it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import TicketEvent
from handlers.console.wording_events import (
    describe_event,
    find_transfer,
    list_happenings,
)

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BUREAUS = {1: "市医保局", 2: "市公安局"}
OFFICERS = {7: "李敏"}


def event(action: str, id_: int = 1, **detail: object) -> TicketEvent:
    """Return something that happened at noon."""
    return TicketEvent(id_, NOON, 7, "市医保局 李敏", action, detail)


@pytest.mark.parametrize(
    ("action", "detail", "text"),
    [
        ("opened", {}, "市民转人工"),
        ("claimed", {}, "接入"),
        ("assigned", {"holder": 7}, "分派给李敏"),
        ("assigned", {"holder": 99}, "分派给同事"),
        ("transfer_offered", {"to": 2}, "转给市公安局，等对方接收"),
        ("transfer_offered", {"to": 9}, "转给别的部门，等对方接收"),
        ("transfer_accepted", {"bureau": 2}, "市公安局接收了转办"),
        ("transfer_refused", {"by": 2}, "市公安局退回了转办"),
        (
            "snoozed",
            {"until": "2026-11-23T01:00:00+00:00"},
            "稍后处理，到 11月23日 09:00",
        ),
        ("first_reply", {"waited_s": 75}, "首次回复，上班时间里用了 1 分 15 秒"),
        ("first_reply", {"waited_s": 300}, "首次回复，上班时间里用了 5 分钟"),
        ("first_reply", {"waited_s": 9}, "首次回复，上班时间里用了 9 秒"),
        ("first_reply", {}, "首次回复"),
        ("raised", {"urgency": "critical"}, "紧急程度改为特急"),
        ("lowered", {"urgency": "normal"}, "紧急程度改为一般"),
        ("kind", {"kind": "complaint"}, "类别改为投诉"),
        ("confidential", {"is_confidential": True}, "设为保密"),
        ("confidential", {"is_confidential": False}, "取消保密"),
        ("entry", {"relation": "used", "entry_id": "e1"}, "用到知识（e1）"),
        ("warned", {"clock": "first_reply", "level": "soon"}, "提醒：首次回复快到时限"),
        ("resolved", {"reason": "已答复"}, "办结"),
        ("of_tomorrow", {}, "of_tomorrow"),
    ],
)
def test_an_event_is_told_in_words(
    action: str, detail: dict[str, object], text: str
) -> None:
    """With names instead of numbers; an unknown action stands as stored."""
    told = describe_event(event(action, **detail), BUREAUS, OFFICERS)
    assert told.text == text
    assert told.who == "市医保局 李敏"
    assert told.word == detail.get("reason", "")


def test_the_newest_comes_first_and_chatter_is_left_out() -> None:
    """Each line written is in the conversation already."""
    events = [event("opened"), event("citizen_wrote"), event("claimed")]
    assert [h.text for h in list_happenings(events, {}, {})] == ["接入", "市民转人工"]


def test_the_open_offer_is_found_and_a_fresh_refusal() -> None:
    """An older refusal is history; what is settled is no offer."""
    offered = event("transfer_offered", 1, to=2, word="户口的事")
    refused = event("transfer_refused", 2, by=2, word="归医保")
    found = find_transfer([event("claimed"), offered, event("citizen_wrote")])
    assert found is not None
    assert (found.state, found.word) == ("offered", "户口的事")
    found = find_transfer([offered, refused, event("warned")])
    assert found is not None
    assert (found.state, found.word) == ("refused", "归医保")
    assert find_transfer([offered, refused, event("released", 3)]) is None
    assert find_transfer([offered, event("transfer_withdrawn", 2)]) is None
    assert find_transfer([offered, event("transfer_accepted", 2)]) is None
    assert find_transfer([event("opened")]) is None
