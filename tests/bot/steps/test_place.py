"""The nearest halls to a place, and how citizens are asked for one."""

from __future__ import annotations

import pytest

from bot import (
    AnswerStatus,
    Channel,
    Hall,
    HallStore,
    MessageKind,
    TicketState,
    Turn,
    render_plain,
)
from bot.steps.place import describe_distance

WECHAT = Channel.WECHAT


@pytest.fixture
def send_place(take):
    """Send a place as WeChat does."""

    def send(latitude=26.63, longitude=118.14, **fields):
        detail = {"latitude": latitude, "longitude": longitude, "label": "某小区"}
        return take(kind=MessageKind.LOCATION, channel=WECHAT, detail=detail, **fields)

    return send


def test_a_place_gets_the_three_nearest_halls(send_place):
    """With distance, address, hours and phone, nearest first, the fourth left out."""
    answer = send_place()
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations == ()
    text = render_plain(answer)
    assert text.startswith("离您最近的是西山区政务服务中心，约 300 米。\n")
    assert (
        "【云泽市政务服务中心，约 4 公里】\n地址：东湖区湖滨路88号\n时间：周一" in text
    )
    assert "电话：0599-3212345" in text
    assert "【高新区政务服务中心，约 9.6 公里】" in text
    assert "临江县" not in text
    assert "直线距离" in text
    assert text.endswith("（智能应答）")


def test_the_evidence_names_the_halls_and_keeps_no_place(send_place):
    """Neither the degrees nor what the map called the place."""
    evidence = send_place().evidence
    assert evidence.hits[0]["title"] == "西山区政务服务中心"
    assert evidence.question == "［位置］"
    # No suggestion for the officer's reply box is made of it.
    assert evidence.confidence < evidence.clarify_at
    assert "某小区" not in repr(evidence)
    assert "26.63" not in repr(evidence)


def test_a_place_in_another_city_is_told_so(send_place):
    """Fuzhou is over 100 km away: no list of halls that do not help."""
    text = render_plain(send_place(26.075, 119.306))
    assert text.startswith("您发的位置 50 公里内没有我们的办事大厅。最近的是")
    assert "约 111 公里" in text
    assert "地址：" not in text
    assert "打当地的 12345" in text


def test_only_halls_within_reach_are_listed(send_place):
    """Of three nearest, those in the next city stay away."""
    text = render_plain(send_place(26.34, 118.56))
    assert text.count("地址：") == 2


def test_without_halls_the_hotline_is_named(send_place, halls):
    """An office that has not loaded its halls yet."""
    halls.replace_all([])
    answer = send_place()
    assert answer.status is AnswerStatus.CLARIFY_UNREADABLE
    assert "请打 12345 问一下" in render_plain(answer)


@pytest.mark.parametrize(
    "detail", [{}, {"latitude": 26.6}, {"latitude": "26.6", "longitude": None}]
)
def test_a_place_without_degrees_is_unreadable(take, detail):
    """Asked for words instead, like any other thing we cannot read."""
    answer = take(kind=MessageKind.LOCATION, detail=detail)
    assert answer.status is AnswerStatus.CLARIFY_UNREADABLE


def test_without_a_store_a_place_is_unreadable(assistant, clock):
    """The command line has no halls."""
    detail = {"latitude": 26.63, "longitude": 118.14}
    turn = Turn("", clock(), kind=MessageKind.LOCATION, detail=detail)
    assert assistant.answer(turn).status is AnswerStatus.CLARIFY_UNREADABLE


def test_an_officer_who_holds_the_chat_gets_the_place(send_place, make_ticket):
    """The bot does not speak between the two."""
    answer = send_place(ticket=make_ticket(TicketState.CLAIMED))
    assert (answer.status, answer.blocks) == (AnswerStatus.SILENT_OFFICER, ())


