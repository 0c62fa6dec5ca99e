"""The menu: from config.yaml to WeChat's form, and what a push would change."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ASK_PREFIX, REPLY_PREFIX, is_command
from handlers.config import WeChatSettings, load_settings
from handlers.settings_menu import MAX_KEY_BYTES, MenuButton, MenuItem
from handlers.wechat import WeChatError
from handlers.wechat.menus import (
    describe_button,
    diff_menus,
    list_buttons,
    render_menu,
)

MENU = (
    MenuButton(
        name="办事",
        items=(
            MenuItem(name="居住证", ask="居住证怎么办"),
            MenuItem(name="窗口", reply="窗口时间"),
            MenuItem(name="官网", url="https://www.example.gov.cn/"),
        ),
    ),
    MenuButton(name="找人工", command="转人工"),
)

WIRE = {
    "button": [
        {
            "name": "办事",
            "sub_button": [
                {"type": "click", "name": "居住证", "key": "ask:居住证怎么办"},
                {"type": "click", "name": "窗口", "key": "reply:窗口时间"},
                {
                    "type": "view",
                    "name": "官网",
                    "url": "https://www.example.gov.cn/",
                },
            ],
        },
        {"type": "click", "name": "找人工", "key": "ask:转人工"},
    ]
}


def test_menu_in_wechats_form():
    """Keys say by their prefix what a touch means."""
    assert render_menu(WeChatSettings(menu=MENU)) == WIRE
    assert (ASK_PREFIX, REPLY_PREFIX) == ("ask:", "reply:")


@pytest.fixture
def shipped():
    """The menu in config.yaml."""
    return load_settings(Path("config.yaml"), {}).wechat


def test_shipped_menu_is_accepted_and_read_back_the_same(client, shipped):
    """WeChat adds empty sub-menus of its own; a second push changes nothing."""
    wanted = render_menu(shipped)
    client.create_menu(wanted)
    assert diff_menus(client.get_menu(), wanted) == []


def test_every_command_that_may_be_set_is_one():
    """The bot obeys it; a word that it does not know would be searched for."""
    commands = [c for c in get_args(get_type_hints(MenuItem)["command"]) if c]
    assert len(commands) >= 4
    assert all(is_command(command) for command in commands)


def test_longest_keys_are_accepted(client):
    """40 Hanzi with either prefix stay below WeChat's 128 bytes."""
    buttons = (
        MenuButton(name="办事服务点", ask="问" * 40),
        MenuButton(
            name="二",
            items=tuple(
                MenuItem(name=f"{'名' * 12}{n}", reply="答" * 40) for n in "12345"
            ),
        ),
    )
    settings = WeChatSettings(menu=buttons)
    assert list(settings.problems()) == []
    assert all(list(button.problems()) == [] for button in buttons)
    assert all(list(i.problems()) == [] for b in buttons for i in b.items)
    wanted = render_menu(settings)
    keys = [b["key"] for b in wanted["button"][1]["sub_button"]]
    assert max(len(key.encode()) for key in keys) <= MAX_KEY_BYTES
    client.create_menu(wanted)


def test_what_wechat_refuses_is_said_in_words(client):
    """Should a limit change, the officer reads which."""
    with pytest.raises(WeChatError, match="5 个汉字") as caught:
        client.create_menu(
            {"button": [{"type": "click", "name": "名" * 6, "key": "x"}]}
        )
    assert (caught.value.code, caught.value.kind) == (40018, "drop")


def _leaf(name, key):
    return {"type": "click", "name": name, "key": key}


@pytest.mark.parametrize(
    ("current", "lines"),
    [
        (WIRE, []),
        (
            None,
            ["新增 办事：二级菜单（居住证、窗口、官网）", "新增 找人工：提问“转人工”"],
        ),
        (
            {"button": [*WIRE["button"], {"type": "view", "name": "官", "url": "u"}]},
            ["删除 官：打开 u"],
        ),
        (
            {"button": [WIRE["button"][1], WIRE["button"][0]]},
            ["一级菜单 的顺序改为：办事、找人工"],
        ),
        (
            {"button": [WIRE["button"][0], _leaf("找人工", "V1001")]},
            ["找人工 由 click V1001 改为 提问“转人工”"],
        ),
        (
            {"button": [WIRE["button"][0], {**WIRE["button"][1], "sub_button": []}]},
            [],
        ),
        (
            {
                "button": [
                    {
                        "name": "办事",
                        "sub_button": [
                            WIRE["button"][0]["sub_button"][0],
                            _leaf("窗口", "reply:旧"),
                            _leaf("多的", "ask:多的"),
                        ],
                    },
                    WIRE["button"][1],
                ]
            },
            [
                "删除 办事 › 多的：提问“多的”",
                "办事 › 窗口 由 自动回复“旧” 改为 自动回复“窗口时间”",
                "新增 办事 › 官网：打开 https://www.example.gov.cn/",
            ],
        ),
        (
            {"button": [_leaf("办事", "ask:x"), WIRE["button"][1]]},
            [
                "办事 由 提问“x” 改为 二级菜单",
                "新增 办事 › 居住证：提问“居住证怎么办”",
                "新增 办事 › 窗口：自动回复“窗口时间”",
                "新增 办事 › 官网：打开 https://www.example.gov.cn/",
            ],
        ),
    ],
)
def test_changes_are_said_one_a_line(current, lines):
    """What a person must know before pushing."""
    assert diff_menus(current, WIRE) == lines


def test_menu_made_in_the_platform_is_described():
    """Kinds that we never make, and the other form of sub-menus."""
    menu = {
        "button": [
            {"type": "miniprogram", "name": "小", "appid": "wx1", "url": "http://u"},
            {"name": "多", "sub_button": {"list": [{"type": "img", "name": "图"}]}},
            {"name": "空"},
        ]
    }
    said = [describe_button(button) for button in list_buttons(menu)]
    assert said == ["miniprogram http://u", "二级菜单", "没有动作"]
    assert len(diff_menus(menu, WIRE)) == 5


def test_names_that_stand_twice_are_told_apart():
    """公众平台 allows them, we do not."""
    twice = {"button": [_leaf("同", "ask:一"), _leaf("同", "ask:二")]}
    once = {"button": [_leaf("同", "ask:一")]}
    assert diff_menus(twice, once) == ["删除 同：提问“二”"]
    assert diff_menus(twice, twice) == []


_NAMES = st.sampled_from(["甲", "乙", "丙"])
_LEAVES = st.builds(_leaf, _NAMES, st.sampled_from(["ask:一", "reply:二", "V1"]))
_BUTTONS = st.one_of(
    _LEAVES,
    st.builds(
        lambda name, below: {"name": name, "sub_button": below},
        _NAMES,
        st.lists(_LEAVES, min_size=1, max_size=3),
    ),
)
_MENUS = st.builds(lambda buttons: {"button": buttons}, st.lists(_BUTTONS, max_size=3))


@given(_MENUS, _MENUS)
def test_no_change_is_said_exactly_if_there_is_none(current, wanted):
    """Nothing is pushed in vain, and no push comes as a surprise."""
    is_same = list_buttons(current) == list_buttons(wanted)
    assert (diff_menus(current, wanted) == []) is is_same