def test_what_was_talked_about_stays(equipped, clock):
    """Where the hall is, is an aside of the matter."""
    turn = Turn("高龄津贴怎么领", clock())
    equipped.answer(turn)
    detail = {"latitude": 26.63, "longitude": 118.14}
    place = Turn(
        "", clock(), kind=MessageKind.LOCATION, detail=detail, focus=turn.focus
    )
    equipped.answer(place)
    assert place.focus.title == "高龄津贴申领"


@pytest.mark.parametrize(
    "text",
    [
        "附近的办事大厅",
        "最近的大厅在哪",
        "你好，请问离我家最近的政务服务中心在哪儿啊？",
        "哪个大厅离我最近",
        "附近办事大厅的地址和电话",
    ],
)
def test_who_asks_for_the_nearest_is_asked_for_the_place(take, text):
    """With how to send it, and what to type instead."""
    answer = take(text, channel=WECHAT)
    assert answer.status is AnswerStatus.CLARIFY_AMBIGUOUS
    said = render_plain(answer)
    assert "点输入框旁边的“+”，再点“位置”" in said
    assert "“云泽市办事大厅”" in said
    assert answer.options == ()


@pytest.mark.parametrize(
    "text", ["西山区办事大厅", "西山附近的大厅在哪", "西山区政务服务中心电话"]
)
def test_a_named_district_gets_its_halls(take, text):
    """Also on the web, and without a place."""
    for channel in Channel:
        said = render_plain(take(text, channel=channel))
        assert said.startswith("西山区的办事大厅：\n【西山区政务服务中心】\n地址：青岩")
        assert "云泽市政务服务中心" not in said


def test_a_district_without_a_hall_is_told_so(take):
    """东湖区 is known from the guides, but has no hall in the list."""
    answer = take("东湖区附近的办事大厅")
    assert render_plain(answer).startswith("东湖区还没有登记办事大厅。请打 12345")


def test_in_a_browser_the_halls_are_listed(take):
    """A browser has no button to send a place with."""
    said = render_plain(take("附近的办事大厅"))
    assert said.startswith("我们的办事大厅：")
    assert said.count("地址：") == 4


def test_in_a_browser_many_halls_are_asked_by_district(take, halls):
    """A list of twenty would help nobody."""
    many = [Hall(f"大厅{n}", "某路", 26.6, 118.1, region="东湖区") for n in range(6)]
    halls.replace_all(many)
    assert "“东湖区办事大厅”" in render_plain(take("附近的办事大厅"))
    said = render_plain(take("东湖区办事大厅"))
    assert said.count("地址：") == 5
    assert "还有 1 处没有列出" in said


@pytest.mark.parametrize(
    "text",
    [
        "高龄津贴去附近哪个大厅办",
        "附近哪里能办居住证",
        "高龄津贴在西山区政务服务中心哪个窗口办",
        "高龄津贴怎么领",
    ],
)
def test_a_matter_is_searched_for(take, text):
    """Halls alone are asked for only when nothing else is."""
    assert take(text).evidence.release_id == "fake-1"


def test_without_halls_typed_words_are_searched_for(take, halls):
    """To ask for a place and then have nothing would be a bad joke."""
    halls.replace_all([])
    assert take("附近的办事大厅", channel=WECHAT).evidence.release_id == "fake-1"


@pytest.mark.parametrize(
    ("meters", "words"),
    [
        (0, "约 100 米"),
        (149, "约 100 米"),
        (420, "约 400 米"),
        (949, "约 900 米"),
        (951, "约 1 公里"),
        (1_240, "约 1.2 公里"),
        (9_940, "约 9.9 公里"),
        (9_960, "约 10 公里"),
        (12_345, "约 12 公里"),
    ],
)
def test_distances_are_rounded(meters, words):
    """Finer would promise what the rounded place cannot hold."""
    assert describe_distance(meters) == words


def test_a_hall_store_is_what_the_steps_expect(sqlite_engine):
    """The real store and the protocol agree."""
    store = HallStore(sqlite_engine)
    assert store.nearest(26.6, 118.1, limit=3) == store.list() == []
